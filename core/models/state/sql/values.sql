-- Every value a state ever has, numbered: from here on states are small integers,
-- 0 where there is none.
with seen as (
  select state_name, value, max(numeric_value) as numeric_value
  from history
  where value is not null
  group by state_name, value
)
select state_name, value, numeric_value, row_number() over (order by state_name, value) as code
from seen
