-- How often a rule is broken, and where; no row where it holds.
select n, sample
from (
  select count(*) as n, min(sample) as sample
  from broken
) as found
where n > 0
