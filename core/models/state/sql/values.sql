-- Every value a state ever has, with its unit, numbered: from here on states are small integers,
-- 0 where there is none. A value without a unit has the unit ''. The numbers are of parts by a hash.
with seen as (
  select state_name, value, coalesce(value_unit, '') as unit, max(numeric_value) as numeric_value
  from history
  where value is not null and not starts_with(coalesce(value_unit, ''), '?') -- of an amount without a rate
  group by state_name, value, coalesce(value_unit, '')
),
hashed as (
  select state_name, value, unit, numeric_value, substring(md5(concat(state_name, value, unit)), 1, 1) as digit
  from seen
)
select
  state_name, value, unit, numeric_value,
  16 * row_number() over (partition by digit order by state_name, value, unit)
    + case each digits as d (when digit = d.text then d.number) end as code
from hashed
