-- Whether an order is its buyer's first valid one.
select event_id, 'is_first_order' as dimension_name, 'true' as dimension_value
from (
    select event_id, row_number() over (partition by entity_id order by occurred_at, event_id) as place
    from entity.dimensions
    where entity_type = 'person' and role = 'buyer' and event_name = 'order_placed'
        and dimension_name = 'is_valid_order' and dimension_value = 'true'
) as orders
where place = 1
