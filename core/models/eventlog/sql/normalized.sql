-- What the identifiers of `spelled` are compared as. A telephone number is read step by step as
-- libphonenumber does it, by the numbering plan of the project's region, "plan"; "main" is that of the
-- region to which the library gives the calling code. DISTINCT keeps engines from computing one step
-- within the next again.
with cut as (
  -- Behind a number are extensions and remarks. Brazil's xx is the carrier that a caller chooses, and no extension.
  select distinct
    identifier_value,
    regexp_extract(
      keypad_digits(regexp_replace(regexp_replace(plain_digits(lower(identifier_value)), '[(] *0[ -]*xx[ -]*', '0'), '^[^0-9a-z+(]*0[ -]*xx[ -]*', '0')),
      '^[^0-9]*[0-9][^a-z;#д]*'
    ) as written
  from spelled
  where identifier_type = 'phone'
),
alone as (
  select distinct identifier_value, first_number(written) as written
  from cut
),
marked as (
  -- | is a 0 in brackets.
  select distinct
    identifier_value, regexp_like(written, '^[^0-9]*[+]') as has_plus,
    regexp_replace(regexp_replace(written, '[(] *0 *[)]', '|'), '[^0-9|]+', '') as digits
  from alone
),
dialled as (
  -- Behind + or an exit code is a calling code, and none begins with 0. 00 is such a code for everyone but those to
  -- whom it is something else.
  select distinct
    identifier_value, replace(digits, '|', '0') as dialled,
    case
      when has_plus and regexp_like(digits, '^[1-9]') then digits
      each region as r (when regexp_like(digits, r.self) and plan_has(substring(digits, r.behind_self)) then substring(digits, 3))
      each exits as e (when regexp_like(digits, e.pattern) then substring(digits, e.rest))
      each region as r (when regexp_like(digits, '^00[1-9]') and not plan_has(digits) then substring(digits, 3))
      each no_region as r (when starts_with(digits, '00') then substring(digits, 3))
    end as abroad
  from marked
),
international as (
  -- The digit of a trunk call is no part of a number, where numbers do not begin with it.
  select distinct
    identifier_value, dialled,
    case
      when regexp_like(replace(abroad, '|', '0'), zero_kept()) then replace(abroad, '|', '0')
      each trunk_dropped as z (when regexp_like(abroad, z.pattern) then concat(substring(abroad, 1, z.length), substring(abroad, z.rest)))
      else replace(abroad, '|', '')
    end as abroad
  from dialled
),
each region as r (
  own as (
    -- inland: the number without its calling code; prefixed: what follows one without + or exit code.
    select distinct
      identifier_value, dialled, abroad,
      case when starts_with(abroad, r.calling) then substring(abroad, r.rest) end as inland,
      case when abroad is null and starts_with(dialled, r.calling) then substring(dialled, r.rest) end as prefixed
    from international
  ),
  unprefixed as (
    select distinct identifier_value, dialled, abroad, inland, prefixed, plan_strip(prefixed) as shortened
    from own
  ),
  prefixless as (
    select distinct
      identifier_value, dialled, abroad, inland,
      case
        when length(dialled) <= r.longest and (plan_has(dialled) or not (plan_has(prefixed) or plan_has(shortened))) then null
        when plan_has(prefixed) and not plan_has(shortened) then prefixed
        else shortened
      end as shortened
    from unprefixed
  ),
  national as (
    select distinct
      identifier_value, abroad, abroad is not null and inland is null as is_foreign,
      coalesce(inland, shortened, dialled) as given, inland is not null or shortened is not null as is_of_main
    from prefixless
  ),
  stripped as (
    select distinct
      identifier_value, abroad, is_foreign, given, is_of_main,
      case each r.apart as a (when is_of_main then main_strip(given)) else plan_strip(given) end as short
    from national
  ),
  viable as (
    -- A prefix that a number is complete without is part of it.
    select distinct
      identifier_value, abroad, is_foreign, given, is_of_main,
      case
        each r.apart as a (
          when is_of_main then case when main_has(given) and not main_has(short) then given else short end
        )
        when plan_has(given) and not plan_has(short) then given
        else short
      end as short
    from stripped
  )
),
numbers as (
  each region as r (
    select
      identifier_value,
      case
        when is_foreign then case when not is_one_digit_abroad(abroad) then abroad end
        when is_one_digit(given) or abroad is null and length(short) < r.least then null
        each r.apart as a (when is_of_main and main_fits(short) then r.calling || short)
        when plan_fits(short) then r.calling || short
        else r.calling || given
      end as number
    from viable
  )
  union all
  each no_region as r (
    select
      identifier_value,
      case when abroad is not null then case when not is_one_digit_abroad(abroad) then abroad end when not is_one_digit(dialled) then dialled end as number
    from international
  )
),
addresses as (
  select
    identifier_type, identifier_value,
    case
      when identifier_type <> 'email' then null
      when regexp_like(identifier_value, '^[a-z0-9._+-]+@[a-z0-9.-]*[a-z0-9-]$') then identifier_value
      else normalize_email(identifier_value)
    end as address
  from spelled
)
select
  a.identifier_type, a.identifier_value,
  case a.identifier_type
    when 'email' then canonical_email(a.address)
    when 'phone' then nullif(n.number, '')
    when 'domain' then
      case
        when regexp_like(a.identifier_value, '^[a-z0-9][a-z0-9.-]*[a-z0-9]$') and not starts_with(a.identifier_value, 'www.') then a.identifier_value
        else normalize_domain(a.identifier_value)
      end
    else nullif(trim_blank(a.identifier_value), '')
  end as normalized_value
from addresses as a
left join numbers as n on n.identifier_value = a.identifier_value and a.identifier_type = 'phone'
