-- One row a part of a mail, seven levels deep: whether it hangs on the mail, and what reports of mail servers say in it. Returned is what
-- lies in the mail that a report sends back.
with one as (
  select d.copy_id, cast(1000 + p.ordinality as text) as place, lower(d.mime_type) as path, p.value as part
  from normalized.message_documents as d
  cross join unnest(json_array(d.parts, '$')) as p(value, ordinality)
),
two as (
  select l.copy_id, concat(l.place, '.', cast(1000 + p.ordinality as text)) as place, concat(l.path, ' ', lower(json_text(l.part, '$.mimeType'))) as path, p.value as part
  from one as l
  cross join unnest(json_array(l.part, '$.parts')) as p(value, ordinality)
),
three as (
  select l.copy_id, concat(l.place, '.', cast(1000 + p.ordinality as text)) as place, concat(l.path, ' ', lower(json_text(l.part, '$.mimeType'))) as path, p.value as part
  from two as l
  cross join unnest(json_array(l.part, '$.parts')) as p(value, ordinality)
),
four as (
  select l.copy_id, concat(l.place, '.', cast(1000 + p.ordinality as text)) as place, concat(l.path, ' ', lower(json_text(l.part, '$.mimeType'))) as path, p.value as part
  from three as l
  cross join unnest(json_array(l.part, '$.parts')) as p(value, ordinality)
),
five as (
  select l.copy_id, concat(l.place, '.', cast(1000 + p.ordinality as text)) as place, concat(l.path, ' ', lower(json_text(l.part, '$.mimeType'))) as path, p.value as part
  from four as l
  cross join unnest(json_array(l.part, '$.parts')) as p(value, ordinality)
),
six as (
  select l.copy_id, concat(l.place, '.', cast(1000 + p.ordinality as text)) as place, concat(l.path, ' ', lower(json_text(l.part, '$.mimeType'))) as path, p.value as part
  from five as l
  cross join unnest(json_array(l.part, '$.parts')) as p(value, ordinality)
),
seven as (
  select l.copy_id, concat(l.place, '.', cast(1000 + p.ordinality as text)) as place, concat(l.path, ' ', lower(json_text(l.part, '$.mimeType'))) as path, p.value as part
  from six as l
  cross join unnest(json_array(l.part, '$.parts')) as p(value, ordinality)
),
every_level as (
  select copy_id, place, path, part from one
  union all
  select copy_id, place, path, part from two
  union all
  select copy_id, place, path, part from three
  union all
  select copy_id, place, path, part from four
  union all
  select copy_id, place, path, part from five
  union all
  select copy_id, place, path, part from six
  union all
  select copy_id, place, path, part from seven
),
-- The path names the types that a part lies in. A report may be wrapped by a gateway; one within another mail is that mail's.
typed as (
  select copy_id, place, path, part, lower(json_text(part, '$.mimeType')) as mime_type,
    coalesce(regexp_like(path, '^(multipart/(mixed|signed) ){0,2}multipart/report( |$)'), false) as is_report,
    coalesce(regexp_like(path, '(^| )message/(rfc822|global)( |$)'), false) as is_enclosed
  from every_level
),
every_part as (
  select copy_id, place, part, mime_type, is_report, is_enclosed, regexp_extract(path, '[^ ]+$') as container,
    is_report and (is_enclosed or coalesce(mime_type in ('message/rfc822', 'message/global', 'text/rfc822-headers'), false)) as is_returned
  from typed
),
headers as (
  select
    p.copy_id,
    p.place,
    min(case when lower(json_text(h.value, '$.name')) = 'content-disposition' then lower(trim(json_text(h.value, '$.value'))) end) as disposition,
    min(case when lower(json_text(h.value, '$.name')) = 'content-id' then json_text(h.value, '$.value') end) as content_id,
    min(case when lower(json_text(h.value, '$.name')) = 'original-recipient' then json_text(h.value, '$.value') end) as original_recipient,
    min(case when lower(json_text(h.value, '$.name')) = 'final-recipient' then json_text(h.value, '$.value') end) as final_recipient,
    min(case when lower(json_text(h.value, '$.name')) = 'action' then lower(trim(json_text(h.value, '$.value'))) end) as action,
    min(case when lower(json_text(h.value, '$.name')) = 'to' then json_text(h.value, '$.value') end) as to_text,
    min(case when lower(json_text(h.value, '$.name')) = 'cc' then json_text(h.value, '$.value') end) as cc_text,
    min(case when lower(json_text(h.value, '$.name')) = 'content-type' then lower(json_text(h.value, '$.value')) end) as content_type,
    min(case when lower(json_text(h.value, '$.name')) = 'message-id' then json_text(h.value, '$.value') end) as message_id
  from every_part as p
  cross join unnest(json_array(p.part, '$.headers')) as h(value)
  group by p.copy_id, p.place
),
-- Images that the text of their mail shows by their Content-ID.
images as (
  select p.copy_id, p.place, nullif(trim(replace(replace(h.content_id, '<', ''), '>', '')), '') as content_id
  from every_part as p
  join headers as h on h.copy_id = p.copy_id and h.place = p.place
  where starts_with(p.mime_type, 'image/') and h.content_id is not null
),
encoded_pages as (
  select p.copy_id, regexp_replace(replace(replace(json_text(p.part, '$.body.data'), '-', '+'), '_', '/'), '[= ]+', '') as digits
  from every_part as p
  join (select distinct copy_id from images) as i on i.copy_id = p.copy_id
  where p.mime_type = 'text/html' and json_text(p.part, '$.body.data') is not null
),
pages as (
  select copy_id, hex_text(base64_hex(concat(digits, case mod(length(digits), 4) when 2 then '==' when 3 then '=' end))) as page
  from encoded_pages
),
shown as (
  select distinct i.copy_id, i.place
  from images as i
  join pages as g on g.copy_id = i.copy_id
  where contains(g.page, concat('cid:', i.content_id))
),
-- The bodies of reports, from base64 of the kind for addresses; lines end in a line feed.
data as (
  select copy_id, place, mime_type,
    regexp_replace(replace(replace(json_text(part, '$.body.data'), '-', '+'), '_', '/'), '[= ]+', '') as digits
  from every_part
  where is_report and mime_type in ('message/delivery-status', 'message/global-delivery-status', 'message/rfc822', 'message/global', 'text/rfc822-headers')
    and json_text(part, '$.body.data') is not null
),
-- Folded lines are made whole.
bodies as (
  select copy_id, place, mime_type,
    regexp_replace(
      replace(hex_text(base64_hex(concat(digits, case mod(length(digits), 4) when 2 then '==' when 3 then '=' end))), hex_text('0d'), ''), '
[ 	]+', ' ') as body_text
  from data
),
texts as (
  select copy_id, place,
    case when contains(mime_type, 'delivery-status') then body_text end as report_text,
    case when not contains(mime_type, 'delivery-status') then concat('
', split_part(body_text, '

', 1)) end as head_text
  from bodies
),
-- To whom the mail went that a report returns, all of them.
addressed as (
  select p.copy_id, p.place,
    coalesce(h.to_text, regexp_extract(t.head_text, '
[Tt][Oo]: *([^
]*)', 1)) as to_text,
    coalesce(h.cc_text, regexp_extract(t.head_text, '
[Cc][Cc]: *([^
]*)', 1)) as cc_text,
    coalesce(h.message_id, regexp_extract(t.head_text, '
[Mm][Ee][Ss][Ss][Aa][Gg][Ee]-[Ii][Dd]: *([^
]*)', 1)) as message_id
  from every_part as p
  left join headers as h on h.copy_id = p.copy_id and h.place = p.place
  left join texts as t on t.copy_id = p.copy_id and t.place = p.place
  where p.is_returned
)
select
  p.copy_id,
  p.place,
  p.mime_type,
  p.is_returned,
  -- What a mail shows within its text is no attachment: images that say so (RFC 2183), and those that the text refers to (RFC 2392, 2387).
  -- Neither are signatures, nor the file of an invitation.
  not p.is_report
    and (coalesce(json_text(p.part, '$.filename'), '') <> '' or coalesce(starts_with(h.disposition, 'attachment'), false))
    and not coalesce(p.mime_type in ('application/pkcs7-signature', 'application/x-pkcs7-signature', 'application/pgp-signature', 'application/ics'), false)
    and not coalesce(p.mime_type = 'text/calendar' and contains(h.content_type, 'method='), false)
    and not (coalesce(starts_with(p.mime_type, 'image/'), false) and (
      coalesce(starts_with(h.disposition, 'inline'), false) or s.place is not null
      or (h.content_id is not null and (h.disposition is null or p.container = 'multipart/related')))) as is_attachment,
  -- An invitation says what to do with it (RFC 6047); a calendar's file that somebody attached does not.
  coalesce(p.mime_type = 'text/calendar' and not p.is_enclosed
    and (coalesce(json_text(p.part, '$.filename'), '') = '' or contains(coalesce(h.content_type, 'method='), 'method=')), false) as is_invitation,
  coalesce(p.mime_type = 'message/disposition-notification' and p.is_report and not p.is_enclosed, false) as is_receipt,
  h.original_recipient,
  h.final_recipient,
  h.action,
  t.report_text,
  nullif(concat(a.to_text, case when a.to_text is not null and a.cc_text is not null then ', ' end, a.cc_text), '') as returned_to_text,
  a.message_id as returned_message_id
from every_part as p
left join headers as h on h.copy_id = p.copy_id and h.place = p.place
left join texts as t on t.copy_id = p.copy_id and t.place = p.place
left join shown as s on s.copy_id = p.copy_id and s.place = p.place
left join addressed as a on a.copy_id = p.copy_id and a.place = p.place
