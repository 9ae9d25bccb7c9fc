-- The id of each component. It keeps the id that most of its identifiers had; of
-- equals the one born first, then the least. Of two components that claim one id the larger claim keeps it, then the
-- component with the least identifier. Who has none gets one that was never published: the generation counts how many of the ids
-- that its least identifier could have given are used up, and they are used in order.
with votes as (
  select component, previous_entity_id as entity_id, count(*) as n
  from model.nxw_id_components
  where previous_entity_id is not null
  group by component, previous_entity_id
),
most as (
  select component, max(n) as n
  from votes
  group by component
),
leading as (
  select v.component, v.entity_id, v.n
  from votes as v
  join most as m on m.component = v.component and m.n = v.n
),
tied as (
  select component
  from leading
  group by component
  having count(*) > 1
),
candidates as (
  select distinct f.entity_id
  from leading as f
  join tied as t on t.component = f.component
),
births as (
  select l.entity_id, min(l.logged_at) as born_at
  from prev.nexus_resolution_log as l
  join candidates as c on c.entity_id = l.entity_id
  group by l.entity_id
),
claims as (
  select f.component, f.n, arg_min(f.entity_id, coalesce(b.born_at, timestamp '0001-01-01T00:00:00Z')) as entity_id
  from leading as f
  left join births as b on b.entity_id = f.entity_id
  group by f.component, f.n
),
kept as (
  select entity_id, arg_min(component, 0 - n) as component
  from claims
  group by entity_id
),
fresh as (
  select n.node, n.entity_type, n.identifier_type, n.normalized_value
  from model.nxw_id_nodes as n
  left join model.nxw_cc_root as r on r.v = n.node
  left join kept as k on k.component = n.node
  where n.blocked_by is null and r.v is null and k.component is null
),
used as (
  select distinct f.node, f.entity_type, f.identifier_type, f.normalized_value, l.entity_id
  from fresh as f
  join prev.nexus_resolution_log as l
    on l.entity_type = f.entity_type and l.identifier_type = f.identifier_type and l.normalized_value = f.normalized_value
  where l.entity_id is not null
),
numbered as (
  select
    node, entity_type, identifier_type, normalized_value, entity_id,
    row_number() over (partition by node order by entity_id) - 1 as generation
  from used
),
generated as (
  select node, fresh_id(entity_type, identifier_type, normalized_value, generation) as entity_id
  from numbered
),
generations as (
  select d.node, count(*) as generation
  from generated as d
  join used as s on s.node = d.node and s.entity_id = d.entity_id
  group by d.node
)
select component, entity_id, false as is_fresh
from kept
union all
select f.node, fresh_id(f.entity_type, f.identifier_type, f.normalized_value, coalesce(g.generation, 0)), true
from fresh as f
left join generations as g on g.node = f.node
