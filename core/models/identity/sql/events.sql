-- Events, numbered: rows name them by their number, which decides nothing. Those of which the rows disagree, about the
-- time or the source, have numbers below 0. Many workers number by remainders of the time: one of them would get all rows.
with found as (
  select event_id, min(source) as source, max(source) as last_source, min(occurred_at) as seen_at, max(occurred_at) as last_seen_at
  from model.nexus_entity_identifiers
  where is_resolved(entity_type)
  group by event_id
),
parted as (
  select
    event_id, source, seen_at, source < last_source as is_shared, source < last_source or seen_at < last_seen_at as is_disputed,
    abs(mod(epoch_micros(seen_at), 251)) as remainder
  from found
),
numbered as (
  select
    event_id, source, seen_at, is_shared, is_disputed,
    each one as o (row_number() over () as n),
    each many as m (251 * row_number() over (partition by remainder order by seen_at) + remainder as n)
  from parted
)
select case when is_disputed then 0 - n else n end as event, event_id, source, seen_at, is_shared
from numbered
