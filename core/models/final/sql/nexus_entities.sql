-- Every entity: since when there is one, and its traits and attributes, a column a name.
with traits as (
  select
    entity_id, max(occurred_at) as changed_at,
    each traits as t (max(case when trait_name = t.name then trait_value end) as t.alias)
  from model.nexus_resolved_entity_traits
  group by entity_id
),
interactions as (
  select entity_id, entity_type, min(occurred_at) as first_at, max(occurred_at) as last_at
  from model.nexus_entity_participants
  group by entity_id, entity_type
),
seen as (
  select entity_id, entity_type, first_seen_at as seen_at
  from model.nexus_resolved_identifiers
  union all
  select entity_id, entity_type, first_at from interactions
  union all
  select entity_id, entity_type, coalesce(created_at, updated_at, _ingested_at) from model.nxw_registered_entities
  union all
  select entity_a_id, entity_a_type, coalesce(established_at, ended_at) from model.nexus_relationships
  union all
  select entity_b_id, entity_b_type, coalesce(established_at, ended_at) from model.nexus_relationships
  union all
  select entity_id, entity_type, valid_from from model.nexus_entity_states where previous_entity_state_id is null -- the first
  union all
  select entity_id, entity_type, occurred_at from model.nexus_resolved_entity_traits
),
entities as (
  select entity_id, entity_type, min(seen_at) as seen_at
  from seen
  group by entity_id, entity_type
),
merges as (
  select current_entity_id as entity_id, max(retired_at) as merged_at
  from model.nexus_entity_aliases
  where reason = 'merged'
  group by current_entity_id
)
select
  e.entity_id, e.entity_type,
  each columns as c (
    each c.single as s (s.value as c.name),
    each c.several as s (coalesce(each s.values as v (v.value)) as c.name)
  ),
  e.seen_at as _created_at, greatest(t.changed_at, a.updated_at) as _updated_at, m.merged_at as _last_merged_at,
  i.first_at as first_interaction_at, i.last_at as last_interaction_at, run_started_at() as _processed_at
from entities as e
left join traits as t on t.entity_id = e.entity_id
left join model.nxw_registered_entities as a on a.entity_id = e.entity_id
left join interactions as i on i.entity_id = e.entity_id
left join merges as m on m.entity_id = e.entity_id
