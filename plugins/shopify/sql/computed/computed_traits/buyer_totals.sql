-- What a person has bought, over all their customer ids and guest orders; recency, frequency and money as quintiles, 5 the best, ties alike.
-- Only valid orders count. Amounts of several currencies make no total, and money is ranked among buyers of one currency.
with valid as (
    select distinct entity_id, event_id
    from entity.dimensions
    where entity_type = 'person' and role = 'buyer' and dimension_name = 'is_valid_order' and dimension_value = 'true'
),
orders as (
    select e.entity_id, count(distinct e.event_id) as orders_count, min(e.occurred_at) as first_order_at, max(e.occurred_at) as last_order_at
    from entity.events e
    join valid v on v.entity_id = e.entity_id and v.event_id = e.event_id
    where e.event_name = 'order_placed' and e.role = 'buyer'
    group by e.entity_id
),
sales as (
    select m.entity_id, sum(m.value) as net_sales, min(m.value_unit) as currency, max(m.occurred_at) as moved_at
    from entity.measurements m
    join valid v on v.entity_id = m.entity_id and v.event_id = m.event_id
    where m.measurement_name = 'net_sales' and m.role = 'buyer'
    group by m.entity_id
    having min(m.value_unit) = max(m.value_unit) and count(m.value_unit) = count(*)
),
buyers as (
    select count(*) as n_buyers
    from orders
),
frequencies as (
    select orders_count, count(*) as n
    from orders
    group by orders_count
),
frequency as (
    select orders_count, sum(n) over (partition by mod(n, 1) order by orders_count desc rows between unbounded preceding and current row) - n + 1 as frequency_rank
    from frequencies
),
months as (
    select date_trunc('month', last_order_at) as month, count(*) as n
    from orders
    group by date_trunc('month', last_order_at)
),
recency as (
    select month, sum(n) over (partition by mod(n, 1) order by month desc rows between unbounded preceding and current row) - n as later_buyers
    from months
),
ranked as (
    select
        o.entity_id, o.orders_count, o.first_order_at, o.last_order_at, s.net_sales, s.moved_at,
        b.n_buyers,
        r.later_buyers + rank() over (partition by r.month order by o.last_order_at desc) as recency_rank,
        f.frequency_rank,
        count(*) over (partition by s.currency) as n_payers,
        rank() over (partition by s.currency order by s.net_sales desc) as monetary_rank
    from orders o
    cross join buyers b
    join recency r on r.month = date_trunc('month', o.last_order_at)
    join frequency f on f.orders_count = o.orders_count
    left join sales s on s.entity_id = o.entity_id
)
select 'person' as entity_type, entity_id, 'orders_count' as trait_name, cast(orders_count as text) as trait_value, last_order_at as occurred_at
from ranked
union all
select 'person', entity_id, 'first_order_at', cast(first_order_at as text), first_order_at
from ranked
union all
select 'person', entity_id, 'last_order_at', cast(last_order_at as text), last_order_at
from ranked
union all
select 'person', entity_id, 'lifetime_net_sales', cast(net_sales as text), moved_at
from ranked
where net_sales is not null
union all
select 'person', entity_id, 'rfm_recency', cast(5 - div((recency_rank - 1) * 5, n_buyers) as text), last_order_at
from ranked
union all
select 'person', entity_id, 'rfm_frequency', cast(5 - div((frequency_rank - 1) * 5, n_buyers) as text), last_order_at
from ranked
union all
select 'person', entity_id, 'rfm_monetary', cast(5 - div((monetary_rank - 1) * 5, n_payers) as text), moved_at
from ranked
where net_sales is not null
