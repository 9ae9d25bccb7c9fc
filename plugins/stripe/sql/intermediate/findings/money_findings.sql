-- What is referred to and not among the records, so that amounts are not known; what has no date.
with priced as (
    select i.subscription_id, i.price_id
    from normalized.subscription_items i
    join normalized.subscriptions s on s.subscription_id = i.subscription_id and s.version_no = i.version_no
    where i.gross_month is null and s.status in ('active', 'past_due', 'trialing')
    union all
    -- nothing says what it is for: items that were not landed, or cannot be read
    select s.subscription_id, 'no items'
    from normalized.subscriptions s
    left join normalized.subscription_items i on i.subscription_id = s.subscription_id and i.version_no = s.version_no
    where i.subscription_id is null and s.status in ('active', 'past_due', 'trialing')
    union all
    -- whether a discount of some products is one of this item, is not known
    select distinct i.subscription_id, i.price_id
    from normalized.subscription_items i
    join normalized.subscriptions s on s.subscription_id = i.subscription_id and s.version_no = i.version_no
    join normalized.subscription_discounts d on d.subscription_id = i.subscription_id and d.version_no = i.version_no
    where i.product_id is null and d.products is not null and i.gross_month is not null and s.status in ('active', 'past_due', 'trialing')
),
discounted as (
    select distinct d.subscription_id, d.discount_id
    from normalized.subscription_discounts d
    join normalized.subscriptions s on s.subscription_id = d.subscription_id and s.version_no = d.version_no
    where d.is_unknown and s.status in ('active', 'past_due', 'trialing')
)
select 'subscriptions' as table_name, 'missing_price' as reason, coalesce(price_id, 'unknown') as detail, subscription_id as sample
from priced
union all
select 'subscriptions', 'missing_discount', coalesce(discount_id, 'unknown'), subscription_id
from discounted
union all
select 'charges', 'incomplete_record', 'no date', charge_id
from normalized.charges
where created_at is null
union all
select 'refunds', 'incomplete_record', 'no date', refund_id
from normalized.refunds
where created_at is null
union all
select 'disputes', 'incomplete_record', 'no date', dispute_id
from normalized.disputes
where created_at is null
union all
select 'invoices', 'incomplete_record', 'no date', invoice_id
from normalized.invoices
where created_at is null
union all
select 'invoices', 'draft', cast(null as text), invoice_id
from normalized.invoices
where status = 'draft'
union all
-- a deletion of which nobody knows when it was, gives no event
select 'customers', 'incomplete_record', 'deleted, no date', customer_id
from normalized.customers
where is_deleted and deleted_at is null
union all
select 'refunds', 'missing_parent', 'charge', refund_id
from normalized.refunds
where customer_id is null and payer_email is null
union all
-- money may have gone back, and no dispute says how much and when
select 'charges', 'missing_dispute', cast(null as text), c.charge_id
from normalized.charges c
left join (select distinct charge_id from normalized.disputes) d on d.charge_id = c.charge_id
where c.is_disputed and d.charge_id is null and (c.is_live or config('include_test'))
union all
select 'disputes', 'missing_parent', 'charge', dispute_id
from normalized.disputes
where customer_id is null and payer_email is null
union all
select 'subscription_items', 'missing_parent', 'subscription', r.record_id
from raw.subscription_items r
left join normalized.loose_items i on i.item_id = r.record_id
where i.item_id is null and not coalesce(r._deleted, false) and not coalesce(json_bool(r.record, '$.deleted'), false)
union all
select 'subscriptions', 'unknown_value', status, subscription_id
from normalized.subscriptions
where status not in ('incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled', 'unpaid', 'paused')
union all
select 'charges', 'unknown_value', status, charge_id
from normalized.charges
where status not in ('succeeded', 'failed', 'pending')
union all
select 'refunds', 'unknown_value', status, refund_id
from normalized.refunds
where status not in ('succeeded', 'failed', 'pending', 'canceled', 'requires_action')
union all
select 'invoices', 'unknown_value', status, invoice_id
from normalized.invoices
where status not in ('draft', 'open', 'paid', 'void', 'uncollectible')
union all
select 'disputes', 'unknown_value', status, dispute_id
from normalized.disputes
where status not in ('warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost', 'prevented')
