-- Products, as registered entities.
select
    'product' as entity_type,
    product_id as source_id,
    created_at,
    observed_at as updated_at,
    product_name as name,
    is_active,
    _ingested_at
from normalized.products
where product_id is not null and (is_live or config('include_test'))
