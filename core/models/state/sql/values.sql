-- Every value a state ever has, with its unit, numbered: from here on states are small integers,
-- 0 where there is none. A value without a unit has the unit ''.
with seen as (
  select state_name, value, coalesce(value_unit, '') as unit, max(numeric_value) as numeric_value
  from history
  where value is not null and not starts_with(coalesce(value_unit, ''), '?') -- of an amount without a rate
  group by state_name, value, coalesce(value_unit, '')
)
select state_name, value, unit, numeric_value, row_number() over (order by state_name, value, unit) as code
from seen
