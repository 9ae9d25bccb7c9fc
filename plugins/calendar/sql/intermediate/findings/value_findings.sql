-- What in events cannot be read or is not known: other times than the start, statuses, answers; and entries of a calendar that are no meetings.
with landed as (
  select
    *,
    coalesce(json_text(record, '$.end.dateTime'), json_text(record, '$.end.date_time'), json_text(record, '$.end.date'), json_text(record, '$.end_date_time'), json_text(record, '$.end__date_time'),
      json_text(record, '$.end_date'), json_text(record, '$.end__date'), json_text(cast(json_text(record, '$.end') as json), '$.dateTime'), json_text(cast(json_text(record, '$.end') as json), '$.date_time'),
      json_text(cast(json_text(record, '$.end') as json), '$.date')) as given_end
  from raw.events
),
documents as (
  select
    record_id,
    lower(json_text(record, '$.status')) as status,
    coalesce(json_text(record, '$.eventType'), json_text(record, '$.event_type'), 'default') as event_type,
    lower(replace(coalesce(json_text(record, '$.eventType'), json_text(record, '$.event_type')), '_', '')) as event_kind,
    case
      when given_end is not null and cast(given_end as timestamp) is null then 'end'
      when coalesce(json_text(record, '$.created'), json_text(record, '$.created_at')) is not null
        and coalesce(json_timestamp(record, '$.created'), json_timestamp(record, '$.created_at')) is null then 'created'
      when coalesce(json_text(record, '$.updated'), json_text(record, '$.updated_at')) is not null
        and coalesce(json_timestamp(record, '$.updated'), json_timestamp(record, '$.updated_at')) is null then 'updated'
    end as unread,
    case when json_type(record, '$.attendees') = 'string' then cast(json_text(record, '$.attendees') as json) else json_extract(record, '$.attendees') end as attendees,
    _ingested_at
  from landed
),
answers as (
  select d.record_id, coalesce(json_text(a.value, '$.responseStatus'), json_text(a.value, '$.response_status')) as response, d._ingested_at
  from documents as d
  cross join unnest(json_array(d.attendees, '$')) as a(value)
)
select 'events' as table_name, 'unread_time' as reason, unread as detail, record_id as sample, _ingested_at
from documents
where unread is not null
union all
select 'events', 'unknown_value', status, record_id, _ingested_at
from documents
where status not in ('confirmed', 'tentative', 'cancelled')
union all
-- Birthdays, absences, places of work: known, and no meetings.
select 'events', 'no_meeting', event_type, record_id, _ingested_at
from documents
where event_kind in ('birthday', 'focustime', 'outofoffice', 'workinglocation')
union all
select distinct 'events', 'unknown_value', response, record_id, _ingested_at
from answers
where lower(replace(response, '_', '')) not in ('needsaction', 'declined', 'tentative', 'accepted')
