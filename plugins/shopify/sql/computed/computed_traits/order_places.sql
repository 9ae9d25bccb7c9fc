-- The place of each valid order among those of its buyer.
with placed as (
    select event_id, min(place) as place
    from (
        select event_id, row_number() over (partition by entity_id order by occurred_at, event_id) as place
        from entity.dimensions
        where entity_type = 'person' and role = 'buyer' and event_name = 'order_placed'
            and dimension_name = 'is_valid_order' and dimension_value = 'true'
    ) as orders
    group by event_id
)
select e.entity_type, e.entity_id, 'order_index' as trait_name, cast(p.place as text) as trait_value, e.occurred_at
from entity.events e
join placed p on p.event_id = e.event_id
where e.entity_type = 'order' and e.event_name = 'order_placed'
