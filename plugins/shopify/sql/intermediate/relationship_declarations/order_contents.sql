-- An order contains products.
with contents as (
    select distinct order_key, shop_key, product_id
    from normalized.order_lines
    where product_id is not null
)
select
    a.event_id,
    a.occurred_at,
    'order' as entity_a_type,
    'order_id' as entity_a_identifier_type,
    a.order_key as entity_a_identifier,
    'order' as entity_a_role,
    'product' as entity_b_type,
    'product_id' as entity_b_identifier_type,
    concat(c.shop_key, '/', c.product_id) as entity_b_identifier,
    'product' as entity_b_role,
    'contains' as relationship_type,
    'a_to_b' as relationship_direction,
    true as is_active,
    a._ingested_at
from normalized.order_activity a
join contents c on c.order_key = a.order_key
where a.event_name = 'order_placed'
