-- The least or greatest value in force at each instant, over all keys, in time that
-- grows with n log n: a key's value is in force over a span of instants; a span is
-- cut into blocks of 1, 2, 4, … instants, at most two of each size; the best of a
-- block is found once, and an instant looks at the one block of each size that it lies in.
with levels as (
  each block_sizes as b (select b.size as size)
),
counts as (
  select entity_id, state_name, max(instant) + 1 as n
  from model.nxw_state_keys
  where is_best(state_name)
  group by entity_id, state_name
),
spans as (
  select
    k.entity_id, k.state_name, c.n, k.instant as starts, k.value, k.numeric_value,
    coalesce(lead(k.instant) over (partition by k.entity_id, k.state_name, k.state_key order by k.instant), c.n) as ends
  from model.nxw_state_keys as k
  join counts as c on c.entity_id = k.entity_id and c.state_name = k.state_name
),
ends as (
  select
    s.entity_id, s.state_name, l.size,
    div(s.starts + l.size - 1, l.size) as lo, div(s.ends, l.size) as hi,
    low_text(s.state_name, s.value) as low_text, high_text(s.state_name, s.value) as high_text,
    low_number(s.state_name, s.numeric_value) as low_number, high_number(s.state_name, s.numeric_value) as high_number
  from spans as s
  join levels as l on l.size <= s.n
  where s.value is not null
),
pieces as (
  select entity_id, state_name, size, lo as block, low_text, high_text, low_number, high_number
  from ends
  where lo < hi and mod(lo, 2) = 1
  union all
  select entity_id, state_name, size, hi - 1, low_text, high_text, low_number, high_number
  from ends
  where lo < hi and mod(hi, 2) = 1
),
blocks as (
  select
    entity_id, state_name, size, block,
    min(low_text) as low_text, max(high_text) as high_text, min(low_number) as low_number, max(high_number) as high_number
  from pieces
  group by entity_id, state_name, size, block
),
moments as (
  select k.entity_id, k.state_name, k.instant, k.occurred_at, c.n
  from model.nxw_state_keys as k
  join counts as c on c.entity_id = k.entity_id and c.state_name = k.state_name
  group by k.entity_id, k.state_name, k.instant, k.occurred_at, c.n
),
looks as (
  select m.entity_id, m.state_name, m.occurred_at, l.size, div(m.instant, l.size) as block
  from moments as m
  join levels as l on l.size <= m.n
),
best as (
  select
    k.entity_id, k.state_name, k.occurred_at,
    from_low(k.state_name, min(b.low_text)) as low_text, max(b.high_text) as high_text,
    coalesce(min(b.low_number), max(b.high_number)) as numeric_value
  from looks as k
  left join blocks as b
    on b.entity_id = k.entity_id and b.state_name = k.state_name and b.size = k.size and b.block = k.block
  group by k.entity_id, k.state_name, k.occurred_at
)
select entity_id, state_name, occurred_at, coalesce(low_text, high_text, cast(numeric_value as text)) as value, numeric_value
from best
