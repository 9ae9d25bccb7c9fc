-- One row a person of a meeting, from every copy of it: guests, and the organizer whom no list names. Rooms, group calendars, programs and guests without an
-- address are none. Ours are the owners of connected accounts and those of internal domains.
-- The answer is the one on the guest's own calendar, else on the organizer's, else the latest. A copy that its owner removed says nothing any more,
-- unless all are gone.
with remaining as (
  select c.meeting_key, c.copy_id, c.version_order, c.is_organizer_copy, c.organizer_email, c.organizer_name, c.attendees, c._ingested_at
  from normalized.meeting_copies as c
  join (select meeting_key, bool_and(is_gone) as is_gone from normalized.meeting_copies group by meeting_key) as m on m.meeting_key = c.meeting_key
  where m.is_gone or not c.is_gone
),
listed as (
  select
    c.meeting_key,
    c.copy_id,
    c.version_order,
    c.is_organizer_copy,
    c._ingested_at,
    normalize_email(json_text(a.value, '$.email')) as address,
    coalesce(json_text(a.value, '$.displayName'), json_text(a.value, '$.display_name')) as display_name,
    coalesce(json_bool(a.value, '$.resource'), false) as is_resource,
    coalesce(json_bool(a.value, '$.self'), false) as is_self,
    coalesce(json_bool(a.value, '$.organizer'), false) as is_organizer,
    coalesce(json_bool(a.value, '$.optional'), false) as is_optional,
    replace(lower(replace(coalesce(json_text(a.value, '$.responseStatus'), json_text(a.value, '$.response_status')), '_', '')), 'needsaction', 'needsAction') as response
  from remaining as c
  cross join unnest(json_array(c.attendees, '$')) as a(value)
  union all
  select meeting_key, copy_id, version_order, is_organizer_copy, _ingested_at,
    normalize_email(organizer_email) as address, organizer_name as display_name,
    false as is_resource, false as is_self, true as is_organizer, false as is_optional, cast(null as text) as response
  from remaining
),
merged as (
  select
    meeting_key,
    address,
    bool_or(is_resource) as is_resource,
    bool_or(is_organizer) as is_organizer,
    bool_and(is_optional) as is_optional,
    arg_max(response, concat(case when is_self then '2' when is_organizer_copy then '1' else '0' end, version_order)) as response,
    max(display_name) as display_name,
    max(_ingested_at) as _ingested_at
  from listed
  where address is not null
  group by meeting_key, address
),
own as (
  select distinct address
  from (
    select normalize_email(case when contains(account, '@') then account else connection end) as address
    from (select distinct account, connection from normalized.event_versions) as v
  ) as a
  where address is not null
),
known as (
  select
    address,
    email_domain(address) as domain,
    local_part,
    -- As pdk/mailbox compares: without separators and tag, and what comes before the first -.
    regexp_replace(split_part(local_part, '+', 1), '[._-]', '') as word,
    split_part(split_part(local_part, '+', 1), '-', 1) as head
  from (select distinct address, split_part(address, '@', 1) as local_part from merged) as r
),
judged as (
  select
    address,
    domain,
    coalesce(domain in (config('generic_domains')), true) as is_generic_domain,
    coalesce(domain in (config('internal_domains')), false) as is_internal_domain,
    contains(local_part, '+') as is_tagged,
    (word in (config('shared_words')) or head in (config('shared_words'))
      or regexp_like(local_part, config('shared_local')) or regexp_like(address, config('shared_addresses'))) as is_shared,
    (word in (config('automatic_words'))
      or regexp_like(local_part, config('automatic_local')) or regexp_like(address, config('automatic_addresses'))) as is_automatic
  from known
)
select
  m.meeting_key,
  m.address,
  case when contains(m.display_name, '@') then cast(null as text) else nullif(trim(m.display_name), '') end as display_name,
  m.is_organizer,
  m.is_optional,
  -- Who organizes a meeting and has no answer comes.
  coalesce(m.response, case when m.is_organizer then 'accepted' else 'needsAction' end) as response,
  j.domain,
  j.is_generic_domain,
  o.address is not null or j.is_internal_domain as is_ours,
  d.domain is not null or j.is_internal_domain as is_own_domain,
  j.is_shared or j.is_automatic as is_role_address,
  m._ingested_at
from merged as m
join judged as j on j.address = m.address
left join own as o on o.address = m.address
left join (select distinct email_domain(address) as domain from own) as d on d.domain = j.domain
-- Programs and addresses made for one mail come to no meeting; one that is connected is ours all the same.
where not m.is_resource
  and (o.address is not null or not (j.is_automatic or (j.is_shared and j.is_tagged)))
  and not regexp_like(m.address, '[@.]calendar[.]google[.]com$')
