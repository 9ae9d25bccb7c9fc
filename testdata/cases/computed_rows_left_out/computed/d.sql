select 'order' as entity_type, entity_id as entity_id, 'wrong_type' as trait_name, '1' as trait_value, occurred_at from entity.events where entity_type = 'person' and event_name = 'order_placed'
