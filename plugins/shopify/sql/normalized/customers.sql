-- Customers as they are now, or last were before they were deleted.
with marks as (
    select
        customer_key,
        coalesce(max(case when is_full then version_no end), max(version_no)) as last_no,
        arg_max(is_deleted, version_no) as is_deleted,
        min(deleted_at) as deleted_at,
        min(created_at) as created_at
    from normalized.customer_versions
    group by customer_key
),
latest as (
    select v.*, m.is_deleted as is_gone, m.deleted_at as gone_at, m.created_at as first_created_at
    from marks m
    join normalized.customer_versions v on v.customer_key = m.customer_key and v.version_no = m.last_no
),
listed as (
    select l.customer_key, string_agg(json_text(t.tag, '$'), ', ' order by t.place) as tags
    from latest l
    cross join unnest(json_array(l.tag_list, '$')) as t(tag, place)
    group by l.customer_key
)
select
    l.shop_key,
    l.customer_id,
    l.customer_key,
    l.email,
    normalize_email(l.email) as email_key,
    l.phone,
    l.first_name,
    l.last_name,
    l.name,
    l.country,
    l.city,
    l.company_name,
    l.locale,
    coalesce(t.tags, l.tags) as tags,
    l.account_state,
    l.email_consent,
    l.sms_consent,
    l.first_created_at as created_at,
    l.version_at as updated_at,
    l.is_gone as is_deleted,
    case when l.is_gone then l.gone_at end as deleted_at,
    l._ingested_at
from latest l
left join listed t on t.customer_key = l.customer_key
