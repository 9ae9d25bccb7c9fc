-- A bidirectional pair is stored with the lesser id first. The declarations of a
-- relationship are numbered in time; what follows the last active one has ended it.
with turned as (
  select
    relationship_type, relationship_direction, is_active, occurred_at, source, _ingested_at, relationship_declaration_id,
    case when turns then entity_b_id else entity_a_id end as entity_a_id,
    case when turns then entity_b_type else entity_a_type end as entity_a_type,
    case when turns then entity_b_role else entity_a_role end as entity_a_role,
    case when turns then entity_a_id else entity_b_id end as entity_b_id,
    case when turns then entity_a_type else entity_b_type end as entity_b_type,
    case when turns then entity_a_role else entity_b_role end as entity_b_role
  from (
    select
      relationship_type, relationship_direction, is_active, occurred_at, source, _ingested_at, relationship_declaration_id,
      entity_a_id, entity_a_type, entity_a_role, entity_b_id, entity_b_type, entity_b_role,
      relationship_direction = 'bidirectional'
        and (entity_b_id < entity_a_id or (entity_b_id = entity_a_id and entity_b_role < entity_a_role)) is true as turns
    from model.nxw_relationship_ends
    where entity_a_id is not null and entity_b_id is not null
  ) as ends
),
identified as (
  select
    nexus_id('rel', entity_a_id, entity_a_role, entity_b_id, entity_b_role, relationship_type) as relationship_id,
    entity_a_id, entity_a_type, entity_a_role, entity_b_id, entity_b_type, entity_b_role, relationship_type,
    relationship_direction, is_active, occurred_at, source, _ingested_at, relationship_declaration_id
  from turned
),
numbered as (
  select
    relationship_id, entity_a_id, entity_a_type, entity_a_role, entity_b_id, entity_b_type, entity_b_role, relationship_type,
    relationship_direction, is_active, occurred_at, source,
    row_number() over (
      partition by relationship_id order by occurred_at, _ingested_at, source, relationship_declaration_id
    ) as n
  from identified
),
lasting as (
  select relationship_id, max(case when is_active then n end) as last_active
  from numbered
  group by relationship_id
)
select
  n.relationship_id, n.entity_a_id, n.entity_a_type, n.entity_a_role, n.entity_b_id, n.entity_b_type, n.entity_b_role,
  n.relationship_type,
  arg_max(n.relationship_direction, n.n) as relationship_direction,
  max(n.n) = max(coalesce(l.last_active, 0)) as is_active,
  min(case when n.is_active then n.occurred_at end) as established_at,
  min(case when n.n > coalesce(l.last_active, 0) then n.occurred_at end) as ended_at,
  max(n.occurred_at) as last_updated_at,
  arg_max(n.source, n.n) as primary_source,
  run_started_at() as _processed_at
from numbered as n
join lasting as l on l.relationship_id = n.relationship_id
group by
  n.relationship_id, n.entity_a_id, n.entity_a_type, n.entity_a_role, n.entity_b_id, n.entity_b_type, n.entity_b_role,
  n.relationship_type
