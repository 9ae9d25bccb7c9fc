-- Macros of one numbering plan: whether it has a national number; a number without its trunk prefix, or with the area
-- code that a local one lacks; whether it has numbers of this length, or shorter ones only.
select
  any numbers as n (regexp_like(x, n.pattern)) as plan.has,
  case
    each trunk as t (
      each t.cut as c (when regexp_like(x, t.pattern) then substring(x, t.rest))
      each t.moved as m (when regexp_like(x, t.pattern) then concat(t.prefix, substring(x, t.first, t.keep), substring(x, t.rest)))
    )
    else x
  end as plan.strip,
  any lengths as l (length(x) = l.value) or length(x) > longest() as plan.fits
from parameters
