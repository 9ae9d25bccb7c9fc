-- One row a mail, however many mailboxes hold it: the sender's own copy speaks for it, else one that was not reduced, else the one that came first.
with copies as (
  select c.copy_id, coalesce(u.message_key, c.message_key) as message_key, c.own_id, c.is_sent, c.sent_at, c.has_attachment, c.size_bytes, c._ingested_at
  from normalized.message_copies as c
  left join normalized.unnamed_copies as u on u.copy_id = c.copy_id
),
counted as (
  select
    message_key,
    min(copy_id) as copy_id,
    count(*) as copy_count,
    bool_or(is_sent) as is_ours,
    bool_or(has_attachment) as has_attachment,
    max(size_bytes) as size_bytes,
    max(_ingested_at) as _ingested_at
  from copies
  group by message_key
),
chosen as (
  select
    m.message_key,
    arg_min(m.copy_id, concat(case when m.is_sent then '0' when m.own_id is not null then '1' else '2' end, cast(m.sent_at as text), m.copy_id)) as copy_id
  from counted as c
  join copies as m on m.message_key = c.message_key
  where c.copy_count > 1
  group by m.message_key
)
select
  c.message_key,
  nexus_id('evt', 'message_sent', c.message_key) as event_id,
  m.sent_at as occurred_at,
  m.time_precision,
  m.mailbox,
  m.gmail_thread_id,
  coalesce(m.first_reference, m.in_reply_to, u.thread_key, c.message_key) as thread_key,
  coalesce(m.in_reply_to, m.last_reference, m.returned_message_id, u.parent_key) as parent_key,
  m.subject,
  m.sender_text,
  m.to_text,
  m.cc_text,
  m.bcc_text,
  m.reply_to_text,
  m.failed_recipients_text,
  m.returned_to_text,
  c.size_bytes,
  c.has_attachment,
  c.copy_count,
  c.is_ours,
  m.system_labels,
  m.message_kind,
  c._ingested_at
from counted as c
left join chosen as b on b.message_key = c.message_key
join normalized.message_copies as m on m.copy_id = coalesce(b.copy_id, c.copy_id)
left join normalized.unnamed_copies as u on u.copy_id = m.copy_id
