-- The zones that times without an offset may name: minutes east of UTC and, where clocks change, on the first Sunday on or after which
-- days, at which minute of the local clock and by how many minutes. The rules are those of today, the same in every warehouse whatever zone data it has.
with rules as (
  select
    trim(split_part(r.value, ',', 1)) as rule,
    split_part(r.value, ',', 2) as begins_after,
    cast(split_part(r.value, ',', 3) as bigint) as begins_minute,
    split_part(r.value, ',', 4) as ends_after,
    cast(split_part(r.value, ',', 5) as bigint) as ends_minute,
    split_part(r.value, ',', 6) = 'utc' as is_utc,
    coalesce(cast(split_part(r.value, ',', 7) as bigint), 60) as shift_minutes
  from (select 1 as one) as o
  cross join unnest(split('
    us,03-08,120,11-01,120,local;
    eu,03-25,60,10-25,60,utc;
    au,10-01,120,04-01,180,local;
    lh,10-01,120,04-01,120,local,30;
    nz,09-24,120,04-01,180,local;
    cl,09-02,0,04-02,0,local;
    il,03-25,-2760,10-25,120,local;
    cu,03-08,0,11-01,60,local;
    lb,03-25,0,10-25,0,local', ';')) as r(value)
),
zones as (
  select
    trim(n.value) as zone,
    cast(trim(split_part(z.value, ':', 1)) as bigint) as offset_minutes,
    split_part(z.value, ':', 2) as rule
  from (select 1 as one) as o
  cross join unnest(split('
    0:-:UTC, Etc/UTC, Etc/GMT, GMT, Z, Africa/Abidjan, Africa/Accra, Africa/Dakar, Atlantic/Reykjavik, Iceland;
    0:eu:Europe/London, Europe/Dublin, Europe/Lisbon, Europe/Belfast, Europe/Jersey, Europe/Guernsey, Europe/Isle_of_Man,
      Atlantic/Canary, Atlantic/Faroe, Atlantic/Madeira, WET, GB, Portugal;
    -60:eu:Atlantic/Azores;
    60:eu:Europe/Berlin, Europe/Paris, Europe/Madrid, Europe/Rome, Europe/Vienna, Europe/Zurich, Europe/Brussels,
      Europe/Amsterdam, Europe/Luxembourg, Europe/Monaco, Europe/Copenhagen, Europe/Oslo, Europe/Stockholm, Europe/Prague,
      Europe/Bratislava, Europe/Budapest, Europe/Warsaw, Europe/Belgrade, Europe/Zagreb, Europe/Ljubljana, Europe/Sarajevo,
      Europe/Skopje, Europe/Podgorica, Europe/Tirane, Europe/Malta, Europe/Andorra, Europe/Vaduz, Europe/San_Marino,
      Europe/Vatican, Europe/Gibraltar, Europe/Busingen, Arctic/Longyearbyen, Africa/Ceuta, CET, MET;
    60:-:Africa/Lagos, Africa/Algiers, Africa/Tunis, Africa/Casablanca, Africa/Kinshasa, Africa/Luanda, Africa/Douala;
    120:eu:Europe/Athens, Europe/Helsinki, Europe/Kiev, Europe/Kyiv, Europe/Bucharest, Europe/Sofia, Europe/Vilnius, Europe/Riga,
      Europe/Tallinn, Europe/Mariehamn, Europe/Chisinau, Asia/Nicosia, EET;
    120:il:Asia/Jerusalem, Asia/Tel_Aviv, Israel;
    120:lb:Asia/Beirut;
    120:-:Africa/Johannesburg, Africa/Harare, Africa/Maputo, Africa/Tripoli, Africa/Khartoum, Africa/Lusaka, Africa/Kigali,
      Europe/Kaliningrad;
    180:-:Europe/Istanbul, Turkey, Asia/Istanbul, Europe/Moscow, Europe/Minsk, Europe/Simferopol, Asia/Riyadh, Asia/Baghdad,
      Asia/Kuwait, Asia/Qatar, Asia/Bahrain, Asia/Aden, Asia/Amman, Asia/Damascus, Africa/Nairobi, Africa/Addis_Ababa,
      Africa/Kampala, Africa/Dar_es_Salaam;
    210:-:Asia/Tehran, Iran;
    240:-:Asia/Dubai, Asia/Muscat, Asia/Baku, Asia/Tbilisi, Asia/Yerevan, Europe/Samara, Indian/Mauritius, Indian/Reunion;
    270:-:Asia/Kabul;
    300:-:Asia/Karachi, Asia/Tashkent, Asia/Yekaterinburg, Asia/Almaty, Asia/Samarkand, Indian/Maldives;
    330:-:Asia/Kolkata, Asia/Calcutta, Asia/Colombo;
    345:-:Asia/Kathmandu, Asia/Katmandu;
    360:-:Asia/Dhaka, Asia/Omsk, Asia/Bishkek, Asia/Thimphu, Asia/Urumqi;
    390:-:Asia/Yangon, Asia/Rangoon;
    420:-:Asia/Bangkok, Asia/Jakarta, Asia/Ho_Chi_Minh, Asia/Saigon, Asia/Novosibirsk, Asia/Krasnoyarsk, Asia/Phnom_Penh,
      Asia/Vientiane;
    480:-:Asia/Shanghai, Asia/Hong_Kong, Asia/Singapore, Asia/Taipei, Asia/Manila, Asia/Kuala_Lumpur, Asia/Macau, Asia/Makassar,
      Asia/Brunei, Asia/Irkutsk, Asia/Ulaanbaatar, Australia/Perth, Singapore, Hongkong, PRC;
    540:-:Asia/Tokyo, Asia/Seoul, Asia/Pyongyang, Asia/Yakutsk, Japan, ROK;
    570:au:Australia/Adelaide, Australia/Broken_Hill, Australia/South;
    570:-:Australia/Darwin, Australia/North;
    600:au:Australia/Sydney, Australia/Melbourne, Australia/Hobart, Australia/Canberra, Australia/ACT, Australia/NSW,
      Australia/Victoria, Australia/Tasmania;
    630:lh:Australia/Lord_Howe, Australia/LHI;
    600:-:Australia/Brisbane, Australia/Lindeman, Australia/Queensland, Pacific/Port_Moresby, Pacific/Guam, Asia/Vladivostok;
    660:-:Pacific/Noumea, Pacific/Guadalcanal, Asia/Magadan;
    720:nz:Pacific/Auckland, Antarctica/McMurdo, NZ;
    720:-:Pacific/Fiji, Asia/Kamchatka, Pacific/Tarawa;
    780:-:Pacific/Tongatapu, Pacific/Apia;
    840:-:Pacific/Kiritimati;
    -120:-:Atlantic/South_Georgia, America/Noronha;
    -180:-:America/Sao_Paulo, America/Argentina/Buenos_Aires, America/Buenos_Aires, America/Montevideo, America/Bahia,
      America/Fortaleza, America/Recife, America/Cayenne, America/Paramaribo, America/Punta_Arenas, America/Asuncion,
      Brazil/East;
    -210:us:America/St_Johns, Canada/Newfoundland;
    -240:us:America/Halifax, America/Moncton, America/Glace_Bay, Atlantic/Bermuda, America/Thule, Canada/Atlantic;
    -240:cl:America/Santiago, Chile/Continental;
    -240:-:America/Puerto_Rico, America/Caracas, America/La_Paz, America/Manaus, America/Santo_Domingo, America/Barbados,
      America/Martinique, America/Guyana, America/Port_of_Spain, America/Curacao;
    -300:us:America/New_York, America/Toronto, America/Detroit, America/Montreal, America/Nassau, America/Indiana/Indianapolis,
      America/Indianapolis, America/Kentucky/Louisville, America/Port-au-Prince, US/Eastern, US/Michigan, Canada/Eastern,
      EST5EDT;
    -300:cu:America/Havana, Cuba;
    -300:-:America/Bogota, America/Lima, America/Guayaquil, America/Panama, America/Jamaica, America/Cancun, America/Cayman, EST,
      Jamaica;
    -360:us:America/Chicago, America/Winnipeg, America/Menominee, America/Matamoros, US/Central, Canada/Central, CST6CDT;
    -360:-:America/Mexico_City, America/Monterrey, America/Merida, America/Guatemala, America/Costa_Rica, America/El_Salvador,
      America/Tegucigalpa, America/Managua, America/Belize, America/Regina, America/Chihuahua, Canada/Saskatchewan,
      Pacific/Galapagos;
    -420:us:America/Denver, America/Edmonton, America/Boise, America/Ciudad_Juarez, US/Mountain, Canada/Mountain, MST7MDT;
    -420:-:America/Phoenix, America/Hermosillo, America/Mazatlan, America/Whitehorse, America/Dawson, US/Arizona, MST;
    -480:us:America/Los_Angeles, America/Vancouver, America/Tijuana, US/Pacific, Canada/Pacific, PST8PDT;
    -540:us:America/Anchorage, America/Juneau, US/Alaska;
    -600:us:America/Adak;
    -600:-:Pacific/Honolulu, Pacific/Tahiti, US/Hawaii, HST;
    -660:-:Pacific/Pago_Pago', ';')) as z(value)
  cross join unnest(split(split_part(z.value, ':', 3), ',')) as n(value)
)
select
  z.zone,
  z.offset_minutes,
  r.begins_after,
  r.begins_minute + case when r.is_utc then z.offset_minutes else 0 end as begins_minute,
  r.ends_after,
  r.ends_minute + case when r.is_utc then z.offset_minutes + r.shift_minutes else 0 end as ends_minute,
  r.shift_minutes
from zones as z
left join rules as r on r.rule = z.rule
