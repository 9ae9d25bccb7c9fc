-- One row a mail, however many mailboxes hold it: the sender's own copy speaks for it, else the one that came first.
with chosen as (
  select
    message_key,
    arg_min(copy_id, concat(case when is_sent then '0' else '1' end, cast(sent_at as text), copy_id)) as copy_id,
    count(*) as copy_count,
    bool_or(is_sent) as is_ours,
    max(has_attachment_rank) as has_attachment_rank,
    max(size_bytes) as size_bytes,
    max(_ingested_at) as _ingested_at
  from (
    select message_key, copy_id, is_sent, sent_at, size_bytes, _ingested_at, case when has_attachment then 1 else 0 end as has_attachment_rank
    from normalized.message_copies
  ) as c
  group by message_key
)
select
  m.message_key,
  nexus_id('evt', source_name(), 'message_sent', m.message_key) as event_id,
  m.sent_at as occurred_at,
  m.time_precision,
  m.mailbox,
  m.gmail_thread_id,
  coalesce(m.first_reference, m.in_reply_to, m.message_key) as thread_key,
  coalesce(m.in_reply_to, m.last_reference) as parent_key,
  m.subject,
  m.sender_text,
  m.to_text,
  m.cc_text,
  m.bcc_text,
  m.reply_to_text,
  m.failed_recipients_text,
  c.size_bytes,
  c.has_attachment_rank = 1 as has_attachment,
  c.copy_count,
  c.is_ours,
  m.system_labels,
  m.message_kind,
  c._ingested_at
from chosen as c
join normalized.message_copies as m on m.copy_id = c.copy_id
