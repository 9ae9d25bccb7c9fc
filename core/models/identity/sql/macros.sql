-- Macros of resolution; the columns are their parameters.
select
  entity_type in (each types as t (t.name)) as is_resolved,
  -- A type's place among the resolved ones, from 0.
  case each types as t (when entity_type = t.name then t.number) else 0 end as type_number,
  case
    each types as t (when entity_type = t.name then nexus_id(t.prefix, entity_type, identifier_type, normalized_value, generation))
    else cast(null as text)
  end as fresh_id,
  -- The first rule that has a pattern which the identifier matches.
  case
    each patterns as p (
      when entity_type = p.entity_type and (identifier_type = p.identifier_type and regexp_like(normalized_value, p.pattern)) then p.rule_no
    )
    else cast(null as bigint)
  end as blocked_by_pattern
from parameters
