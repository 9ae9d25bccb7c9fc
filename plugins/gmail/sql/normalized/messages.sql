-- One row a mail with what follows from its addresses and its thread: direction, parent, first of the thread.
with sides as (
  select
    message_key,
    min(case when role = 'sender' then address end) as sender_address,
    coalesce(bool_or(role = 'sender' and is_person), false) as is_from_person,
    coalesce(bool_or(role = 'sender' and is_ours), false) as is_from_us,
    coalesce(bool_or(role in ('recipient', 'cced', 'bcced') and is_ours), false) as is_to_us,
    coalesce(bool_or(role in ('recipient', 'cced', 'bcced') and not is_ours), false) as is_to_others,
    count(distinct case when role in ('recipient', 'cced', 'bcced') then address end) as recipient_count,
    min(case when role = 'recipient' then address end) as recipient_address
  from normalized.message_addresses
  group by message_key
),
threads as (
  select
    thread_key,
    arg_min(message_key, occurred_at) as first_message_key,
    count(*) as message_count
  from normalized.mails
  where message_kind <> 'bounce'
  group by thread_key
)
select
  m.message_key,
  m.event_id,
  m.occurred_at,
  m.time_precision,
  m.mailbox,
  m.gmail_thread_id,
  m.thread_key,
  t.first_message_key = m.message_key as is_first_in_thread,
  t.message_count as thread_message_count,
  nullif(trim(regexp_replace(coalesce(j.decoded_text, m.subject), config('blanks'), ' ')), '') as subject,
  s.sender_address,
  coalesce(s.is_from_person, false) as is_from_person,
  s.recipient_address,
  coalesce(s.recipient_count, 0) as recipient_count,
  case
    when s.is_from_us and (s.is_to_others or not s.is_to_us) then 'outbound'
    when s.is_from_us then 'internal'
    when s.is_to_us then 'inbound'
    -- Nobody of ours is named, yet it lies in a mailbox of ours: a blind copy. Lists send so too, and stay external.
    when m.message_kind = 'human' and not m.is_ours then 'inbound'
    else 'external'
  end as direction,
  m.message_kind,
  m.message_kind <> 'human' as is_automated,
  m.has_attachment,
  m.system_labels,
  m.size_bytes,
  p.message_key as parent_key,
  m._ingested_at
from normalized.mails as m
left join sides as s on s.message_key = m.message_key
left join threads as t on t.thread_key = m.thread_key
left join normalized.decoded_texts as j on j.text = m.subject
left join normalized.mails as p on p.message_key = m.parent_key and p.message_key <> m.message_key
