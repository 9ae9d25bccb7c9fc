-- How often a rule is broken; no row where it holds. Engines do not compute what broken rows are named by.
select count(*) as n
from broken
having count(*) > 0
