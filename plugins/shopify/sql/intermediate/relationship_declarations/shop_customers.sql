-- A person is a customer of a shop until the shop deletes the record.
select
    a.event_id,
    a.occurred_at,
    'person' as entity_a_type,
    'shopify_customer_id' as entity_a_identifier_type,
    a.customer_key as entity_a_identifier,
    'customer' as entity_a_role,
    'group' as entity_b_type,
    'shopify_shop_id' as entity_b_identifier_type,
    s.shop_id as entity_b_identifier,
    'shop' as entity_b_role,
    'customer' as relationship_type,
    'a_to_b' as relationship_direction,
    a.event_name <> 'customer_deleted' as is_active,
    a._ingested_at
from normalized.customer_activity a
join normalized.shops s on s.shop_key = a.shop_key
where a.event_name in ('customer_created', 'customer_deleted')
