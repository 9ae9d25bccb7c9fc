-- All links that rules leave out.
each cuts as c (select origin, a, b, rule_no from model.c.relation)
union all
each no_cuts as n (
  select cast(null as bigint) as origin, cast(null as bigint) as a, cast(null as bigint) as b, cast(null as bigint) as rule_no where false
)
