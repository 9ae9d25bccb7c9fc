-- Exactly one row of an entity is current: the last.
select entity_id as sample
from model.nexus_entity_states
group by entity_id
having sum(case when is_current then 1 else 0 end) <> 1
  or sum(case when is_current and valid_to is null then 1 else 0 end) <> 1
