select entity_type as entity_type, entity_id as entity_id, 'blank' as trait_name, ' ' as trait_value, occurred_at from entity.events where entity_type = 'person' and event_name = 'order_placed'
