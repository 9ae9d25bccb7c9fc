-- Attributes that nexus_entities does not show, because a trait of the same name has another value.
select 'nexus_entities' as table_name, t.source, 'hidden_attribute' as reason, t.trait_name as detail, count(*) as n, min(t.entity_id) as sample
from model.nexus_resolved_entity_traits as t
join model.nxw_registered_entities as a on a.entity_id = t.entity_id
where any shared as s (t.trait_name = s.value and cast(a.s.name as text) <> t.trait_value)
group by t.source, t.trait_name
