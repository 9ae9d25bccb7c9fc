-- B2B: a person buys for a company.
select
    a.event_id,
    a.occurred_at,
    'person' as entity_a_type,
    b.buyer_type as entity_a_identifier_type,
    b.buyer_key as entity_a_identifier,
    'buyer_contact' as entity_a_role,
    'group' as entity_b_type,
    'shopify_company_id' as entity_b_identifier_type,
    a.company_key as entity_b_identifier,
    'company' as entity_b_role,
    'buyer_contact' as relationship_type,
    'a_to_b' as relationship_direction,
    true as is_active,
    a._ingested_at
from normalized.order_activity a
join normalized.buyers b on b.order_key = a.order_key
where a.event_name = 'order_placed' and a.company_key is not null
