-- Invoices as they are now, in the paths of every API version, amounts in major
-- units. Times of what happened come from the object, else from the event that told it.
with told as (
    select
        object_id as invoice_id,
        min(case when event_type = 'invoice.finalized' then observed_at end) as finalized_at,
        min(case when event_type in ('invoice.paid', 'invoice.payment_succeeded') then observed_at end) as paid_at,
        min(case when event_type = 'invoice.voided' then observed_at end) as voided_at,
        min(case when event_type = 'invoice.marked_uncollectible' then observed_at end) as uncollectible_at
    from normalized.streamed_objects
    where object_type = 'invoice'
    group by object_id
),
versions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        cast(null as timestamp) as told_at, concat('invoices/', _connection, '/', record_id, '/', cast(_version as text)) as version_key,
        coalesce(_deleted, false) or coalesce(json_bool(record, '$.deleted'), json_bool(record, '$.is_deleted'), false) as is_deleted, true as is_live, _connection as connection, _ingested_at
    from raw.invoices_history
    union all
    select obj, object_id, observed_at, case when is_event then observed_at end, version_key, is_deleted, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'invoice'
),
deletions as (
    select id as invoice_id, max(case when is_deleted then observed_at end) as deleted_at, max(case when not is_deleted then observed_at end) as last_seen_at
    from versions
    group by id
    having max(case when is_deleted then 1 else 0 end) = 1
),
newest as (
    -- chosen before it is read: reading is what costs. A stub of a deletion does not say what the invoice was
    select v.*
    from versions v
    left join normalized.object_order o on o.version_key = v.version_key
    where v.id is not null and (not v.is_deleted or json_text(v.obj, '$.currency') is not null)
    qualify row_number() over (partition by v.id
        order by v.observed_at desc, coalesce(o.place, 0) desc, v.told_at is null, v._ingested_at desc, v.connection desc, v.version_key) = 1
),
read as (
    select
        id as invoice_id,
        coalesce(json_text(obj, '$.object'), 'invoice') as object_type,
        json_text(obj, '$.number') as number,
        coalesce(json_text(obj, '$.customer.id'), json_text(obj, '$.customer'), json_text(obj, '$.customer_id')) as customer_id,
        nullif(trim(coalesce(json_text(obj, '$.customer_email'), json_text(obj, '$.customer.email'))), '') as customer_email,
        nullif(trim(coalesce(json_text(obj, '$.customer_name'), json_text(obj, '$.customer.name'))), '') as customer_name,
        coalesce(json_text(obj, '$.parent.subscription_details.subscription.id'), json_text(obj, '$.parent.subscription_details.subscription'),
            json_text(obj, '$.subscription.id'), json_text(obj, '$.subscription'), json_text(obj, '$.subscription_id'),
            json_text(obj, '$.lines.data[0].parent.subscription_item_details.subscription'), json_text(obj, '$.lines.data[0].subscription'),
            json_text(obj, '$.lines[0].parent.subscription_item_details.subscription'), json_text(obj, '$.lines[0].subscription')) as given_subscription_id,
        lower(json_text(obj, '$.status')) as given_status,
        json_bool(obj, '$.paid') as is_paid,
        json_bool(obj, '$.closed') as is_closed,
        json_bool(obj, '$.forgiven') as is_forgiven,
        json_text(obj, '$.billing_reason') as billing_reason,
        coalesce(json_text(obj, '$.collection_method'), json_text(obj, '$.billing')) as collection_method,
        lower(json_text(obj, '$.currency')) as currency,
        json_decimal(obj, '$.subtotal') as subtotal_minor,
        json_decimal(obj, '$.total') as total_minor,
        json_decimal(obj, '$.total_excluding_tax') as total_excluding_tax_minor,
        json_decimal(obj, '$.tax') as tax_minor,
        json_extract(obj, '$.total_taxes') as total_taxes,
        json_extract(obj, '$.total_tax_amounts') as total_tax_amounts,
        json_extract(obj, '$.total_discount_amounts') as total_discount_amounts,
        json_decimal(obj, '$.amount_due') as amount_due_minor,
        json_decimal(obj, '$.amount_paid') as amount_paid_minor,
        json_decimal(obj, '$.amount_remaining') as amount_remaining_minor,
        json_bigint(obj, '$.attempt_count') as attempt_count,
        coalesce(json_timestamp(obj, '$.created'), json_timestamp(obj, '$.date')) as created_at,
        coalesce(json_timestamp(obj, '$.status_transitions.finalized_at'), json_timestamp(obj, '$.status_transitions_finalized_at'),
            json_timestamp(obj, '$.finalized_at')) as finalized_at,
        coalesce(json_timestamp(obj, '$.status_transitions.paid_at'), json_timestamp(obj, '$.status_transitions_paid_at')) as paid_at,
        coalesce(json_timestamp(obj, '$.status_transitions.voided_at'), json_timestamp(obj, '$.status_transitions_voided_at')) as voided_at,
        coalesce(json_timestamp(obj, '$.status_transitions.marked_uncollectible_at'), json_timestamp(obj, '$.status_transitions_marked_uncollectible_at')) as uncollectible_at,
        json_timestamp(obj, '$.due_date') as due_at,
        json_timestamp(obj, '$.period_start') as period_start_at,
        json_timestamp(obj, '$.period_end') as period_end_at,
        coalesce(json_text(obj, '$.charge.id'), json_text(obj, '$.charge'), json_text(obj, '$.charge_id')) as charge_id,
        coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
        told_at,
        observed_at,
        connection,
        _ingested_at
    from newest
),
kept as (
    select *
    from read
    -- filtered above the window: below it, an engine would read the documents once for each condition
    qualify row_number() over (partition by invoice_id order by observed_at) = 1
        and object_type = 'invoice'
        and (is_live or config('include_test'))
        and coalesce(billing_reason <> 'upcoming', true)
        and not starts_with(invoice_id, 'upcoming_')
),
latest as (
    select k.*, coalesce(k.given_subscription_id, l.subscription_id) as subscription_id
    from kept k
    left join normalized.invoice_lines l on l.invoice_id = k.invoice_id
),
tax_lines as (
    select l.invoice_id, sum(json_decimal(t.tax, '$.amount')) as tax_minor
    from latest l
    cross join unnest(json_array(coalesce(l.total_taxes, l.total_tax_amounts), '$')) as t(tax)
    group by l.invoice_id
),
discount_lines as (
    select l.invoice_id, sum(json_decimal(t.discount, '$.amount')) as discount_minor
    from latest l
    cross join unnest(json_array(l.total_discount_amounts, '$')) as t(discount)
    group by l.invoice_id
),
joined as (
    select
        l.*,
        coalesce(c.minor_per_major, 100) as minor_per_major,
        coalesce(l.tax_minor, t.tax_minor, l.total_minor - l.total_excluding_tax_minor) as all_tax_minor,
        d.discount_minor,
        coalesce(l.amount_paid_minor, case when coalesce(l.given_status = 'paid', l.is_paid, false) then l.amount_due_minor end) as all_paid_minor,
        coalesce(l.amount_remaining_minor, l.amount_due_minor) as all_remaining_minor,
        e.finalized_at as finalized_event_at,
        e.paid_at as paid_event_at,
        e.voided_at as voided_event_at,
        e.uncollectible_at as uncollectible_event_at,
        case when x.deleted_at >= coalesce(x.last_seen_at, x.deleted_at) then x.deleted_at end as deleted_at
    from latest l
    left join tax_lines t on t.invoice_id = l.invoice_id
    left join discount_lines d on d.invoice_id = l.invoice_id
    left join normalized.currencies c on c.currency = l.currency
    left join told e on e.invoice_id = l.invoice_id
    left join deletions x on x.invoice_id = l.invoice_id
)
select
    invoice_id,
    number,
    customer_id,
    customer_email,
    customer_name,
    subscription_id,
    coalesce(given_status, case
        when is_paid then 'paid'
        when is_forgiven then 'uncollectible'
        when is_closed then 'void'
        else 'open'
    end) as status,
    billing_reason,
    collection_method,
    currency,
    case minor_per_major when 100 then total_minor / 100 when 1 then total_minor else total_minor / 1000 end as total,
    case minor_per_major when 100 then all_tax_minor / 100 when 1 then all_tax_minor else all_tax_minor / 1000 end as tax,
    case minor_per_major when 100 then discount_minor / 100 when 1 then discount_minor else discount_minor / 1000 end as discount,
    case minor_per_major when 100 then amount_due_minor / 100 when 1 then amount_due_minor else amount_due_minor / 1000 end as amount_due,
    case minor_per_major when 100 then all_paid_minor / 100 when 1 then all_paid_minor else all_paid_minor / 1000 end as amount_paid,
    case minor_per_major when 100 then all_remaining_minor / 100 when 1 then all_remaining_minor else all_remaining_minor / 1000 end as amount_remaining,
    attempt_count,
    coalesce(created_at, finalized_at, paid_at, period_end_at, told_at) as created_at,
    coalesce(finalized_at, finalized_event_at) as finalized_at,
    coalesce(paid_at, paid_event_at) as paid_at,
    coalesce(voided_at, voided_event_at) as voided_at,
    coalesce(uncollectible_at, uncollectible_event_at) as uncollectible_at,
    due_at,
    period_start_at,
    period_end_at,
    charge_id,
    deleted_at,
    observed_at,
    connection,
    _ingested_at
from joined
