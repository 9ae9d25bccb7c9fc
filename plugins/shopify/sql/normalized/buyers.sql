-- Who bought: the customer of an order, else the customer of its address, else the address itself.
with known as (
    select shop_key, email_key, min(customer_key) as customer_key
    from normalized.customers
    where email_key is not null
    group by shop_key, email_key
    having count(*) = 1
)
select
    o.order_key,
    coalesce(o.customer_key, k.customer_key, normalize_email(o.order_email), normalize_phone(o.order_phone)) as buyer_key,
    case
        when coalesce(o.customer_key, k.customer_key) is not null then 'shopify_customer_id'
        when normalize_email(o.order_email) is not null then 'email'
        when normalize_phone(o.order_phone) is not null then 'phone'
    end as buyer_type,
    o.is_valid,
    o.placed_at
from normalized.orders o
left join known k on k.shop_key = o.shop_key and k.email_key = normalize_email(o.order_email)
where coalesce(o.customer_key, k.customer_key, normalize_email(o.order_email), normalize_phone(o.order_phone)) is not null
