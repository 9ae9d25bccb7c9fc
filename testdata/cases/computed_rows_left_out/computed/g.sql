select concat(event_id, '0') as event_id, 'is_odd' as dimension_name, 'true' as dimension_value from entity.events where entity_type = 'person' and event_name = 'order_placed'
