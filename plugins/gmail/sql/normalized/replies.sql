-- One row a mail by a person that answers a mail known here of another address, with the time that the answer took.
select
  nexus_id('evt', 'message_replied', m.message_key) as event_id,
  m.message_key,
  m.occurred_at,
  m.subject,
  m.direction,
  m.sender_address,
  m.is_from_person,
  p.sender_address as replied_to_address,
  p.is_from_person as is_to_person,
  p.event_id as parent_event_id,
  case when m.occurred_at >= p.occurred_at then date_diff('second', p.occurred_at, m.occurred_at) end as response_seconds,
  m._ingested_at
from normalized.messages as m
join normalized.messages as p on p.message_key = m.parent_key
where m.message_kind = 'human' and p.message_kind <> 'bounce' and m.sender_address <> p.sender_address
