select r.entity_id, r.identifier_type, r.normalized_value
from model.nexus_resolved_identifiers as r
where r.normalized_value = trim(needle())
  or (r.identifier_type = 'email' and r.normalized_value = normalize_email(needle()))
  or (r.identifier_type = 'phone' and r.normalized_value = normalize_phone(needle()))
  or (r.identifier_type = 'domain' and r.normalized_value = normalize_domain(needle()) and not contains(needle(), '@'))
