-- Every version of every subscription that was landed, oldest first: those of
-- the event stream at the event's time, those of a table at the time they were seen.
with versions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        coalesce(_deleted, false) as is_deleted, false as is_event, cast(null as text) as stream_id, cast(null as text) as event_type,
        concat('subscriptions/', _connection, '/', record_id, '/', cast(_version as text)) as version_key, true as is_live, _connection as connection, _ingested_at
    from raw.subscriptions_history
    union all
    select obj, object_id, observed_at, is_deleted, is_event, stream_id, event_type, version_key, is_live, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'subscription'
),
read as (
    select
        id as subscription_id,
        coalesce(json_text(obj, '$.object'), 'subscription') as object_type,
        coalesce(json_text(obj, '$.customer.id'), json_text(obj, '$.customer'), json_text(obj, '$.customer_id')) as customer_id,
        lower(json_text(obj, '$.status')) as given_status,
        lower(coalesce(json_text(obj, '$.currency'), json_text(obj, '$.items.data[0].price.currency'), json_text(obj, '$.items[0].price.currency'),
            json_text(obj, '$.items.data[0].plan.currency'), json_text(obj, '$.items[0].plan.currency'), json_text(obj, '$.plan.currency'))) as currency,
        json_timestamp(obj, '$.created') as created_at,
        coalesce(json_timestamp(obj, '$.start_date'), json_timestamp(obj, '$.start')) as start_at,
        json_timestamp(obj, '$.trial_start') as trial_start_at,
        json_timestamp(obj, '$.trial_end') as trial_end_at,
        json_timestamp(obj, '$.ended_at') as given_ended_at,
        json_timestamp(obj, '$.canceled_at') as cancel_requested_at,
        json_timestamp(obj, '$.cancel_at') as cancel_at,
        coalesce(json_bool(obj, '$.cancel_at_period_end'), false) as cancel_at_period_end,
        coalesce(json_text(obj, '$.cancellation_details.reason'), json_text(obj, '$.cancellation_details_reason')) as cancel_reason,
        coalesce(json_text(obj, '$.cancellation_details.feedback'), json_text(obj, '$.cancellation_details_feedback')) as cancel_feedback,
        coalesce(json_text(obj, '$.cancellation_details.comment'), json_text(obj, '$.cancellation_details_comment')) as cancel_comment,
        coalesce(json_text(obj, '$.collection_method'), json_text(obj, '$.billing')) as collection_method,
        coalesce(json_type(obj, '$.pause_collection') = 'object', false)
            or nullif(json_text(obj, '$.pause_collection_behavior'), '') is not null as is_collection_paused,
        coalesce(json_timestamp(obj, '$.current_period_start'), json_timestamp(obj, '$.items.data[0].current_period_start'),
            json_timestamp(obj, '$.items[0].current_period_start')) as period_start_at,
        coalesce(json_timestamp(obj, '$.current_period_end'), json_timestamp(obj, '$.items.data[0].current_period_end'),
            json_timestamp(obj, '$.items[0].current_period_end')) as period_end_at,
        coalesce(json_text(obj, '$.latest_invoice.id'), json_text(obj, '$.latest_invoice'), json_text(obj, '$.latest_invoice_id')) as latest_invoice_id,
        json_bigint(obj, '$.quantity') as quantity,
        coalesce(json_extract(obj, '$.items.data'), json_extract(obj, '$.items')) as items,
        case when json_type(obj, '$.plan') = 'object' then json_extract(obj, '$.plan') end as plan,
        case when json_type(obj, '$.discounts') = 'string' then cast(json_text(obj, '$.discounts') as json) else json_extract(obj, '$.discounts') end as discounts,
        case when json_type(obj, '$.discount') = 'object' then json_extract(obj, '$.discount')
            -- by its id, or as the text of the object
            when nullif(json_text(obj, '$.discount'), '') is not null then coalesce(cast(json_text(obj, '$.discount') as json), json_extract(obj, '$.discount'))
            when nullif(json_text(obj, '$.discount_coupon_id'), '') is not null then obj end as discount,
        json_extract(obj, '$.default_tax_rates') as tax_rates,
        json_timestamp(obj, '$.updated') as updated_at,
        coalesce(json_bool(obj, '$.livemode'), is_live) as is_live,
        is_deleted or coalesce(json_bool(obj, '$.deleted'), json_bool(obj, '$.is_deleted'), false) as is_deleted,
        observed_at,
        is_event,
        stream_id,
        version_key,
        connection,
        _ingested_at
    from versions
    where id is not null
),
fields as (
    select
        *,
        -- a deleted record is a subscription that has ended, whatever its last status says
        case when is_deleted and coalesce(given_status not in ('canceled', 'incomplete_expired'), true) then 'canceled' else given_status end as status,
        case when is_deleted then coalesce(given_ended_at, observed_at) else given_ended_at end as known_end_at,
        -- where neither the object nor the loader says since when, the object's own times do
        coalesce(
            case when is_event then observed_at else greatest(coalesce(updated_at, observed_at), case when coalesce(updated_at, observed_at) is not null then greatest(created_at, given_ended_at) end) end,
            greatest(created_at, start_at, given_ended_at, cancel_requested_at, period_start_at, trial_start_at,
                case when given_status <> 'trialing' and trial_end_at <= as_of() then trial_end_at end)) as version_at,
        coalesce(updated_at, observed_at) is not null as is_dated
    from read
),
timed as (
    select f.*, o.place
    from fields f
    left join normalized.object_order o on o.version_key = f.version_key
    -- filtered above the window: below it, an engine would read the documents once for each condition.
    -- Of a subscription that is known by a stub or a tombstone only, there is nothing to say
    qualify max(case when f.given_status is not null then 1 else 0 end) over (partition by f.subscription_id) = 1
        and f.status is not null
        and f.version_at is not null
        and f.object_type = 'subscription'
        and (f.is_live or config('include_test'))
        -- among versions with a time, one without counts only if its own times are later
        and (f.is_dated or f.version_at >= coalesce(max(case when f.is_dated then f.version_at end) over (partition by f.subscription_id), f.version_at))
),
ordered as (
    select
        *,
        row_number() over (partition by subscription_id
            order by version_at, is_dated, coalesce(place, 0), stream_id, _ingested_at, connection, version_key) as nth,
        count(*) over (partition by subscription_id) as n_versions
    from timed
),
closed as (
    -- Stripe cancels the subscriptions of a customer who is deleted: one more version, where none was landed
    select o.*, k.step, case when k.step = 1 then c.deleted_at end as closed_at, case when k.step = 1 then c._ingested_at end as closing_ingested_at
    from ordered o
    cross join unnest(json_array(cast('[0, 1]' as json), '$')) as k(place, step)
    left join normalized.customers c on c.customer_id = o.customer_id
    where k.step = 0 or (o.nth = o.n_versions and c.is_deleted and c.deleted_at >= o.version_at and o.status not in ('canceled', 'incomplete_expired'))
),
told as (
    select
        subscription_id, nth + step as version_no, coalesce(closed_at, version_at) as version_at, is_event and step = 0 as is_event, customer_id,
        case when step = 1 then 'canceled' else status end as status,
        coalesce(closed_at, known_end_at) as known_end_at,
        currency, created_at, start_at, trial_start_at, trial_end_at, cancel_requested_at, cancel_at, cancel_at_period_end, cancel_reason, cancel_feedback, cancel_comment,
        collection_method, is_collection_paused, period_start_at, period_end_at, latest_invoice_id, quantity, items, plan, discounts, discount, tax_rates, connection,
        greatest(_ingested_at, closing_ingested_at) as _ingested_at
    from closed
),
numbered as (
    select
        *,
        case when status in ('canceled', 'incomplete_expired') then coalesce(
            known_end_at,
            case when not cancel_at_period_end then cancel_requested_at end,
            case when cancel_at_period_end and period_end_at <= version_at then period_end_at end,
            case when status = 'canceled' then version_at end) end as ended_at
    from told
)
select
    subscription_id,
    version_no,
    version_at,
    lead(version_at) over (partition by subscription_id order by version_no) as next_version_at,
    lag(version_at) over (partition by subscription_id order by version_no) as previous_version_at,
    lag(status) over (partition by subscription_id order by version_no) as previous_status,
    is_event,
    customer_id,
    status,
    currency,
    created_at,
    coalesce(start_at, created_at, version_at) as start_at,
    trial_start_at,
    trial_end_at,
    ended_at,
    cancel_requested_at,
    cancel_at,
    cancel_at_period_end,
    case
        when status = 'canceled' then 'canceled'
        when status <> 'incomplete_expired' and (cancel_at_period_end or cancel_at is not null) then 'scheduled'
        else 'none'
    end as cancellation,
    cancel_reason,
    cancel_feedback,
    cancel_comment,
    collection_method,
    is_collection_paused,
    period_start_at,
    period_end_at,
    latest_invoice_id,
    quantity,
    case when json_type(items, '$') = 'array' then items end as items,
    plan,
    discounts,
    discount,
    tax_rates,
    connection,
    _ingested_at
from numbered
