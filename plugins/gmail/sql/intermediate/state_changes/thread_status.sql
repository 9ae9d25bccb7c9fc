-- Whose turn it is in a thread of people: ours after their mail, theirs after ours, closed where nobody wrote in time.
with turns as (
  select thread_key, event_id, occurred_at, direction, _ingested_at,
    lag(direction) over (partition by thread_key order by occurred_at, message_key) as previous_direction,
    lag(occurred_at) over (partition by thread_key order by occurred_at, message_key) as previous_at,
    lead(occurred_at) over (partition by thread_key order by occurred_at, message_key) as next_at
  from normalized.messages
  where message_kind = 'human' and direction in ('inbound', 'outbound')
),
changes as (
  select thread_key, event_id, occurred_at, case when direction = 'inbound' then 'awaiting_us' else 'awaiting_them' end as state_value, _ingested_at
  from turns
  where previous_direction is distinct from direction or occurred_at >= date_add('day', config('thread_close_days'), previous_at)
  union all
  select thread_key, event_id, date_add('day', config('thread_close_days'), occurred_at) as occurred_at, 'closed' as state_value, _ingested_at
  from turns
  where date_add('day', config('thread_close_days'), occurred_at) < coalesce(next_at, timestamp '9999-12-31')
    and date_add('day', config('thread_close_days'), occurred_at) <= as_of()
)
select
  event_id,
  'thread' as entity_type,
  'thread_id' as identifier_type,
  thread_key as identifier_value,
  'thread_status' as state_name,
  'dimension' as state_category,
  cast(null as text) as state_key,
  state_value,
  cast(null as decimal) as state_numeric_value,
  occurred_at,
  _ingested_at
from changes
