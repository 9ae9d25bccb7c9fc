-- What a customer has paid in all, as of the last payment: nothing where several currencies met.
select
    customer_id,
    arg_max(event_id, occurred_at) as event_id,
    max(occurred_at) as occurred_at,
    min(case when event_name = 'payment_succeeded' then occurred_at end) as first_paid_at,
    max(case when event_name = 'payment_succeeded' then occurred_at end) as last_paid_at,
    case when count(distinct currency) = 1 then sum(cash_revenue) end as lifetime_value,
    count(case when event_name = 'payment_succeeded' then 1 end) as payments_count,
    arg_max(card_brand, case when card_brand is not null and event_name = 'payment_succeeded' then occurred_at end) as card_brand,
    arg_max(card_last4, case when card_last4 is not null and event_name = 'payment_succeeded' then occurred_at end) as card_last4,
    max(_ingested_at) as _ingested_at
from normalized.payment_activity
where customer_id is not null
group by customer_id
