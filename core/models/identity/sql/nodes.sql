-- One row an identifier of a resolved type, numbered so that the least number is
-- the least identifier: everything after this works on numbers.
with seen as (
  select entity_type, identifier_type, normalized_value, event_id, min(occurred_at) as first_at, max(occurred_at) as last_at
  from model.nexus_entity_identifiers
  where is_resolved(entity_type)
  group by entity_type, identifier_type, normalized_value, event_id
),
identifiers as (
  select entity_type, identifier_type, normalized_value, min(first_at) as first_seen_at, max(last_at) as last_seen_at, count(*) as n_events
  from seen
  group by entity_type, identifier_type, normalized_value
),
blocked as (
  select entity_type, identifier_type, normalized_value, min(rule_no) as rule_no
  from model.nxw_id_blocked
  group by entity_type, identifier_type, normalized_value
)
select
  row_number() over (order by i.entity_type, i.identifier_type, i.normalized_value) as node,
  i.entity_type, i.identifier_type, i.normalized_value, i.first_seen_at, i.last_seen_at, i.n_events,
  least(b.rule_no, blocked_by_pattern(i.entity_type, i.identifier_type, i.normalized_value)) as blocked_by
from identifiers as i
left join blocked as b
  on b.entity_type = i.entity_type and b.identifier_type = i.identifier_type and b.normalized_value = i.normalized_value
