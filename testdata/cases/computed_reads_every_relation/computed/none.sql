-- Nothing that is computed is there.
select entity_type, entity_id, 'feedback' as trait_name, concat('seen ', trait_name) as trait_value, occurred_at from entity.traits where trait_name in ('n_events', 'orders_count', 'names_seen')
