-- The changes of each entity's states, in the order in which the states' history picks them.
select
  entity_of(i.entity_type, i.identifier_type, i.source, i.normalized_value, r.entity_id) as entity_id,
  i.entity_type, i.state_name, i.state_category, i.state_key, i.state_value, i.state_numeric_value,
  i.value_unit, cast(null as date) as rate_date, i.occurred_at, i.event_id, i.source, i._ingested_at
from model.nxw_state_changes_in as i
left join model.nexus_resolved_identifiers as r
  on r.entity_type = i.entity_type and r.identifier_type = i.identifier_type and r.normalized_value = i.normalized_value
where i.fault is null and has_entity(i.entity_type, i.identifier_type, r.entity_id)
