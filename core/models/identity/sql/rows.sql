-- The rows of every edge that could link something: one with a single row of each type
-- links nothing. A group is the part of an edge that is of one type. The edges are joined
-- without their type: engines would conclude that identifiers and edges of one type
-- join, and try that first. Which of the numbers an edge gets decides nothing, so the
-- cheapest order will do. Edge ids end in a hash: those with the same two digits are numbered by themselves.
with many as (
  select edge_id, substring(edge_id, 9, 2) as digits, count(*) as n_rows
  from model.nexus_entity_identifiers
  where is_resolved(entity_type)
  group by edge_id
  having any_type_twice(entity_type)
),
counted as (
  select digits, count(*) as n
  from many
  group by digits
),
placed as (
  select digits, sum(n) over (partition by mod(n, 1) order by digits rows between unbounded preceding and current row) - n as before
  from counted
),
numbered as (
  select m.edge_id, p.before + row_number() over (partition by m.digits order by m.n_rows) as edge_no
  from many as m
  join placed as p on p.digits = m.digits
)
select m.edge_no * type_count() + type_number(i.entity_type) as grp, n.node, n.blocked_by, i.source, i.event_id, i.occurred_at
from model.nexus_entity_identifiers as i
join numbered as m on m.edge_id = i.edge_id
join model.nxw_id_nodes as n
  on n.entity_type = i.entity_type and n.identifier_type = i.identifier_type and n.normalized_value = i.normalized_value
