each rules as r (select r.no as rule_no, r.guard as guard, r.text as rule)
union all
each no_rules as n (select cast(null as bigint) as rule_no, cast(null as text) as guard, cast(null as text) as rule where false)
