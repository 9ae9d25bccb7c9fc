-- One row a copy of a mail in a mailbox, read. Drafts and copies under an excluded label are left out, and so is what has no date of its own.
with flat_headers as (
  select
    copy_id,
    coalesce(json_text(flat, '$.From'), json_text(flat, '$.from'), json_text(flat, '$.FROM')) as from_text,
    coalesce(json_text(flat, '$.Sender'), json_text(flat, '$.sender'), json_text(flat, '$.SENDER')) as sender_text,
    coalesce(json_text(flat, '$.To'), json_text(flat, '$.to'), json_text(flat, '$.recipients'), json_text(flat, '$.TO')) as to_text,
    coalesce(json_text(flat, '$.Cc'), json_text(flat, '$.CC'), json_text(flat, '$.cc')) as cc_text,
    coalesce(json_text(flat, '$.Bcc'), json_text(flat, '$.bcc'), json_text(flat, '$.BCC')) as bcc_text,
    coalesce(json_text(flat, '$."Reply-To"'), json_text(flat, '$."reply-to"'), json_text(flat, '$.reply_to'), json_text(flat, '$.replyTo'), json_text(flat, '$."Reply-to"'), json_text(flat, '$."REPLY-TO"')) as reply_to_text,
    coalesce(json_text(flat, '$.Subject'), json_text(flat, '$.subject'), json_text(flat, '$.SUBJECT')) as subject,
    coalesce(json_text(flat, '$.Date'), json_text(flat, '$.date'), json_text(flat, '$.DATE')) as date_text,
    coalesce(json_text(flat, '$."Message-ID"'), json_text(flat, '$."Message-Id"'), json_text(flat, '$."message-id"'), json_text(flat, '$.message_id'), json_text(flat, '$.messageId'), json_text(flat, '$."Message-id"'), json_text(flat, '$."MESSAGE-ID"')) as message_id_text,
    coalesce(json_text(flat, '$."In-Reply-To"'), json_text(flat, '$."in-reply-to"'), json_text(flat, '$.in_reply_to'), json_text(flat, '$.inReplyTo'), json_text(flat, '$."In-reply-to"'), json_text(flat, '$."IN-REPLY-TO"')) as in_reply_to_text,
    coalesce(json_text(flat, '$.References'), json_text(flat, '$.references'), json_text(flat, '$.REFERENCES')) as references_text,
    coalesce(json_text(flat, '$."Auto-Submitted"'), json_text(flat, '$."auto-submitted"'), json_text(flat, '$.auto_submitted')) as auto_submitted,
    coalesce(json_text(flat, '$.Precedence'), json_text(flat, '$.precedence')) as precedence,
    coalesce(json_text(flat, '$."List-Id"'), json_text(flat, '$."List-ID"'), json_text(flat, '$."list-id"'), json_text(flat, '$.list_id')) as list_id,
    coalesce(json_text(flat, '$."Content-Type"'), json_text(flat, '$."content-type"'), json_text(flat, '$.content_type'), json_text(flat, '$."Content-type"'), json_text(flat, '$."CONTENT-TYPE"')) as content_type,
    coalesce(json_text(flat, '$."Return-Path"'), json_text(flat, '$."return-path"'), json_text(flat, '$.return_path')) as return_path,
    coalesce(json_text(flat, '$."X-Failed-Recipients"'), json_text(flat, '$."x-failed-recipients"'), json_text(flat, '$.x_failed_recipients')) as failed_recipients_text,
    coalesce(json_text(flat, '$."X-Original-From"'), json_text(flat, '$."x-original-from"'), json_text(flat, '$.x_original_from')) as original_from_text,
    coalesce(json_text(flat, '$."Delivered-To"'), json_text(flat, '$."delivered-to"'), json_text(flat, '$.delivered_to')) as delivered_text,
    coalesce(json_text(flat, '$."X-Autoreply"'), json_text(flat, '$."x-autoreply"'), json_text(flat, '$.x_autoreply'), json_text(flat, '$."X-Autorespond"'), json_text(flat, '$."x-autorespond"'), json_text(flat, '$.x_autorespond')) is not null as is_auto_reply,
    coalesce(json_text(flat, '$."List-Unsubscribe"'), json_text(flat, '$."list-unsubscribe"'), json_text(flat, '$.list_unsubscribe'), json_text(flat, '$."Feedback-ID"'), json_text(flat, '$."feedback-id"'), json_text(flat, '$.feedback_id'), json_text(flat, '$."X-Auto-Response-Suppress"'), json_text(flat, '$."x-auto-response-suppress"'), json_text(flat, '$.x_auto_response_suppress')) is not null as has_bulk_header,
    json_type(flat, '$.attachments[0]') is not null as has_attachment
  from normalized.message_documents
  where flat is not null
),
-- The headers that are read further down, by how their names begin; the many others are large, and left where they are.
headers as (
  select d.copy_id, json_text(h.value, '$.name') as name, h.value as header, h.ordinality as place
  from normalized.message_documents as d
  cross join unnest(json_array(d.headers, '$')) as h(value, ordinality)
  where regexp_like(
    json_text(h.value, '$.name'),
    '^([Ff][Rr][Oo][Mm]|[Ss][Ee][Nn][Dd]|[Ss][Uu][Bb]|[Tt][Oo]$|[Cc][Cc]$|[Bb][Cc][Cc]$|[Rr][Ee][Pp]|[Rr][Ee][Ff]|[Rr][Ee][Tt]|[Dd][Aa][Tt][Ee]|[Dd][Ee][Ll][Ii][Vv][Ee][Rr][Ee]|[Mm][Ee][Ss]|[Ii][Nn]-|[Cc][Oo][Nn][Tt][Ee][Nn][Tt]-([Tt][Yy]|[Cc])|[Aa][Uu][Tt][Oo]|[Pp][Rr][Ee]|[Ll][Ii][Ss][Tt]-|[Ff][Ee][Ee]|[Xx]-([Oo][Rr][Ii][Gg][Ii][Nn][Aa][Ll]-[Ff]|[Ff][Aa][Ii]|[Aa][Uu][Tt][Oo]|[Mm][Aa][Ii][Ll]-[Aa][Uu][Tt][Oo]))')
),
-- One row a fact of a copy: its headers, and as if they were headers its labels and parts.
facts as (
  select copy_id, lower(name) as name, json_text(header, '$.value') as value, place
  from headers
  union all
  select d.copy_id, 'label' as name, json_text(l.value, '$') as value, l.ordinality as place
  from normalized.message_documents as d
  cross join unnest(json_array(d.labels, '$')) as l(value, ordinality)
  union all
  select copy_id, case when is_invitation then 'invitation' when is_receipt then 'receipt' else 'attachment' end as name, mime_type as value,
    cast(null as bigint) as place
  from normalized.message_parts
  where not is_returned and (is_invitation or is_receipt or is_attachment)
),
-- An address header that stands several times in one mail counts as one that holds them all.
doubled as (
  select copy_id, name
  from facts
  where name in ('to', 'cc', 'bcc', 'x-failed-recipients')
  group by copy_id, name
  having count(*) > 1
),
repeated as (
  select f.copy_id, f.name, string_agg(f.value, ', ' order by f.place) as value
  from facts as f
  join doubled as d on d.copy_id = f.copy_id and d.name = f.name
  group by f.copy_id, f.name
),
-- Whose mailbox it is, where the loader does not say: the last hop's address.
delivered as (
  select f.copy_id, arg_min(f.value, f.place) as address_text
  from facts as f
  join normalized.message_documents as d on d.copy_id = f.copy_id
  where f.name = 'delivered-to' and not contains(coalesce(d.account, d.connection, ''), '@')
  group by f.copy_id
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
    min(case when f.name = 'subject' then f.value end) as subject,
    min(case when f.name = 'date' then f.value end) as date_text,
    min(case when f.name = 'message-id' then f.value end) as message_id_text,
    min(case when f.name = 'in-reply-to' then f.value end) as in_reply_to_text,
    min(case when f.name = 'references' then f.value end) as references_text,
    min(case when f.name = 'return-path' then f.value end) as return_path,
    min(case when f.name = 'content-type' then f.value end) as content_type,
    min(case when f.name = 'content-class' then f.value end) as content_class,
    min(case when f.name = 'auto-submitted' then f.value end) as auto_submitted,
    min(case when f.name = 'precedence' then f.value end) as precedence,
    bool_or(f.name in ('x-autoreply', 'x-autorespond', 'x-auto-reply', 'x-autoresponder', 'x-autoreply-from', 'x-mail-autoreply')) as is_auto_reply,
    bool_or(f.name = 'list-id') as has_list_id,
    bool_or(f.name in ('list-unsubscribe', 'feedback-id', 'x-auto-response-suppress')) as has_bulk_header,
    bool_or(f.name = 'attachment') as has_attachment,
    bool_or(f.name = 'invitation') as has_calendar_part,
    bool_or(f.name = 'receipt') as is_receipt,
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
-- What a report says of each recipient (RFC 3464): in the headers of a part of its own, or in a text with a blank line between them.
statuses as (
  select copy_id, place, original_recipient, final_recipient, action
  from normalized.message_parts
  where final_recipient is not null or original_recipient is not null
  union all
  select p.copy_id, concat(p.place, '.', cast(b.ordinality as text)) as place,
    regexp_extract(b.value, '[Oo][Rr][Ii][Gg][Ii][Nn][Aa][Ll]-[Rr][Ee][Cc][Ii][Pp][Ii][Ee][Nn][Tt]: *([^
]*)', 1) as original_recipient,
    regexp_extract(b.value, '[Ff][Ii][Nn][Aa][Ll]-[Rr][Ee][Cc][Ii][Pp][Ii][Ee][Nn][Tt]: *([^
]*)', 1) as final_recipient,
    lower(regexp_extract(b.value, '[Aa][Cc][Tt][Ii][Oo][Nn]: *([A-Za-z]+)', 1)) as action
  from normalized.message_parts as p
  cross join unnest(split(p.report_text, '

')) as b(value, ordinality)
  where regexp_like(b.value, '[Rr][Ee][Cc][Ii][Pp][Ii][Ee][Nn][Tt]:')
),
-- The recipient whom the sender wrote to comes before the one that the mail was passed on to.
reported as (
  select
    copy_id,
    string_agg(case when coalesce(action, 'failed') = 'failed'
      then trim(regexp_replace(case when contains(original_recipient, '@') then original_recipient else final_recipient end, '^[^;<@]*;', '')) end,
      ', ' order by place) as failed_text,
    bool_or(coalesce(action, 'failed') = 'failed') as is_failure
  from statuses
  group by copy_id
),
-- What a report returns of the mail itself: the first part that has its headers.
returned as (
  select
    copy_id,
    arg_min(returned_to_text, case when returned_to_text is not null then place end) as to_text,
    arg_min(returned_message_id, case when returned_message_id is not null then place end) as message_id
  from normalized.message_parts
  where is_returned
  group by copy_id
),
merged as (
  select
    d.copy_id,
    d.connection,
    d.account,
    case when contains(d.account, '@') then d.account when contains(d.connection, '@') then d.connection else coalesce(v.address_text, f.delivered_text) end as owner_text,
    d.gmail_id,
    d.gmail_thread_id,
    d.internal_at,
    -- Read where Gmail gives no time of its own.
    case when d.internal_at is null then trim(regexp_replace(coalesce(p.date_text, f.date_text), config('blanks'), ' ')) end as date_text,
    d._ingested_at,
    d.size_bytes,
    coalesce(d.mime_type, '') as mime_type,
    regexp_replace(coalesce(p.from_text, f.from_text), config('blanks'), ' ') as from_text,
    coalesce(p.sender_text, f.sender_text) as sender_text,
    coalesce(p.to_text, f.to_text) as to_text,
    coalesce(p.cc_text, f.cc_text) as cc_text,
    coalesce(p.bcc_text, f.bcc_text) as bcc_text,
    coalesce(p.reply_to_text, f.reply_to_text) as reply_to_text,
    coalesce(p.original_from_text, f.original_from_text) as original_from_text,
    coalesce(p.failed_recipients_text, f.failed_recipients_text) as failed_recipients_text,
    e.failed_text as reported_text,
    e.is_failure,
    t.to_text as returned_to_text,
    t.message_id as returned_message_id,
    coalesce(p.is_receipt, false) as is_receipt_part,
    regexp_replace(coalesce(p.subject, f.subject), config('blanks'), ' ') as subject,
    coalesce(p.message_id_text, f.message_id_text) as message_id_text,
    coalesce(p.in_reply_to_text, f.in_reply_to_text) as in_reply_to_text,
    coalesce(p.references_text, f.references_text) as references_text,
    trim(coalesce(p.return_path, f.return_path)) as return_path,
    coalesce(lower(trim(coalesce(p.content_type, f.content_type))), '') as content_type,
    coalesce(lower(p.content_class), '') as content_class,
    coalesce(lower(trim(coalesce(p.auto_submitted, f.auto_submitted))), 'no') as auto_submitted,
    coalesce(lower(trim(coalesce(p.precedence, f.precedence))), '') as precedence,
    coalesce(p.is_auto_reply, false) or coalesce(f.is_auto_reply, false) as is_auto_reply,
    coalesce(p.has_list_id, false) or f.list_id is not null as has_list_id,
    coalesce(p.has_bulk_header, false) or coalesce(f.has_bulk_header, false) as has_bulk_header,
    coalesce(p.has_attachment, false) or coalesce(f.has_attachment, false) or coalesce(d.filename, '') <> ''
      or (d.parts is null and starts_with(coalesce(d.mime_type, lower(trim(coalesce(p.content_type, f.content_type))), ''), 'multipart/mixed')) as has_attachment,
    coalesce(p.has_calendar_part, false) as has_calendar_part,
    coalesce(p.is_sent, false) as is_sent,
    p.system_labels
  from normalized.message_documents as d
  left join pivoted as p on p.copy_id = d.copy_id
  left join flat_headers as f on f.copy_id = d.copy_id
  left join delivered as v on v.copy_id = d.copy_id
  left join reported as e on e.copy_id = d.copy_id
  left join returned as t on t.copy_id = d.copy_id
  where coalesce(p.is_draft, false) = false and coalesce(p.is_excluded, false) = false
),
-- A date as mail writes it, as ISO 8601 does.
dates as (
  select m.*,
    regexp_extract(date_text, '([0-9]{1,2}) +([A-Za-z]{3})[a-z]* +([0-9]{2,4})', 1) as day_text,
    regexp_extract(date_text, '([0-9]{1,2}) +([A-Za-z]{3})[a-z]* +([0-9]{2,4})', 2) as month_text,
    regexp_extract(date_text, '([0-9]{1,2}) +([A-Za-z]{3})[a-z]* +([0-9]{2,4})', 3) as year_text
  from merged as m
),
dated as (
  select d.*,
    concat(
      -- Years of two and three digits are those of old mail (RFC 5322, 4.3).
      case
        when length(year_text) = 2 and year_text < '50' then concat('20', year_text)
        when length(year_text) = 2 then concat('19', year_text)
        when length(year_text) = 3 then cast(1900 + cast(year_text as bigint) as text)
        else year_text
      end, '-',
      case lower(month_text)
        when 'jan' then '01' when 'feb' then '02' when 'mar' then '03' when 'apr' then '04' when 'may' then '05' when 'jun' then '06'
        when 'jul' then '07' when 'aug' then '08' when 'sep' then '09' when 'oct' then '10' when 'nov' then '11' when 'dec' then '12'
      end, '-',
      regexp_extract(concat('0', day_text), '[0-9]{2}$'), 'T',
      regexp_extract(concat('0', regexp_extract(date_text, '[0-9]{1,2}:[0-9]{2}')), '[0-9]{2}:[0-9]{2}$'),
      regexp_extract(date_text, '[0-9]:[0-9]{2}(:[0-9]{2})', 1),
      coalesce(
        regexp_extract(date_text, '[+-][0-9]{4}'),
        case regexp_extract(date_text, '[A-Z]{3}$')
          when 'EST' then '-0500' when 'EDT' then '-0400' when 'CST' then '-0600' when 'CDT' then '-0500'
          when 'MST' then '-0700' when 'MDT' then '-0600' when 'PST' then '-0800' when 'PDT' then '-0700' else 'Z'
        end)) as rewritten_date
  from dates as d
),
read as (
  select
    copy_id,
    coalesce(account, connection) as mailbox,
    owner_text,
    gmail_thread_id,
    gmail_id,
    -- The mail's own id is the same in every mailbox; Gmail's is not.
    nullif(trim(replace(replace(message_id_text, '<', ''), '>', '')), '') as own_id,
    coalesce(
      nullif(trim(replace(replace(message_id_text, '<', ''), '>', '')), ''),
      concat('gmail:', coalesce(account, connection), ':', gmail_id)) as message_key,
    nullif(replace(split_part(trim(replace(in_reply_to_text, '>', ' ')), ' ', 1), '<', ''), '') as in_reply_to,
    nullif(replace(split_part(trim(replace(references_text, '>', ' ')), ' ', 1), '<', ''), '') as first_reference,
    case when in_reply_to_text is null then regexp_extract(references_text, '<([^<> ]+)>[^<>]*$', 1) end as last_reference,
    coalesce(
      internal_at,
      cast(date_text as timestamp),
      cast(rewritten_date as timestamp)) as sent_at,
    case when internal_at is not null then 'exact' else 'inferred' end as time_precision,
    subject,
    -- A list that rewrites From hides the person in other headers.
    case
      when has_list_id and contains(from_text, ' via ') then coalesce(original_from_text, reply_to_text)
      else coalesce(nullif(trim(from_text), ''), sender_text)
    end as sender_text,
    to_text,
    cc_text,
    bcc_text,
    reply_to_text,
    coalesce(failed_recipients_text, reported_text) as failed_recipients_text,
    returned_to_text,
    nullif(trim(replace(replace(returned_message_id, '<', ''), '>', '')), '') as returned_message_id,
    size_bytes,
    has_attachment,
    is_sent,
    system_labels,
    case
      -- A receipt is written by a mail program when the mail is shown, or thrown away (RFC 8098).
      when is_receipt_part or contains(content_type, 'disposition-notification') then 'auto_reply'
      when (starts_with(content_type, 'multipart/report') and contains(content_type, 'delivery-status'))
        or failed_recipients_text is not null or reported_text is not null
        or (regexp_like(from_text, '(MAILER-DAEMON|[Mm]ailer-[Dd]aemon|POSTMASTER|[Pp]ost[Mm]aster|[Mm]ail [Dd]elivery)')
          and (return_path = '<>' or mime_type = 'multipart/report' or starts_with(content_type, 'multipart/report')
            or regexp_like(lower(subject), '(undeliver|failure|failed|returned mail|delivery status|not be delivered)')))
        -- A notice of delay is no failure, for the mail may still arrive, and one of delivery is the contrary.
        then case when coalesce(is_failure, not regexp_like(coalesce(lower(subject), ''), '(delay|warning: could not send|not yet been delivered|successful|relayed)')) then 'bounce' else 'auto_reply' end
      when has_calendar_part or contains(content_type, 'text/calendar') or lower(mime_type) = 'text/calendar' or contains(content_class, 'calendarmessage')
        or contains(from_text, 'calendar-notification@google.com') then 'calendar_invite'
      -- An empty return path says that no answer is wanted: only machines write so.
      when is_auto_reply or starts_with(auto_submitted, 'auto-replied') or precedence = 'auto_reply' or return_path = '<>'
        -- Reports of whatever type are written by programs (RFC 6522); those of abuse follow below.
        or ((lower(mime_type) = 'multipart/report' or starts_with(content_type, 'multipart/report')) and not contains(content_type, 'feedback-report'))
        or regexp_like(subject, '^ *([Oo]ut of [Oo]ffice|[Aa]utomatic [Rr]eply|[Aa]uto[ -]?[Rr]eply|AUTO[ -]?REPLY|Abwesenheit)')
        -- As Exchange writes in the reader's language.
        or regexp_like(lower(subject), '^ *(automatische antwort|réponse automatique|respuesta automática|risposta automatica|resposta automática|automatisch antwoord|automatiskt svar|automatisk svar|autosvar|automaattinen vastaus|automatyczna odpowiedź|automatická odpověď|otomatik yanıt|автоматический ответ|автоответ|自動応答|自动答复|自動回覆|자동 회신) ?[:：]')
        then 'auto_reply'
      when has_list_id or has_bulk_header or contains(content_type, 'feedback-report') or not starts_with(auto_submitted, 'no')
        or precedence in ('bulk', 'list', 'junk') then 'bulk'
      else 'human'
    end as message_kind,
    _ingested_at
  from dated
)
select *
from read
where sent_at is not null
