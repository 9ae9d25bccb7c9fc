-- Macros of the rules; the columns are their parameters.
select
  -- Of identifiers that no guard can have blocked.
  entity_type in (each resolved as r (r.value))
    and all free_mail as f (not identifier_type = 'domain')
    and all blocked as b (not (identifier_type = b.identifier_type and all b.typed as t (entity_type = t.value))) as must_resolve,
  entity_type in (each registered as r (r.value)) as is_registered
from parameters
