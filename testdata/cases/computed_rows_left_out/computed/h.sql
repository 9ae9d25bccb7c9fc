select 'nexus_entities' as table_name, 'too_few' as reason, 'orders' as detail, min(entity_id) as sample, count(*) as n from entity.events where entity_type = 'person' and event_name = 'order_placed'
