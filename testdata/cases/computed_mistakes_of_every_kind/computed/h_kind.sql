select entity_id, 5 as score from entity.events
