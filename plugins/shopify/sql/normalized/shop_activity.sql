-- A shop was opened, and changed its plan.
with plans as (
    select shop_key, shop_id, plan_name, updated_at, version_no, _ingested_at
    from normalized.shop_versions
    where plan_name is not null
    qualify plan_name is distinct from lag(plan_name) over (partition by shop_key, shop_id order by version_no)
),
changes as (
    select *, row_number() over (partition by shop_key, shop_id order by version_no) as place
    from plans
),
spoken as (
    select 'shop_created' as event_name, coalesce(s.created_at, s.changed_at) as occurred_at, 1 as occurrence, p.plan_name as shop_plan, s.shop_key, s.shop_id
    from normalized.shops s
    left join changes p on p.shop_key = s.shop_key and p.shop_id = s.shop_id and p.place = 1
    where coalesce(s.created_at, s.changed_at) is not null
    union all
    select 'shop_plan_changed', updated_at, place - 1, plan_name, shop_key, shop_id
    from changes
    where place > 1 and updated_at is not null
)
select
    nexus_id('evt', p.event_name, p.shop_key, p.shop_id, p.occurrence) as event_id,
    p.event_name,
    p.occurred_at,
    p.shop_plan,
    s.shop_key,
    s.shop_id,
    s.shop_name,
    s.myshopify_domain,
    s.custom_domain,
    -- an address that nobody reads is nobody's
    case when not regexp_like(lower(s.email), '^(no-?reply|do-?not-?reply|mailer-daemon|postmaster)@') then s.email end as owner_email,
    s.owner_name,
    case when not regexp_like(lower(s.contact_email), '^(no-?reply|do-?not-?reply|mailer-daemon|postmaster)@') then s.contact_email end as contact_email,
    s.plan_name,
    s.is_dev_store,
    s.currency,
    s.timezone,
    s.country,
    s.phone,
    s._ingested_at
from spoken p
join normalized.shops s on s.shop_key = p.shop_key and s.shop_id = p.shop_id
