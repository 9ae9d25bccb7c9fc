-- One row an address: where it first appears, where a person first wrote or was written to, and whether its owner ever gave a name.
select
  address,
  domain,
  is_generic_domain,
  is_ours,
  is_own_domain,
  is_role_address,
  is_person,
  arg_min(event_id, occurred_at) as event_id,
  min(occurred_at) as occurred_at,
  arg_min(case when message_kind = 'human' then event_id end, case when message_kind = 'human' then occurred_at end) as human_event_id,
  min(case when message_kind = 'human' then occurred_at end) as human_occurred_at,
  bool_or(role = 'sender' and display_name is not null) as has_own_name,
  max(occurred_at) as last_seen_at,
  min(_ingested_at) as _ingested_at
from normalized.message_addresses
where message_kind <> 'bounce' and role <> 'failed_recipient'
group by address, domain, is_generic_domain, is_ours, is_own_domain, is_role_address, is_person
