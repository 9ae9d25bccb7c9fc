-- Of what each rule allows an entity one.
each unique as rule (
  select rule.no as rule_no, node
  from model.nxw_id_nodes
  where entity_type = rule.entity_type and identifier_type = rule.identifier_type and blocked_by is null
)
union all
each cannot_link as c (
  select distinct p.rule_no, n.node
  from model.nxw_id_cannot_link as p
  join model.nxw_id_nodes as n
    on n.entity_type = p.entity_type and n.identifier_type = p.identifier_type and n.normalized_value = p.normalized_value
  where n.blocked_by is null
)
