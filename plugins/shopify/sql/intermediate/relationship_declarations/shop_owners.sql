-- A person owns a shop.
select
    event_id,
    occurred_at,
    'person' as entity_a_type,
    'email' as entity_a_identifier_type,
    owner_email as entity_a_identifier,
    'owner' as entity_a_role,
    'group' as entity_b_type,
    'shopify_shop_id' as entity_b_identifier_type,
    shop_id as entity_b_identifier,
    'shop' as entity_b_role,
    'owner' as relationship_type,
    'a_to_b' as relationship_direction,
    true as is_active,
    _ingested_at
from normalized.shop_activity
where event_name = 'shop_created' and owner_email is not null
