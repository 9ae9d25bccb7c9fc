-- One row a version of an event on a calendar, every one that was ever loaded: stubs of deleted ones, masters of series and instances alike.
-- A loader may flatten members (start_date_time) or land lists and objects as text. Times are instants: an offset in the text fixes them, else the zone they name, else the calendar's, else the configured one.
with zones_of_calendars as (
  select calendar_id, max(time_zone) as time_zone
  from normalized.calendar_list
  group by calendar_id
),
landed as (
  select
    *,
    case when json_type(record, '$.start') = 'string' then cast(json_text(record, '$.start') as json) end as start_member,
    case when json_type(record, '$.end') = 'string' then cast(json_text(record, '$.end') as json) end as end_member,
    case when coalesce(json_type(record, '$.originalStartTime'), json_type(record, '$.original_start_time')) = 'string'
      then cast(coalesce(json_text(record, '$.originalStartTime'), json_text(record, '$.original_start_time')) as json) end as original_member,
    case when json_type(record, '$.organizer') = 'string' then cast(json_text(record, '$.organizer') as json) end as organizer_member,
    case when json_type(record, '$.creator') = 'string' then cast(json_text(record, '$.creator') as json) end as creator_member,
    case when coalesce(json_type(record, '$.conferenceData'), json_type(record, '$.conference_data')) = 'string'
      then cast(coalesce(json_text(record, '$.conferenceData'), json_text(record, '$.conference_data')) as json) end as conference_member
  from raw.events_history
),
documents as (
  select
    record_id,
    _connection as connection,
    _account as account,
    _version,
    _deleted,
    _source_updated_at,
    _ingested_at,
    coalesce(json_text(record, '$.calendar_id'), json_text(record, '$.calendarId')) as given_calendar_id,
    json_text(record, '$.id') as given_id,
    coalesce(json_text(record, '$.iCalUID'), json_text(record, '$.i_cal_uid'), json_text(record, '$.ical_uid')) as ical_uid,
    lower(json_text(record, '$.status')) as status,
    coalesce(json_text(record, '$.start.dateTime'), json_text(record, '$.start.date_time'), json_text(record, '$.start_date_time'), json_text(record, '$.start__date_time'), json_text(start_member, '$.dateTime'), json_text(start_member, '$.date_time')) as start_time,
    coalesce(json_text(record, '$.start.date'), json_text(record, '$.start_date'), json_text(record, '$.start__date'), json_text(start_member, '$.date')) as start_date,
    nullif(trim(coalesce(json_text(record, '$.start.timeZone'), json_text(record, '$.start.time_zone'), json_text(record, '$.start.timezone'), json_text(record, '$.start_time_zone'), json_text(record, '$.start__time_zone'), json_text(record, '$.start_timezone'), json_text(record, '$.start__timezone'), json_text(start_member, '$.timeZone'), json_text(start_member, '$.time_zone'), json_text(start_member, '$.timezone'))), '') as start_zone,
    coalesce(json_text(record, '$.end.dateTime'), json_text(record, '$.end.date_time'), json_text(record, '$.end_date_time'), json_text(record, '$.end__date_time'), json_text(end_member, '$.dateTime'), json_text(end_member, '$.date_time')) as end_time,
    coalesce(json_text(record, '$.end.date'), json_text(record, '$.end_date'), json_text(record, '$.end__date'), json_text(end_member, '$.date')) as end_date,
    nullif(trim(coalesce(json_text(record, '$.end.timeZone'), json_text(record, '$.end.time_zone'), json_text(record, '$.end.timezone'), json_text(record, '$.end_time_zone'), json_text(record, '$.end__time_zone'), json_text(record, '$.end_timezone'), json_text(record, '$.end__timezone'), json_text(end_member, '$.timeZone'), json_text(end_member, '$.time_zone'), json_text(end_member, '$.timezone'))), '') as end_zone,
    coalesce(json_bool(record, '$.endTimeUnspecified'), json_bool(record, '$.end_time_unspecified'), false) as is_open_ended,
    coalesce(json_text(record, '$.originalStartTime.dateTime'), json_text(record, '$.original_start_time.date_time'), json_text(record, '$.original_start_time_date_time'), json_text(record, '$.original_start_time__date_time'), json_text(original_member, '$.dateTime'), json_text(original_member, '$.date_time')) as original_time,
    coalesce(json_text(record, '$.originalStartTime.date'), json_text(record, '$.original_start_time.date'), json_text(record, '$.original_start_time_date'), json_text(record, '$.original_start_time__date'), json_text(original_member, '$.date')) as original_date,
    nullif(trim(coalesce(json_text(record, '$.originalStartTime.timeZone'), json_text(record, '$.originalStartTime.timezone'), json_text(record, '$.original_start_time.time_zone'), json_text(record, '$.original_start_time.timezone'), json_text(record, '$.original_start_time_time_zone'), json_text(record, '$.original_start_time__time_zone'), json_text(record, '$.original_start_time_timezone'), json_text(record, '$.original_start_time__timezone'), json_text(original_member, '$.timeZone'), json_text(original_member, '$.time_zone'), json_text(original_member, '$.timezone'))), '') as original_zone,
    coalesce(json_text(record, '$.recurringEventId'), json_text(record, '$.recurring_event_id')) as recurring_event_id,
    case when json_type(record, '$.recurrence') = 'string' then cast(json_text(record, '$.recurrence') as json) else json_extract(record, '$.recurrence') end as recurrences,
    coalesce(json_timestamp(record, '$.created'), json_timestamp(record, '$.created_at')) as given_created_at,
    coalesce(json_timestamp(record, '$.updated'), json_timestamp(record, '$.updated_at')) as updated_at,
    coalesce(json_bigint(record, '$.sequence'), 0) as sequence,
    json_text(record, '$.summary') as summary,
    json_text(record, '$.location') as location,
    coalesce(lower(replace(coalesce(json_text(record, '$.eventType'), json_text(record, '$.event_type')), '_', '')), 'default') as event_type,
    coalesce(json_text(record, '$.transparency'), 'opaque') as transparency,
    coalesce(json_text(record, '$.visibility'), 'default') as visibility,
    lower(coalesce(json_text(record, '$.organizer.email'), json_text(record, '$.organizer_email'), json_text(record, '$.organizer__email'), json_text(record, '$.organizer.id'), json_text(organizer_member, '$.email'), json_text(organizer_member, '$.id'))) as organizer_email,
    coalesce(json_text(record, '$.organizer.displayName'), json_text(record, '$.organizer.display_name'), json_text(record, '$.organizer_display_name'), json_text(record, '$.organizer__display_name'), json_text(organizer_member, '$.displayName'), json_text(organizer_member, '$.display_name')) as organizer_name,
    coalesce(json_bool(record, '$.organizer.self'), json_bool(record, '$.organizer_self'), json_bool(record, '$.organizer__self'), json_bool(organizer_member, '$.self'), false) as is_organizer_self,
    lower(coalesce(json_text(record, '$.creator.email'), json_text(record, '$.creator_email'), json_text(record, '$.creator__email'), json_text(creator_member, '$.email'))) as creator_email,
    coalesce(json_text(record, '$.creator.displayName'), json_text(record, '$.creator.display_name'), json_text(record, '$.creator_display_name'), json_text(record, '$.creator__display_name'), json_text(creator_member, '$.displayName'), json_text(creator_member, '$.display_name')) as creator_name,
    coalesce(json_bool(record, '$.attendeesOmitted'), json_bool(record, '$.attendees_omitted'), false) as is_attendees_omitted,
    case when json_type(record, '$.attendees') = 'string' then cast(json_text(record, '$.attendees') as json) else json_extract(record, '$.attendees') end as attendees,
    coalesce(json_text(record, '$.hangoutLink'), json_text(record, '$.hangout_link')) as hangout_link,
    lower(coalesce(json_text(record, '$.conferenceData.conferenceSolution.name'), json_text(record, '$.conference_data.conference_solution.name'), json_text(conference_member, '$.conferenceSolution.name'), json_text(conference_member, '$.conference_solution.name'))) as conference_name
  from landed
),
named as (
  select
    d.*,
    coalesce(d.given_id, regexp_extract(d.record_id, '[^/]+$')) as event_id,
    -- A tombstone without body is of the calendar that the record's other versions name, if it is but one.
    coalesce(
      d.given_calendar_id,
      case when contains(d.record_id, '/') then split_part(d.record_id, '/', 1) end,
      case when c.calendar_count = 1 then c.calendar_id end,
      d.account, d.connection, '') as calendar_id
  from documents as d
  left join (
    select record_id, connection, min(given_calendar_id) as calendar_id, count(distinct given_calendar_id) as calendar_count
    from documents
    where given_calendar_id is not null
    group by record_id, connection
  ) as c on c.record_id = d.record_id and coalesce(c.connection, '') = coalesce(d.connection, '')
),
identified as (
  select
    n.*,
    concat(n.calendar_id, '/', n.event_id) as copy_id,
    nexus_id('v', n.connection, n.record_id, n.calendar_id, n._version) as version_id,
    coalesce(z.time_zone, config('time_zone')) as calendar_zone,
    -- An instance's id ends in the time that its series gives it.
    regexp_extract(n.event_id, '_[0-9]{8}(T[0-9]{6}Z)?$') as instance_suffix
  from named as n
  left join zones_of_calendars as z on z.calendar_id = n.calendar_id
),
-- What makes an event the master of a series; its rule is not always the first line.
rules as (
  select
    i.version_id,
    min(json_text(r.value, '$')) as first_line,
    arg_min(case when starts_with(upper(json_text(r.value, '$')), 'RRULE') then json_text(r.value, '$') end,
      case when starts_with(upper(json_text(r.value, '$')), 'RRULE') then r.ordinality end) as rule
  from identified as i
  cross join unnest(json_array(i.recurrences, '$')) as r(value, ordinality)
  group by i.version_id
),
-- The times whose text alone fixes no instant.
loose as (
  select version_id, 'start' as which, cast(coalesce(start_time, start_date) as timestamp) as local_at,
    case when start_time is not null then coalesce(start_zone, calendar_zone) else calendar_zone end as zone
  from identified
  where (start_time is not null and not regexp_like(start_time, '([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$')) or (start_time is null and start_date is not null)
  union all
  select version_id, 'end' as which, cast(coalesce(end_time, end_date) as timestamp) as local_at,
    case when end_time is not null then coalesce(end_zone, start_zone, calendar_zone) else calendar_zone end as zone
  from identified
  where (end_time is not null and not regexp_like(end_time, '([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$')) or (end_time is null and end_date is not null)
  union all
  select version_id, 'original' as which, cast(original_time as timestamp) as local_at, coalesce(original_zone, start_zone, calendar_zone) as zone
  from identified
  where original_time is not null and not regexp_like(original_time, '([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$')
  union all
  -- An instance that lasts all day begins where its series puts it, as any day does.
  select version_id, 'original day' as which, cast(coalesce(
      original_date,
      concat(substring(instance_suffix, 2, 4), '-', substring(instance_suffix, 6, 2), '-', substring(instance_suffix, 8, 2))) as timestamp) as local_at, calendar_zone as zone
  from identified
  where original_time is null and (original_date is not null or (instance_suffix is not null and not contains(instance_suffix, 'T')))
),
ruled as (
  select
    l.version_id,
    l.which,
    l.local_at,
    case when z.zone is null and not regexp_like(l.zone, '^(Etc/GMT[+-][0-9]{1,2}|(GMT|UTC)[+-][0-9]{1,2}(:[0-9]{2})?)$') then l.zone end as unknown_zone,
    coalesce(
      z.offset_minutes,
      -- In the names of this area, the sign is the other way round.
      cast(regexp_extract(l.zone, '^Etc/GMT([+-][0-9]{1,2})$', 1) as bigint) * -60,
      -- `GMT+02:00` and its like.
      (cast(regexp_extract(l.zone, '^(GMT|UTC)([+-][0-9]{1,2})', 2) as bigint) * 60)
        + (case when contains(l.zone, '-') then -1 else 1 end) * coalesce(cast(regexp_extract(l.zone, ':([0-9]{2})$', 1) as bigint), 0),
      0) as offset_minutes,
    z.begins_after > z.ends_after as is_southern,
    z.shift_minutes,
    z.begins_minute,
    cast(concat(cast(date_part('year', l.local_at) as text), '-', z.begins_after) as timestamp) as begins_after,
    z.ends_minute,
    cast(concat(cast(date_part('year', l.local_at) as text), '-', z.ends_after) as timestamp) as ends_after
  from loose as l
  left join normalized.time_zones as z on lower(z.zone) = lower(l.zone)
),
-- the Sunday on or after that day
zoned as (
  select
    version_id,
    which,
    local_at,
    unknown_zone,
    offset_minutes,
    is_southern,
    shift_minutes,
    date_add('minute', begins_minute, date_add('day', mod(7 - date_part('isodow', begins_after), 7), begins_after)) as begins_at,
    date_add('minute', ends_minute, date_add('day', mod(7 - date_part('isodow', ends_after), 7), ends_after)) as ends_at
  from ruled
),
fixed as (
  select
    version_id,
    which,
    unknown_zone,
    date_add('minute', 0 - (offset_minutes + case
      when begins_at is null then 0
      -- What the clock skips has the offset from before (RFC 5545, 3.3.5), what it repeats is the first of both.
      when is_southern and (local_at >= date_add('minute', shift_minutes, begins_at) or local_at < ends_at) then shift_minutes
      when not is_southern and local_at >= date_add('minute', shift_minutes, begins_at) and local_at < ends_at then shift_minutes
      else 0
    end), local_at) as at
  from zoned
),
instants as (
  select
    version_id,
    min(case when which = 'start' then at end) as start_at,
    min(case when which = 'end' then at end) as end_at,
    min(case when which = 'original' then at end) as original_at,
    min(case when which = 'original day' then at end) as original_day_at,
    min(unknown_zone) as unknown_zone
  from fixed
  group by version_id
),
timed as (
  select
    i.*,
    coalesce(f.start_at, cast(i.start_time as timestamp)) as start_at,
    coalesce(f.end_at, cast(i.end_time as timestamp)) as given_end_at,
    coalesce(
      i.original_date,
      cast(coalesce(f.original_at, cast(i.original_time as timestamp)) as text),
      case when contains(i.instance_suffix, 'T')
        then cast(cast(concat(substring(i.instance_suffix, 2, 4), '-', substring(i.instance_suffix, 6, 2), '-', substring(i.instance_suffix, 8, 5), ':',
          substring(i.instance_suffix, 13, 2), ':', substring(i.instance_suffix, 15, 3)) as timestamp) as text)
        else concat(substring(i.instance_suffix, 2, 4), '-', substring(i.instance_suffix, 6, 2), '-', substring(i.instance_suffix, 8, 2)) end) as given_original,
    coalesce(f.original_at, cast(i.original_time as timestamp)) as original_at,
    f.original_day_at,
    f.unknown_zone,
    r.rule,
    r.version_id is not null as has_rules,
    -- When this became known. A load time of 1970 is none. A deletion that only the loader reports happened after the record's last change.
    case
      when i._deleted is true and i.status is distinct from 'cancelled'
        then coalesce(
          case when i._source_updated_at > coalesce(i.updated_at, timestamp '1970-01-01') then i._source_updated_at end,
          greatest(i.updated_at, nullif(i._ingested_at, timestamp '1970-01-01')))
      else coalesce(i.updated_at, i._source_updated_at, nullif(i._ingested_at, timestamp '1970-01-01'))
    end as version_at
  from identified as i
  left join instants as f on f.version_id = i.version_id
  left join rules as r on r.version_id = i.version_id
)
select
  version_id,
  copy_id,
  calendar_id,
  event_id,
  connection,
  account,
  ical_uid,
  coalesce(recurring_event_id, case when instance_suffix is not null and not has_rules then replace(event_id, instance_suffix, '') end) as recurring_event_id,
  rule as recurrence,
  recurring_event_id is null and has_rules as is_series,
  _deleted is true or coalesce(status, 'confirmed') = 'cancelled' as is_gone,
  start_at is not null as is_full,
  version_at,
  -- A deletion of unknown time is the last that was heard of an event.
  concat(
    coalesce(cast(version_at as text), case when _deleted is true or coalesce(status, 'confirmed') = 'cancelled' then '9999' else '0000' end),
    case when _deleted is true then '1' else '0' end,
    cast(_ingested_at as text), cast(1000000000 + greatest(0, least(sequence, 999999999)) as text), cast(1000000000 + _version as text), version_id) as version_order,
  start_at,
  case when start_at is null then coalesce(start_time, start_date) end as unread_start,
  unknown_zone,
  start_time is null as is_all_day,
  case
    when is_open_ended or given_end_at < start_at then start_at
    when start_time is null and coalesce(given_end_at, start_at) = start_at then date_add('day', 1, start_at)
    else coalesce(given_end_at, start_at)
  end as end_at,
  case when recurring_event_id is not null or instance_suffix is not null
    then coalesce(given_original, coalesce(start_date, cast(start_at as text))) end as original_key,
  coalesce(original_at, original_day_at, case when contains(given_original, ':') then cast(given_original as timestamp) end) as original_start_at,
  -- Imported events have years of no meaning there.
  case when given_created_at >= timestamp '1990-01-01' then given_created_at end as created_at,
  updated_at,
  sequence,
  status,
  summary,
  location,
  event_type,
  transparency,
  visibility,
  organizer_email,
  organizer_name,
  is_organizer_self or organizer_email = calendar_id as is_organizer_copy,
  creator_email,
  creator_name,
  is_attendees_omitted,
  attendees,
  case
    when hangout_link is not null or contains(conference_name, 'google meet') or contains(conference_name, 'hangouts') then 'google_meet'
    when contains(conference_name, 'zoom') or contains(lower(location), 'zoom.us/') then 'zoom'
    when contains(conference_name, 'teams') or contains(lower(location), 'teams.microsoft.com') then 'microsoft_teams'
    when contains(conference_name, 'webex') or contains(lower(location), 'webex.com') then 'webex'
    when conference_name is not null then 'other'
  end as conference_provider,
  _ingested_at
from timed
