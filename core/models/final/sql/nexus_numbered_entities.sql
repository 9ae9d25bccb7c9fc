-- Numbered as nexus_numbered_events.
select
  16 * row_number() over (partition by digit order by entity_id) + case each digits as d (when digit = d.text then d.number) end as entity,
  entity_id, entity_type
from (
  select entity_id, entity_type, substring(md5(entity_id), 1, 1) as digit
  from model.nxw_identifier_entities
  group by entity_id, entity_type
) as hashed
