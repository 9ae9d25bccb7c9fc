select
  concat(
    l.entity_type_a, ' ', l.identifier_type_a, ' ', l.identifier_value_a, ' - ',
    l.identifier_type_b, ' ', l.identifier_value_b
  ) as sample
from model.nexus_entity_identifiers_edges as l
left join model.nexus_resolved_identifiers as a
  on a.entity_type = l.entity_type_a and a.identifier_type = l.identifier_type_a and a.normalized_value = l.identifier_value_a
left join model.nexus_resolved_identifiers as b
  on b.entity_type = l.entity_type_b and b.identifier_type = l.identifier_type_b and b.normalized_value = l.identifier_value_b
where l.is_kept and (a.entity_id is null or b.entity_id is null or a.entity_id <> b.entity_id)
