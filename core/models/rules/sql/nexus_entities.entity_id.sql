-- The id of an entity begins as those of its type do.
select t.entity_id as sample
from model.nexus_entities as t
where not any types as y (t.entity_type = y.name and regexp_like(t.entity_id, y.pattern))
