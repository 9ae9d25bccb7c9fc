-- Copies of mails that give no event, and senders that cannot be read.
with missing as (
  select d.copy_id, d.labels, d.headers, d.flat, d._ingested_at
  from normalized.message_documents as d
  left join normalized.message_copies as c on c.copy_id = d.copy_id
  where c.copy_id is null
),
labelled as (
  select
    m.copy_id,
    bool_or(json_text(l.value, '$') = 'DRAFT') as is_draft,
    min(case when json_text(l.value, '$') in (config('exclude_labels')) then json_text(l.value, '$') end) as excluded_label
  from missing as m
  cross join unnest(json_array(m.labels, '$')) as l(value)
  group by m.copy_id
),
dated as (
  select m.copy_id, min(json_text(h.value, '$.value')) as date_text
  from missing as m
  cross join unnest(json_array(m.headers, '$')) as h(value)
  where lower(json_text(h.value, '$.name')) = 'date'
  group by m.copy_id
),
judged as (
  select
    m.copy_id,
    coalesce(l.is_draft, false) as is_draft,
    l.excluded_label,
    coalesce(d.date_text, json_text(m.flat, '$.Date'), json_text(m.flat, '$.date'), json_text(m.flat, '$.DATE')) as date_text,
    m._ingested_at
  from missing as m
  left join labelled as l on l.copy_id = m.copy_id
  left join dated as d on d.copy_id = m.copy_id
)
select
  'messages' as table_name,
  case
    when is_draft then 'draft'
    when excluded_label is not null then 'excluded_label'
    when date_text is not null then 'unread_time'
    else 'incomplete_record'
  end as reason,
  case when is_draft then cast(null as text) when excluded_label is not null then excluded_label else 'date' end as detail,
  case when is_draft or excluded_label is not null then copy_id else coalesce(date_text, copy_id) end as sample,
  _ingested_at
from judged
union all
-- Deletions of mails that were never loaded.
select 'messages' as table_name, 'incomplete_record' as reason, 'deleted' as detail, concat(r._connection, '/', r.record_id) as sample, r._ingested_at
from raw.messages as r
left join normalized.message_documents as d on d.copy_id = concat(r._connection, '/', r.record_id)
where r._deleted is true and d.copy_id is null
union all
-- Headers that name somebody, and no address can be read; groups without a member name nobody.
select 'messages' as table_name, 'unread_value' as reason, l.role as detail, l.address_text as sample, cast(null as timestamp) as _ingested_at
from normalized.address_lines as l
left join normalized.read_addresses as r on r.address_text = l.address_text
where (l.role = 'sender' or contains(l.address_text, '@')) and not contains(lower(l.address_text), 'undisclosed') and r.address_text is null
union all
-- Words in charsets that are not read.
select 'messages' as table_name, 'unread_value' as reason,
  concat('charset ', lower(regexp_extract(decoded_text, '=[?]([^? ]+)[?][BbQq][?][^?]*[?]=', 1))) as detail, text as sample, cast(null as timestamp) as _ingested_at
from normalized.decoded_texts
where regexp_like(decoded_text, '=[?][^? ]+[?][BbQq][?][^?]*[?]=')
union all
-- Notices of failed delivery that do not say whom.
select 'messages' as table_name, 'unread_value' as reason, 'failed recipient' as detail, message_key as sample, _ingested_at
from normalized.bounces
where address is null
union all
-- Mails without a Message-ID that are known by their mailbox only, where there are several.
select 'messages' as table_name, 'missing_message_id' as reason, cast(null as text) as detail, u.copy_id as sample, cast(null as timestamp) as _ingested_at
from normalized.unnamed_copies as u
cross join (select count(distinct mailbox) as mailboxes from normalized.message_copies) as m
where u.is_alone and m.mailboxes > 1
