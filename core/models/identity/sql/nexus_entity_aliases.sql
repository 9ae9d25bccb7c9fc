-- An heir may retire later: heir_entity_id says who it was at the time, current_entity_id who it is today.
select
  a.entity_id, a.entity_type, a.heir_entity_id,
  case when r.entity_id is null then a.current_entity_id else r.heir_entity_id end as current_entity_id,
  a.reason, a.run_id, a.retired_at
from prev.nexus_entity_aliases as a
left join model.nxw_id_retired as r on r.entity_id = a.current_entity_id
union all
select entity_id, entity_type, heir_entity_id, heir_entity_id as current_entity_id, reason, run_id(), run_started_at()
from model.nxw_id_retired
