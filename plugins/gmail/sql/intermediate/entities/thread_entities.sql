-- The threads, with what is known of them so far.
with counted as (
  select
    thread_key,
    min(occurred_at) as created_at,
    max(occurred_at) as updated_at,
    max(case when is_first_in_thread then subject end) as subject,
    max(case when is_first_in_thread then sender_address end) as started_by,
    max(case when is_first_in_thread then gmail_thread_id end) as gmail_thread_id,
    arg_max(sender_address, occurred_at) as last_sender,
    count(*) as message_count,
    count(distinct sender_address) as sender_count,
    max(_ingested_at) as _ingested_at
  from normalized.messages
  where message_kind <> 'bounce'
  group by thread_key
)
select
  'thread' as entity_type,
  thread_key as source_id,
  created_at,
  updated_at,
  subject as thread_subject,
  gmail_thread_id,
  started_by as thread_started_by,
  last_sender as thread_last_sender,
  message_count as thread_message_count,
  sender_count as thread_sender_count,
  _ingested_at
from counted
