-- Customers that were merged into another, one row each: what the webhook customers/merge and the mutation customerMerge say, and
-- what a customer's own record does. A merge under way counts once the customer is gone; one that failed is none.
with landed as (
    select record, record_id, _deleted, _account, _connection, _ingested_at
    from raw.customer_merges
    union all
    -- webhooks of customers that were landed in one table
    select record, record_id, _deleted, _account, _connection, _ingested_at
    from raw.customers
    where regexp_like(record_id, '^(gid:%|[^:]*/)')
),
records as (
    select
        read_shop() as shop_key,
        read_id(record, 'admin_graphql_api_customer_kept.id', 'customer_kept.id', 'kept_customer.id', 'resulting_customer.id') as kept_id,
        read_id(record, 'admin_graphql_api_customer_deleted.id', 'customer_deleted.id', 'deleted_customer.id', 'merged_customer.id') as given_gone_id,
        read_id(record, 'customer_one.id') as one_id,
        read_id(record, 'customer_two.id') as two_id,
        lower(read_text(record, 'status')) as status,
        read_time(record, 'merged_at', 'completed_at', 'occurred_at', 'triggered_at', 'created_at', 'updated_at') as merged_at,
        read_loaded() as seen_at,
        _ingested_at
    from landed
    where not coalesce(_deleted, false)
),
own as (
    select
        read_shop() as shop_key,
        read_text(record, 'mergeable.merge_in_progress.resulting_customer_id') as kept_gid,
        read_id(record, 'merged_into.id', 'merged_into_customer.id') as into_id,
        read_gid(record_id) as gone_id,
        lower(read_text(record, 'mergeable.merge_in_progress.status')) as status,
        read_time(record, 'merged_at') as merged_at,
        coalesce(read_time(record, 'updated_at'), read_loaded()) as seen_at,
        _ingested_at
    from raw.customers_history
    where record_id is not null and coalesce(read_type(record_id) = 'Customer', json_text(record, '$.__parentId') is null)
),
told as (
    select shop_key, kept_id, coalesce(given_gone_id, case when kept_id = two_id then one_id when kept_id = one_id then two_id end) as gone_id, status, merged_at, seen_at, _ingested_at
    from records
    union all
    select shop_key, coalesce(into_id, read_gid(kept_gid)), gone_id, status, merged_at, seen_at, _ingested_at
    from own
    where into_id is not null or kept_gid is not null
)
select
    t.shop_key,
    concat(t.shop_key, '/', t.kept_id) as customer_key,
    concat(t.shop_key, '/', t.gone_id) as merged_key,
    -- a merge is the end of a customer's record: where it has no date, that end does
    coalesce(t.merged_at, g.deleted_at, t.seen_at, greatest(k.created_at, g.created_at)) as merged_at,
    greatest(t._ingested_at, g._ingested_at, k._ingested_at) as _ingested_at
from told t
left join normalized.customers g on g.customer_key = concat(t.shop_key, '/', t.gone_id)
left join normalized.customers k on k.customer_key = concat(t.shop_key, '/', t.kept_id)
where t.kept_id <> t.gone_id
    and coalesce(t.status in ('completed', 'succeeded', 'success', 'done') or (t.status in ('in_progress', 'requested', 'pending') and g.is_deleted), t.status is null)
qualify row_number() over (partition by t.shop_key, t.gone_id order by coalesce(t.merged_at, g.deleted_at, t.seen_at, greatest(k.created_at, g.created_at)), t.kept_id) = 1
