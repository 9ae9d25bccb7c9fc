select entity_type, entity_id, 'Orders Count' as trait_name, '77' as trait_value, timestamp '2020-01-01' as occurred_at from entity.events where entity_type = 'person' and event_name = 'order_placed'
