-- One row a meeting, however many calendars hold it: the organizer's copy speaks for it if there is one, else the newest. Blocks (focus time,
-- working location, events of one person) are no meetings and are left out.
with chosen as (
  select
    meeting_key,
    arg_max(copy_id, concat(
      case when is_organizer_copy and not is_gone then '2' when is_organizer_copy then '1' else '0' end,
      case when is_gone then '0' else '1' end,
      cast(1000000000 + sequence as text), version_order, copy_id)) as copy_id,
    bool_or(is_organizer_copy and not is_gone) as is_kept_by_organizer,
    bool_or(is_organizer_copy and is_gone) as is_dropped_by_organizer,
    bool_and(is_gone) as is_gone_everywhere,
    max(case when is_gone and is_organizer_copy then gone_at end) as organizer_gone_at,
    max(case when is_gone then gone_at end) as any_gone_at,
    min(created_at) as created_at,
    min(first_at) as first_at,
    count(*) as copy_count,
    max(_ingested_at) as _ingested_at
  from normalized.meeting_copies
  group by meeting_key
),
counted as (
  select
    meeting_key,
    count(*) as person_count,
    sum(case when is_ours then 0 else 1 end) as external_count,
    sum(case when response = 'accepted' then 1 else 0 end) as accepted_count,
    sum(case when response = 'declined' then 1 else 0 end) as declined_count,
    sum(case when is_organizer then 0 else 1 end) as guest_count,
    sum(case when not is_organizer and response = 'declined' then 1 else 0 end) as declined_guest_count,
    max(case when is_organizer then address end) as organizer_person
  from normalized.guests
  group by meeting_key
),
-- Guests without an address are counted, and nothing else is known of them.
unnamed as (
  select meeting_key, max(guest_count) as guest_count
  from (
    select c.meeting_key, c.copy_id, count(*) as guest_count
    from normalized.meeting_copies as c
    cross join unnest(json_array(c.attendees, '$')) as a(value)
    where json_type(a.value, '$') = 'object' and normalize_email(json_text(a.value, '$.email')) is null
      and json_bool(a.value, '$.resource') is not true and json_bool(a.value, '$.self') is not true
      and (coalesce(json_text(a.value, '$.displayName'), json_text(a.value, '$.display_name'), json_text(a.value, '$.id')) is not null)
    group by c.meeting_key, c.copy_id
  ) as u
  group by meeting_key
),
placed as (
  select meeting_key, string_agg(room_name, ', ' order by room_name, address) as room
  from normalized.rooms
  group by meeting_key
),
answered as (
  select c.meeting_key, c.copy_id, max(replace(lower(replace(coalesce(json_text(a.value, '$.responseStatus'), json_text(a.value, '$.response_status')), '_', '')), 'needsaction', 'needsAction')) as response
  from normalized.meeting_copies as c
  cross join unnest(json_array(c.attendees, '$')) as a(value)
  where json_bool(a.value, '$.self') is true
  group by c.meeting_key, c.copy_id
),
judged as (
  select
    c.*,
    coalesce(not ch.is_kept_by_organizer and (ch.is_dropped_by_organizer or ch.is_gone_everywhere), false) as is_withdrawn,
    coalesce(ch.organizer_gone_at, ch.any_gone_at) as withdrawn_at,
    least(coalesce(ch.created_at, ch.first_at), c.start_at) as scheduled_at,
    ch.created_at is not null as is_scheduled_known,
    ch.copy_count,
    ch._ingested_at as latest_ingested_at,
    n.person_count + coalesce(u.guest_count, 0) as person_count,
    n.external_count,
    n.accepted_count,
    n.guest_count + coalesce(u.guest_count, 0) as guest_count,
    n.declined_guest_count,
    n.organizer_person,
    p.room,
    r.response as my_response
  from chosen as ch
  join normalized.meeting_copies as c on c.copy_id = ch.copy_id
  join counted as n on n.meeting_key = ch.meeting_key
  left join unnamed as u on u.meeting_key = ch.meeting_key
  left join placed as p on p.meeting_key = ch.meeting_key
  left join answered as r on r.copy_id = ch.copy_id
)
select
  meeting_key,
  copy_id,
  calendar_id,
  ical_uid,
  is_recurring,
  nexus_id('evt', 'meeting_scheduled', meeting_key) as scheduled_event_id,
  nexus_id('evt', 'meeting_held', meeting_key) as held_event_id,
  nexus_id('evt', 'meeting_cancelled', meeting_key) as cancelled_event_id,
  scheduled_at,
  is_scheduled_known,
  start_at,
  end_at,
  is_all_day,
  original_start_at,
  updated_at,
  -- One that was withdrawn at an unknown time was not held; when it was cancelled is not known, so there is no event.
  is_withdrawn and coalesce(withdrawn_at < start_at, false) as is_cancelled,
  case when is_withdrawn and withdrawn_at < start_at then withdrawn_at end as cancelled_at,
  is_withdrawn and withdrawn_at is null as is_cancelled_undated,
  not (is_withdrawn and coalesce(withdrawn_at < start_at, true)) and end_at <= as_of()
    and (guest_count = 0 or declined_guest_count < guest_count) as is_held,
  summary,
  location,
  case event_type when 'fromgmail' then 'fromGmail' else event_type end as event_type,
  visibility,
  organizer_email,
  organizer_person,
  case
    when regexp_replace(split_part(split_part(creator_email, '@', 1), '+', 1), '[._-]', '') in (config('automatic_words'))
      or regexp_like(split_part(creator_email, '@', 1), config('automatic_local'))
      or regexp_like(creator_email, config('automatic_addresses')) then cast(null as text)
    else creator_email
  end as creator_email,
  is_attendees_omitted,
  conference_provider,
  room,
  my_response,
  person_count,
  external_count,
  accepted_count,
  copy_count,
  date_diff('minute', start_at, end_at) as duration_minutes,
  latest_ingested_at as _ingested_at
from judged
where person_count >= 2 and event_type not in ('focustime', 'outofoffice', 'workinglocation', 'birthday')
