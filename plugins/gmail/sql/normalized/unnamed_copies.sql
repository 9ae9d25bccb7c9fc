-- Copies of mails without a Message-ID, which some loaders leave out (Nango's emails). Such a mail is known by its facts: the same sender wrote under the
-- same subject to the same recipients within a minute, and no mailbox holds two of that kind. Its thread is Gmail's, where it answers what came before.
with unnamed as (
  select copy_id, mailbox, gmail_thread_id, message_key, normalize_email(sender_text) as sender, coalesce(to_text, '') as to_text, coalesce(subject, '') as subject
  from normalized.message_copies
  where own_id is null
),
written as (
  select distinct sender, to_text, subject
  from unnamed
  where sender is not null and to_text <> ''
),
alike as (
  select c.copy_id, coalesce(c.mailbox, '') as mailbox, c.gmail_id, c.own_id, c.message_key, c.sent_at, w.sender, w.to_text, w.subject,
    lag(c.sent_at) over (partition by w.sender, w.to_text, w.subject order by c.sent_at, c.copy_id) as previous_at
  from written as w
  join normalized.message_copies as c
    on normalize_email(c.sender_text) = w.sender and coalesce(c.to_text, '') = w.to_text and coalesce(c.subject, '') = w.subject
),
numbered as (
  select copy_id, mailbox, gmail_id, own_id, message_key, sender, to_text, subject,
    sum(case when date_diff('second', previous_at, sent_at) <= 60 then 0 else 1 end) over (partition by sender, to_text, subject order by sent_at, copy_id) as number
  from alike
),
same as (
  select sender, to_text, subject, number, coalesce(min(own_id), min(message_key)) as message_key, count(*) as copy_count
  from numbered
  group by sender, to_text, subject, number
  having count(distinct own_id) <= 1 and count(distinct mailbox) = count(distinct concat(mailbox, '/', gmail_id))
),
joined as (
  select n.copy_id, s.message_key, s.copy_count
  from numbered as n
  join same as s on s.sender = n.sender and s.to_text = n.to_text and s.subject = n.subject and s.number = n.number
  where n.own_id is null
),
threads as (
  select distinct mailbox, gmail_thread_id
  from unnamed
  where mailbox is not null and gmail_thread_id is not null
),
letters as (
  select
    c.copy_id,
    t.mailbox,
    t.gmail_thread_id,
    coalesce(j.message_key, c.message_key) as message_key,
    case when c.own_id is not null then coalesce(c.first_reference, c.in_reply_to, c.own_id) end as thread_key,
    concat(cast(c.sent_at as text), ' ', c.copy_id) as place,
    lag(coalesce(j.message_key, c.message_key)) over (partition by t.mailbox, t.gmail_thread_id order by c.sent_at, c.copy_id) as parent_key
  from threads as t
  join normalized.message_copies as c on c.mailbox = t.mailbox and c.gmail_thread_id = t.gmail_thread_id
  left join joined as j on j.copy_id = c.copy_id
),
conversations as (
  select mailbox, gmail_thread_id,
    coalesce(arg_min(thread_key, case when thread_key is not null then place end), arg_min(message_key, place)) as thread_key
  from letters
  group by mailbox, gmail_thread_id
)
select
  u.copy_id,
  coalesce(j.message_key, u.message_key) as message_key,
  v.thread_key,
  l.parent_key,
  coalesce(j.copy_count, 1) = 1 as is_alone
from unnamed as u
left join joined as j on j.copy_id = u.copy_id
left join letters as l on l.copy_id = u.copy_id
left join conversations as v on v.mailbox = l.mailbox and v.gmail_thread_id = l.gmail_thread_id
