-- Macros about a state by its name; the columns are their parameters.
select
  state_name in (each measurements as n (n.value)) as is_measurement,
  state_name in (each any_measurements as n (n.value)) as is_any,
  state_name in (each units as n (n.value)) as has_unit,
  state_name in (each moneys as n (n.value)) as is_money,
  state_name in (each sums as n (n.value)) as is_sum,
  state_name in (each bests as n (n.value)) as is_best,
  state_name in (each combined as n (n.value)) as is_combined,
  number is null and given is not null and cast(given as decimal) is null as is_no_number,
  -- Values of which the least wins. A ranked one is written behind its place in the ranking,
  -- those that are not ranked behind the last place.
  case
    when state_name in (each least_texts as n (n.value)) then x
    each rankings as r (
      when state_name = r.name then case each r.values as v (when x = v.value then v.place) else r.last_place end || x
    )
    else cast(null as text)
  end as low_text,
  case when state_name in (each rankings as r (r.name)) then substring(x, behind_place()) else x end as from_low,
  case when state_name in (each greatest_texts as n (n.value)) then x else cast(null as text) end as high_text,
  case when state_name in (each least_numbers as n (n.value)) then x else cast(null as decimal) end as low_number,
  case when state_name in (each greatest_numbers as n (n.value)) then x else cast(null as decimal) end as high_number,
  case when state_name in (each measured as n (n.value)) then 'measurement' else 'dimension' end as category
from parameters
