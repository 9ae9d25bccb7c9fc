select event_id, 'is_big' as dimension_name, case when event_name = 'order_placed' then 'yes, very' else 'true' end as dimension_value
from entity.events where entity_type = 'order'
