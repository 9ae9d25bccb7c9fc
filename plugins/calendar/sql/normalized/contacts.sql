-- One row an address: the first meeting that it was asked to.
select
  address,
  domain,
  is_generic_domain,
  is_ours,
  is_own_domain,
  is_role_address,
  arg_min(scheduled_event_id, scheduled_at) as event_id,
  min(scheduled_at) as occurred_at,
  min(_ingested_at) as _ingested_at
from normalized.meeting_people
group by address, domain, is_generic_domain, is_ours, is_own_domain, is_role_address
