delete from entity.events
