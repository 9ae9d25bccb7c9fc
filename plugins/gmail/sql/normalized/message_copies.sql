-- One row a copy of a mail in a mailbox, from every shape a loader lands: users.messages with payload.headers, the
-- same with top-level headers, and flat rows whose keys are header names (IMAP). Drafts and copies under an excluded label are left out.
-- A copy that was deleted from its mailbox keeps its last full version: what was sent was sent.
with removed as (
  select h._connection, h.record_id, max(h._version) as version
  from raw.messages as m
  join raw.messages_history as h on h.record_id = m.record_id and coalesce(h._connection, '') = coalesce(m._connection, '')
  where m._deleted is true and h._deleted is not true
  group by h._connection, h.record_id
),
kept as (
  select record_id, record, _connection, _account, _source_updated_at, _ingested_at
  from raw.messages
  where _deleted is not true
  union all
  select h.record_id, h.record, h._connection, h._account, h._source_updated_at, h._ingested_at
  from raw.messages_history as h
  join removed as r on r.record_id = h.record_id and coalesce(r._connection, '') = coalesce(h._connection, '') and r.version = h._version
),
documents as (
  select
    concat(_connection, '/', record_id) as copy_id,
    _connection as connection,
    _account as account,
    _source_updated_at,
    _ingested_at,
    coalesce(json_text(record, '$.id'), record_id) as gmail_id,
    coalesce(json_text(record, '$.threadId'), json_text(record, '$.thread_id')) as gmail_thread_id,
    coalesce(json_timestamp(record, '$.internalDate', 'millis'), json_timestamp(record, '$.internal_date', 'millis')) as internal_at,
    coalesce(json_bigint(record, '$.sizeEstimate'), json_bigint(record, '$.size_estimate')) as size_bytes,
    json_text(record, '$.payload.mimeType') as mime_type,
    json_text(record, '$.payload.filename') as filename,
    coalesce(json_extract(record, '$.payload.headers'), json_extract(record, '$.headers')) as headers,
    coalesce(json_extract(record, '$.labelIds'), json_extract(record, '$.label_ids')) as labels,
    json_extract(record, '$.payload.parts') as parts,
    coalesce(json_text(record, '$.From'), json_text(record, '$.from')) as flat_from,
    coalesce(json_text(record, '$.Sender'), json_text(record, '$.sender')) as flat_sender,
    coalesce(json_text(record, '$.To'), json_text(record, '$.to')) as flat_to,
    coalesce(json_text(record, '$.Cc'), json_text(record, '$.CC'), json_text(record, '$.cc')) as flat_cc,
    coalesce(json_text(record, '$.Bcc'), json_text(record, '$.bcc')) as flat_bcc,
    coalesce(json_text(record, '$."Reply-To"'), json_text(record, '$.reply_to')) as flat_reply_to,
    coalesce(json_text(record, '$.Subject'), json_text(record, '$.subject')) as flat_subject,
    coalesce(json_text(record, '$.Date'), json_text(record, '$.date')) as flat_date,
    coalesce(json_text(record, '$."Message-ID"'), json_text(record, '$."Message-Id"'), json_text(record, '$.message_id')) as flat_message_id,
    coalesce(json_text(record, '$."In-Reply-To"'), json_text(record, '$.in_reply_to')) as flat_in_reply_to,
    coalesce(json_text(record, '$.References'), json_text(record, '$.references')) as flat_references,
    coalesce(json_text(record, '$."Delivered-To"'), json_text(record, '$.delivered_to')) as flat_delivered_to,
    coalesce(json_text(record, '$."Auto-Submitted"'), json_text(record, '$.auto_submitted')) as flat_auto_submitted,
    coalesce(json_text(record, '$.Precedence'), json_text(record, '$.precedence')) as flat_precedence,
    coalesce(json_text(record, '$."List-Id"'), json_text(record, '$."List-ID"'), json_text(record, '$.list_id')) as flat_list_id,
    coalesce(json_text(record, '$."Content-Type"'), json_text(record, '$.content_type')) as flat_content_type,
    coalesce(json_text(record, '$."Return-Path"'), json_text(record, '$.return_path')) as flat_return_path,
    json_text(record, '$."X-Failed-Recipients"') as flat_failed_recipients
  from kept
),
-- One row a fact of a copy: its headers, and as if they were headers its labels and parts.
facts as (
  select d.copy_id, lower(json_text(h.value, '$.name')) as name, json_text(h.value, '$.value') as value, h.ordinality as place
  from documents as d
  cross join unnest(json_array(d.headers, '$')) as h(value, ordinality)
  where lower(json_text(h.value, '$.name')) in (
    'from', 'sender', 'to', 'cc', 'bcc', 'reply-to', 'x-original-from', 'subject', 'date', 'message-id', 'in-reply-to', 'references',
    'delivered-to', 'return-path', 'x-failed-recipients', 'content-type', 'content-class', 'auto-submitted', 'precedence', 'list-id',
    'list-unsubscribe', 'x-autoreply', 'x-autorespond', 'x-auto-response-suppress', 'feedback-id')
  union all
  select d.copy_id, 'label' as name, json_text(l.value, '$') as value, l.ordinality as place
  from documents as d
  cross join unnest(json_array(d.labels, '$')) as l(value, ordinality)
  union all
  select d.copy_id, case when coalesce(json_text(p.value, '$.filename'), '') = '' then 'part' else 'attachment' end as name,
    json_text(p.value, '$.mimeType') as value, p.ordinality as place
  from documents as d
  cross join unnest(json_array(d.parts, '$')) as p(value, ordinality)
  union all
  select d.copy_id, case when coalesce(json_text(q.value, '$.filename'), '') = '' then 'part' else 'attachment' end as name,
    json_text(q.value, '$.mimeType') as value, q.ordinality as place
  from documents as d
  cross join unnest(json_array(d.parts, '$')) as p(value)
  cross join unnest(json_array(p.value, '$.parts')) as q(value, ordinality)
),
-- A header that stands several times in one mail, joined as one; all others are read as they are.
repeated as (
  select copy_id, name, string_agg(value, ', ' order by place) as value
  from facts
  where name in ('to', 'cc', 'bcc', 'x-failed-recipients')
  group by copy_id, name
  having count(*) > 1
),
pivoted as (
  select
    f.copy_id,
    min(case when f.name = 'from' then f.value end) as from_text,
    min(case when f.name = 'sender' then f.value end) as sender_text,
    min(case when f.name = 'to' then coalesce(r.value, f.value) end) as to_text,
    min(case when f.name = 'cc' then coalesce(r.value, f.value) end) as cc_text,
    min(case when f.name = 'bcc' then coalesce(r.value, f.value) end) as bcc_text,
    min(case when f.name = 'reply-to' then f.value end) as reply_to_text,
    min(case when f.name = 'x-original-from' then f.value end) as original_from_text,
    min(case when f.name = 'x-failed-recipients' then coalesce(r.value, f.value) end) as failed_recipients_text,
    min(case when f.name = 'delivered-to' then f.value end) as delivered_to_text,
    min(case when f.name = 'subject' then f.value end) as subject,
    min(case when f.name = 'date' then f.value end) as date_text,
    min(case when f.name = 'message-id' then f.value end) as message_id_text,
    min(case when f.name = 'in-reply-to' then f.value end) as in_reply_to_text,
    min(case when f.name = 'references' then f.value end) as references_text,
    min(case when f.name = 'return-path' then f.value end) as return_path,
    lower(min(case when f.name = 'content-type' then f.value end)) as content_type,
    lower(min(case when f.name = 'content-class' then f.value end)) as content_class,
    lower(trim(min(case when f.name = 'auto-submitted' then f.value end))) as auto_submitted,
    lower(trim(min(case when f.name = 'precedence' then f.value end))) as precedence,
    bool_or(f.name in ('x-autoreply', 'x-autorespond')) as is_auto_reply,
    bool_or(f.name = 'list-id') as has_list_id,
    bool_or(f.name in ('list-unsubscribe', 'feedback-id', 'x-auto-response-suppress')) as has_bulk_header,
    bool_or(f.name = 'attachment') as has_attachment,
    bool_or(f.name in ('part', 'attachment') and f.value = 'text/calendar') as has_calendar_part,
    bool_or(f.name = 'label' and f.value = 'DRAFT') as is_draft,
    bool_or(f.name = 'label' and f.value = 'SENT') as is_sent,
    bool_or(f.name = 'label' and f.value in (config('exclude_labels'))) as is_excluded,
    trim(concat(
      case when bool_or(f.name = 'label' and f.value = 'INBOX') then 'INBOX ' end,
      case when bool_or(f.name = 'label' and f.value = 'SENT') then 'SENT ' end,
      case when bool_or(f.name = 'label' and f.value = 'IMPORTANT') then 'IMPORTANT ' end,
      case when bool_or(f.name = 'label' and f.value = 'STARRED') then 'STARRED ' end,
      case when bool_or(f.name = 'label' and f.value = 'UNREAD') then 'UNREAD ' end,
      case when bool_or(f.name = 'label' and f.value = 'TRASH') then 'TRASH ' end,
      case when bool_or(f.name = 'label' and f.value = 'SPAM') then 'SPAM ' end,
      case when bool_or(f.name = 'label' and f.value = 'CHAT') then 'CHAT ' end,
      min(case when f.name = 'label' and starts_with(f.value, 'CATEGORY_') then f.value end))) as system_labels
  from facts as f
  left join repeated as r on r.copy_id = f.copy_id and r.name = f.name
  group by f.copy_id
),
merged as (
  select
    d.copy_id,
    d.connection,
    coalesce(d.account, case when contains(d.connection, '@') then d.connection end) as account,
    d.gmail_id,
    d.gmail_thread_id,
    d.internal_at,
    d._source_updated_at,
    d._ingested_at,
    d.size_bytes,
    d.mime_type,
    coalesce(p.from_text, d.flat_from) as from_text,
    coalesce(p.sender_text, d.flat_sender) as sender_text,
    coalesce(p.to_text, d.flat_to) as to_text,
    coalesce(p.cc_text, d.flat_cc) as cc_text,
    coalesce(p.bcc_text, d.flat_bcc) as bcc_text,
    coalesce(p.reply_to_text, d.flat_reply_to) as reply_to_text,
    p.original_from_text,
    coalesce(p.failed_recipients_text, d.flat_failed_recipients) as failed_recipients_text,
    coalesce(p.delivered_to_text, d.flat_delivered_to) as delivered_to_text,
    coalesce(p.subject, d.flat_subject) as subject,
    coalesce(p.date_text, d.flat_date) as date_text,
    coalesce(p.message_id_text, d.flat_message_id) as message_id_text,
    coalesce(p.in_reply_to_text, d.flat_in_reply_to) as in_reply_to_text,
    coalesce(p.references_text, d.flat_references) as references_text,
    coalesce(p.return_path, d.flat_return_path) as return_path,
    coalesce(p.content_type, lower(d.flat_content_type), '') as content_type,
    coalesce(p.content_class, '') as content_class,
    coalesce(p.auto_submitted, lower(trim(d.flat_auto_submitted)), 'no') as auto_submitted,
    coalesce(p.precedence, lower(trim(d.flat_precedence)), '') as precedence,
    coalesce(p.is_auto_reply, false) as is_auto_reply,
    coalesce(p.has_list_id, false) or d.flat_list_id is not null as has_list_id,
    coalesce(p.has_bulk_header, false) as has_bulk_header,
    coalesce(p.has_attachment, false) or coalesce(d.filename, '') <> ''
      or (d.parts is null and coalesce(d.mime_type, '') = 'multipart/mixed') as has_attachment,
    coalesce(p.has_calendar_part, false) as has_calendar_part,
    coalesce(p.is_sent, false) as is_sent,
    p.system_labels
  from documents as d
  left join pivoted as p on p.copy_id = d.copy_id
  where coalesce(p.is_draft, false) = false and coalesce(p.is_excluded, false) = false
)
select
  copy_id,
  coalesce(account, connection) as mailbox,
  normalize_email(account) as mailbox_address,
  gmail_thread_id,
  -- The mail's own id is the same in every mailbox; Gmail's is not.
  coalesce(
    regexp_extract(message_id_text, '<([^<> ]+)>', 1), nullif(trim(message_id_text), ''),
    concat('gmail:', coalesce(account, connection), ':', gmail_id)) as message_key,
  coalesce(regexp_extract(in_reply_to_text, '<([^<> ]+)>', 1), nullif(split_part(trim(in_reply_to_text), ' ', 1), '')) as in_reply_to,
  coalesce(regexp_extract(references_text, '<([^<> ]+)>', 1), nullif(split_part(trim(references_text), ' ', 1), '')) as first_reference,
  regexp_extract(references_text, '<([^<> ]+)>[^<>]*$', 1) as last_reference,
  coalesce(
    internal_at,
    cast(date_text as timestamp),
    cast(concat(
      regexp_extract(date_text, '([0-9]{1,2}) +([A-Za-z]{3})[a-z]* +([0-9]{4})', 3), '-',
      case lower(regexp_extract(date_text, '([0-9]{1,2}) +([A-Za-z]{3})[a-z]* +([0-9]{4})', 2))
        when 'jan' then '01' when 'feb' then '02' when 'mar' then '03' when 'apr' then '04' when 'may' then '05' when 'jun' then '06'
        when 'jul' then '07' when 'aug' then '08' when 'sep' then '09' when 'oct' then '10' when 'nov' then '11' when 'dec' then '12'
      end, '-',
      regexp_extract(concat('0', regexp_extract(date_text, '([0-9]{1,2}) +([A-Za-z]{3})[a-z]* +([0-9]{4})', 1)), '[0-9]{2}$'), 'T',
      regexp_extract(concat('0', regexp_extract(date_text, '[0-9]{1,2}:[0-9]{2}')), '[0-9]{2}:[0-9]{2}$'),
      regexp_extract(date_text, '[0-9]:[0-9]{2}(:[0-9]{2})', 1),
      coalesce(
        regexp_extract(date_text, '[+-][0-9]{4}'),
        case regexp_extract(date_text, '[A-Z]{3}$')
          when 'EST' then '-0500' when 'EDT' then '-0400' when 'CST' then '-0600' when 'CDT' then '-0500'
          when 'MST' then '-0700' when 'MDT' then '-0600' when 'PST' then '-0800' when 'PDT' then '-0700' else 'Z'
        end)) as timestamp),
    _source_updated_at,
    _ingested_at) as sent_at,
  case
    when internal_at is not null then 'exact'
    when regexp_like(date_text, '[0-9]{4}') then 'inferred'
    else 'observed'
  end as time_precision,
  subject,
  -- A list that rewrites From hides the person in other headers.
  case
    when has_list_id and contains(lower(from_text), ' via ') then coalesce(original_from_text, reply_to_text)
    else coalesce(nullif(trim(from_text), ''), sender_text)
  end as sender_text,
  to_text,
  cc_text,
  bcc_text,
  reply_to_text,
  failed_recipients_text,
  delivered_to_text,
  size_bytes,
  has_attachment,
  is_sent,
  system_labels,
  case
    when (starts_with(content_type, 'multipart/report') and contains(content_type, 'delivery-status'))
      or failed_recipients_text is not null
      or (regexp_like(lower(from_text), '(mailer-daemon|postmaster|mail delivery)')
        and (trim(return_path) = '<>' or mime_type = 'multipart/report' or starts_with(content_type, 'multipart/report')
          or regexp_like(lower(subject), '(undeliver|failure|failed|returned mail|delivery status|not be delivered)')))
      -- A notice of delay is no failure: the mail may still arrive.
      then case when regexp_like(lower(subject), '(delay|warning: could not send|not yet been delivered)') then 'auto_reply' else 'bounce' end
    when has_calendar_part or contains(content_type, 'text/calendar') or contains(content_class, 'calendarmessage')
      or contains(lower(from_text), 'calendar-notification@google.com') then 'calendar_invite'
    -- An empty return path says that no answer is wanted: only machines write so.
    when is_auto_reply or starts_with(auto_submitted, 'auto-replied') or precedence = 'auto_reply' or trim(return_path) = '<>'
      or regexp_like(lower(subject), '^ *(out of office|automatic reply|auto[- ]?reply|abwesenheit|autoreply)') then 'auto_reply'
    when has_list_id or has_bulk_header or contains(content_type, 'feedback-report') or not starts_with(auto_submitted, 'no') or precedence in ('bulk', 'list', 'junk') then 'bulk'
    else 'human'
  end as message_kind,
  _ingested_at
from merged
