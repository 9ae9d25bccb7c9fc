-- The names of one computed kind.
select
  kind.named as name,
  each kind.categorized as c (max(state_category) as category),
  each kind.uncategorized as c (cast(null as text) as category)
from model.kind.intake
where fault is null
group by kind.named
