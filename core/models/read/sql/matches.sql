with spelled as (
  select distinct entity_type, identifier_type, normalized_value
  from model.nexus_entity_identifiers
  where identifier_value = needle() or (identifier_type = 'phone' and normalize_phone(identifier_value) = normalize_phone(needle()))
)
select r.entity_id, r.identifier_type, r.normalized_value
from model.nexus_resolved_identifiers as r
left join spelled as s
  on s.entity_type = r.entity_type and s.identifier_type = r.identifier_type and s.normalized_value = r.normalized_value
where s.normalized_value is not null
  or r.normalized_value = trim(needle())
  or (r.identifier_type = 'email' and r.normalized_value in (normalize_email(needle()), mailbox()))
  or (r.identifier_type = 'phone' and r.normalized_value = normalize_phone(needle()))
  or (r.identifier_type = 'domain' and r.normalized_value = normalize_domain(needle()) and not contains(needle(), '@'))
