-- What a person or company has paid, over all their customers and guest payments. Refunds and disputes take it back. Amounts of
-- several currencies make no total. A company's money is not its billing contact's.
with money as (
    select entity_type, entity_id, sum(value) as lifetime_value, max(occurred_at) as moved_at
    from entity.measurements
    where measurement_name = 'cash_revenue' and role in ('customer', 'payer')
    group by entity_type, entity_id
    having min(value_unit) = max(value_unit) and count(value_unit) = count(*)
),
payments as (
    select entity_type, entity_id, count(distinct event_id) as payments_count, min(occurred_at) as first_paid_at, max(occurred_at) as last_paid_at
    from entity.events
    where event_name = 'payment_succeeded' and role in ('customer', 'payer')
    group by entity_type, entity_id
)
select entity_type, entity_id, 'lifetime_value' as trait_name, cast(lifetime_value as text) as trait_value, moved_at as occurred_at
from money
union all
select entity_type, entity_id, 'payments_count', cast(payments_count as text), last_paid_at
from payments
union all
select entity_type, entity_id, 'first_paid_at', cast(first_paid_at as text), first_paid_at
from payments
union all
select entity_type, entity_id, 'last_paid_at', cast(last_paid_at as text), last_paid_at
from payments
