-- Disputes as they are now; funds_withdrawn tells an inquiry from one that took the money.
with versions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, _ingested_at) as observed_at,
        cast(null as text) as event_type, true as is_live, _connection as connection, _ingested_at
    from raw.disputes
    where not coalesce(_deleted, false)
    union all
    select obj, object_id, observed_at, event_type, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'dispute'
),
read as (
    select
        id as dispute_id,
        coalesce(json_text(obj, '$.charge.id'), json_text(obj, '$.charge'), json_text(obj, '$.charge_id')) as charge_id,
        lower(json_text(obj, '$.status')) as status,
        json_text(obj, '$.reason') as reason,
        lower(json_text(obj, '$.currency')) as currency,
        json_decimal(obj, '$.amount') as amount_minor,
        coalesce(json_text(obj, '$.balance_transactions[0].id'), json_text(obj, '$.balance_transactions[0]'), json_text(obj, '$.balance_transaction.id'),
            json_text(obj, '$.balance_transaction')) as balance_transaction_id,
        json_timestamp(obj, '$.created') as created_at,
        coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
        observed_at,
        event_type,
        connection,
        _ingested_at
    from versions
    where id is not null
),
marked as (
    select
        *,
        max(case when event_type = 'charge.dispute.funds_withdrawn' then 1 else 0 end) over (partition by dispute_id) as n_withdrawn,
        min(case when event_type = 'charge.dispute.closed' then observed_at end) over (partition by dispute_id) as closed_at
    from read
)
select
    m.dispute_id,
    m.charge_id,
    c.customer_id,
    coalesce(c.billing_email, c.receipt_email) as payer_email,
    m.status,
    m.reason,
    m.currency,
    m.amount_minor / coalesce(k.minor_per_major, 100) as amount,
    m.n_withdrawn > 0 or nullif(m.balance_transaction_id, '') is not null or m.status in ('won', 'lost', 'needs_response', 'under_review') as funds_withdrawn,
    coalesce(m.created_at, m.observed_at) as created_at,
    coalesce(m.closed_at, greatest(m.observed_at, m.created_at)) as closed_at,
    m.closed_at is null as is_observed,
    m.connection,
    greatest(m._ingested_at, c._ingested_at) as _ingested_at
from marked m
left join normalized.charges c on c.charge_id = m.charge_id
left join normalized.currencies k on k.currency = m.currency
qualify ((m.is_live and coalesce(c.is_live, true)) or config('include_test'))
    and row_number() over (partition by m.dispute_id order by m.observed_at desc, m.event_type is null, m._ingested_at desc, m.connection desc, m.event_type) = 1
