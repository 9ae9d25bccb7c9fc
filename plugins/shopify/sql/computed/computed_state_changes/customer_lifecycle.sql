-- Where a person stands as a customer: a prospect until their first valid order, then first_time and repeat; after silence
-- at_risk and lapsed, until the next order. The last silence is measured against the run's as-of instant. The lifecycle ends
-- when their last customer record is deleted.
with orders as (
    select
        entity_id, event_id, occurred_at,
        row_number() over (partition by entity_id order by occurred_at, event_id) as place,
        lead(occurred_at) over (partition by entity_id order by occurred_at, event_id) as next_at
    from entity.dimensions
    where entity_type = 'person' and role = 'buyer' and event_name = 'order_placed'
        and dimension_name = 'is_valid_order' and dimension_value = 'true'
),
records as (
    select
        entity_id, event_id, occurred_at, event_name,
        sum(case when event_name = 'customer_created' then 1 else -1 end) over (
            partition by entity_id order by occurred_at, event_name, event_id
        ) as in_force
    from entity.events
    where entity_type = 'person' and role = 'customer' and event_name in ('customer_created', 'customer_merged', 'customer_deleted')
),
first_orders as (
    select entity_id, min(occurred_at) as occurred_at
    from orders
    group by entity_id
),
-- an account made with or after the first order is no prospect's
prospects as (
    select r.entity_id, r.event_id, r.occurred_at
    from records r
    left join first_orders f on f.entity_id = r.entity_id
    where r.event_name = 'customer_created' and coalesce(r.occurred_at < f.occurred_at, true)
),
ends as (
    select entity_id, event_id, occurred_at
    from records
    where event_name = 'customer_deleted' and in_force <= 0
),
last_ends as (
    select entity_id, max(occurred_at) as occurred_at
    from ends
    group by entity_id
),
silences as (
    select entity_id, event_id, occurred_at as since, next_at, 'at_risk' as stage, date_add('day', config('at_risk_days'), occurred_at) as occurred_at
    from orders
    union all
    select entity_id, event_id, occurred_at, next_at, 'lapsed', date_add('day', config('lapsed_days'), occurred_at)
    from orders
),
-- of several changes at one instant, that counts which holds after it: the latest order, and the deletion after all
changes as (
    select entity_id, event_id, occurred_at, 'prospect' as stage, 0 as place
    from prospects
    union all
    select entity_id, event_id, occurred_at, case when place = 1 then 'first_time' else 'repeat' end, place
    from orders
    union all
    select s.entity_id, s.event_id, s.occurred_at, s.stage, 0
    from silences s
    left join last_ends l on l.entity_id = s.entity_id
    where s.occurred_at <= as_of() and coalesce(s.occurred_at < s.next_at, true)
        and coalesce(l.occurred_at < s.since or l.occurred_at > s.occurred_at, true)
    union all
    select entity_id, event_id, occurred_at, cast(null as text), cast(null as bigint)
    from ends
)
select 'person' as entity_type, entity_id, event_id, 'customer_lifecycle' as state_name, 'dimension' as state_category, stage as state_value, occurred_at
from changes
qualify row_number() over (
    partition by entity_id, occurred_at
    order by case when place is null then 1 else 0 end desc, place desc, stage desc, event_id desc
) = 1
