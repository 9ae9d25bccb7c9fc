-- The mails as entities of their own, for those who report on mail. Only where the project asks for it: the event says the same.
select
  'message' as entity_type,
  message_key as source_id,
  occurred_at as created_at,
  occurred_at as updated_at,
  event_id as message_event_id,
  thread_key as message_thread_id,
  subject as message_subject,
  sender_address as message_sender,
  recipient_address as message_recipient,
  direction as message_direction,
  message_kind,
  mailbox as message_mailbox,
  system_labels as message_labels,
  size_bytes as message_size,
  _ingested_at
from normalized.messages
