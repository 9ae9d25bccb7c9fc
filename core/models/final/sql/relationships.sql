-- A bidirectional pair is stored with the lesser id first. Nearly all relationships
-- are only ever declared active, by one source, in one direction: those are plain
-- sums of their declarations. The declarations of the others are numbered in time; what follows
-- the last active one has ended it.
with oriented as (
  select
    relationship_type, relationship_direction, is_active, occurred_at, source, _ingested_at, relationship_declaration_id,
    case when is_turned then entity_b_id else entity_a_id end as entity_a_id,
    case when is_turned then entity_b_type else entity_a_type end as entity_a_type,
    case when is_turned then entity_b_role else entity_a_role end as entity_a_role,
    case when is_turned then entity_a_id else entity_b_id end as entity_b_id,
    case when is_turned then entity_a_type else entity_b_type end as entity_b_type,
    case when is_turned then entity_a_role else entity_b_role end as entity_b_role
  from (
    select
      relationship_type, relationship_direction, is_active, occurred_at, source, _ingested_at, relationship_declaration_id,
      entity_a_id, entity_a_type, entity_a_role, entity_b_id, entity_b_type, entity_b_role,
      relationship_direction = 'bidirectional'
        and (entity_b_id < entity_a_id or (entity_b_id = entity_a_id and entity_b_role < entity_a_role)) is true as is_turned
    from model.nxw_relationship_ends
    where entity_a_id is not null and entity_b_id is not null
  ) as ends
),
grouped as (
  select
    entity_a_id, min(entity_a_type) as entity_a_type, entity_a_role, entity_b_id, min(entity_b_type) as entity_b_type, entity_b_role,
    relationship_type, min(relationship_direction) as relationship_direction, min(source) as source,
    bool_and(is_active) and min(relationship_direction) = max(relationship_direction) and min(source) = max(source) as is_plain,
    min(occurred_at) as first_at, max(occurred_at) as last_at
  from oriented
  group by entity_a_id, entity_a_role, entity_b_id, entity_b_role, relationship_type
),
identified as (
  select
    nexus_id('rel', entity_a_id, entity_a_role, entity_b_id, entity_b_role, relationship_type) as relationship_id,
    entity_a_id, entity_a_type, entity_a_role, entity_b_id, entity_b_type, entity_b_role, relationship_type,
    relationship_direction, source, is_plain is true as is_plain, first_at, last_at
  from grouped
),
numbered as (
  select
    g.relationship_id, t.relationship_direction, t.is_active, t.occurred_at, t.source,
    row_number() over (
      partition by g.relationship_id order by t.occurred_at, t._ingested_at, t.source, t.relationship_declaration_id
    ) as n
  from oriented as t
  join identified as g
    on g.entity_a_id = t.entity_a_id and g.entity_b_id = t.entity_b_id and g.relationship_type = t.relationship_type
    and g.entity_a_role is not distinct from t.entity_a_role and g.entity_b_role is not distinct from t.entity_b_role
  where not g.is_plain
),
lasting as (
  select relationship_id, max(case when is_active then n end) as last_active
  from numbered
  group by relationship_id
),
declared as (
  select
    n.relationship_id,
    arg_max(n.relationship_direction, n.n) as relationship_direction,
    max(n.n) = max(coalesce(l.last_active, 0)) as is_active,
    min(case when n.is_active then n.occurred_at end) as established_at,
    min(case when n.n > coalesce(l.last_active, 0) then n.occurred_at end) as ended_at,
    arg_max(n.source, n.n) as primary_source
  from numbered as n
  join lasting as l on l.relationship_id = n.relationship_id
  group by n.relationship_id
)
select
  g.relationship_id, g.entity_a_id, g.entity_a_type, g.entity_a_role, g.entity_b_id, g.entity_b_type, g.entity_b_role,
  g.relationship_type,
  case when g.is_plain then g.relationship_direction else t.relationship_direction end as relationship_direction,
  case when g.is_plain then true else t.is_active end as is_active,
  case when g.is_plain then g.first_at else t.established_at end as established_at,
  t.ended_at,
  g.last_at as last_updated_at,
  case when g.is_plain then g.source else t.primary_source end as primary_source,
  run_started_at() as _processed_at
from identified as g
left join declared as t on t.relationship_id = g.relationship_id
