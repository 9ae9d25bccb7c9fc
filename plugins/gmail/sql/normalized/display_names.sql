-- One row a change of the name that goes with an address. What its owner writes counts; what others write, only where the owner never gave one.
with given as (
  select a.address, a.event_id, a.occurred_at, max(a.display_name) as display_name, min(a._ingested_at) as _ingested_at
  from normalized.message_addresses as a
  join normalized.contacts as c on c.address = a.address
  where a.display_name is not null and a.is_person and a.message_kind <> 'bounce' and a.role <> 'failed_recipient'
    and (a.role = 'sender' or not c.has_own_name)
  group by a.address, a.event_id, a.occurred_at
),
spaced as (
  select address, event_id, occurred_at, display_name, _ingested_at,
    lag(display_name) over (partition by address order by occurred_at, event_id) as previous_name
  from given
)
select address, event_id, occurred_at, display_name, _ingested_at
from spaced
where previous_name is distinct from display_name
