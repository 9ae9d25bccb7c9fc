select
  a.entity_type as entity_type_a, a.identifier_type as identifier_type_a, a.normalized_value as identifier_value_a,
  b.entity_type as entity_type_b, b.identifier_type as identifier_type_b, b.normalized_value as identifier_value_b,
  l.rule_no = 0 as is_kept, r.guard, r.rule,
  coalesce(l.source, e.source) as source, e.event_id as first_event_id, coalesce(t.seen_at, e.seen_at) as first_occurred_at, l.n_events, run_started_at() as _processed_at
from model.nxw_id_links as l
join model.nxw_id_nodes as a on a.node = l.a
join model.nxw_id_nodes as b on b.node = l.b
left join model.nxw_id_events as e on e.event = l.event
left join model.nxw_id_times as t on t.event = l.event and t.source = coalesce(l.source, e.source)
left join model.nxw_id_rules as r on r.rule_no = l.rule_no
