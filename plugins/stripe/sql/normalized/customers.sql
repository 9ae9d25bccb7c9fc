-- Customers as they are now, or last were before they were deleted.
with marks as (
    select
        customer_id,
        max(case when is_full then version_no end) as last_full_no,
        max(version_no) as last_no,
        arg_max(is_deleted, version_no) as is_deleted,
        min(case when is_deleted and is_dated then observed_at end) as deleted_at,
        min(case when is_event and not is_deleted then observed_at end) as first_told_at,
        min(created_at) as first_created_at
    from normalized.customer_versions
    group by customer_id
)
select
    v.customer_id,
    v.email,
    v.name,
    v.individual_name,
    v.business_name,
    v.phone,
    v.description,
    v.country,
    v.city,
    v.locale,
    v.currency,
    v.tax_exempt,
    v.delinquent,
    v.balance_minor,
    -- the day of the load is no day on which a customer came
    coalesce(m.first_created_at, v.created_at, m.first_told_at) as created_at,
    m.is_deleted,
    case when m.is_deleted then m.deleted_at end as deleted_at,
    v.discount,
    v.metadata,
    v.observed_at,
    v.connection,
    v._ingested_at
from marks m
join normalized.customer_versions v
    on v.customer_id = m.customer_id and v.version_no = coalesce(m.last_full_no, m.last_no)
