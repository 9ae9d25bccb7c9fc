-- One row an address header of a mail, its text as it stands there.
select message_key, 'sender' as role, sender_text as address_text from normalized.mails where sender_text is not null
union all
select message_key, 'recipient' as role, to_text as address_text from normalized.mails where to_text is not null
union all
select message_key, 'cced' as role, cc_text as address_text from normalized.mails where cc_text is not null
union all
select message_key, 'bcced' as role, bcc_text as address_text from normalized.mails where bcc_text is not null
union all
select message_key, 'reply_to' as role, reply_to_text as address_text from normalized.mails where reply_to_text is not null and reply_to_text is distinct from sender_text
union all
select message_key, 'failed_recipient' as role, failed_recipients_text as address_text from normalized.mails where failed_recipients_text is not null
union all
select message_key, 'returned_to' as role, returned_to_text as address_text from normalized.mails where returned_to_text is not null and message_kind = 'bounce'
