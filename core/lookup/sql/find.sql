-- An identifier as somebody would type it, an entity's id, or one it once had.
with spelled as (
  select trim(needle()) as as_given, normalize_email(needle()) as email, normalize_phone(needle()) as phone, normalize_domain(needle()) as domain
),
found as (
  select r.entity_id, r.entity_type, 'identifier' as found_by
  from model.nexus_resolved_identifiers as r
  cross join (select max(as_given) as as_given, max(email) as email, max(phone) as phone, max(domain) as domain from spelled) as s
  where r.normalized_value = s.as_given
    or (r.identifier_type = 'email' and r.normalized_value = s.email)
    or (r.identifier_type = 'phone' and r.normalized_value = s.phone)
    or (r.identifier_type = 'domain' and r.normalized_value = s.domain)
  union all
  select e.entity_id, e.entity_type, 'entity id' as found_by
  from model.nexus_entities as e
  where e.entity_id = needle()
  union all
  select a.current_entity_id as entity_id, a.entity_type, 'former entity id' as found_by
  from model.nexus_entity_aliases as a
  where a.entity_id = needle() and a.current_entity_id is not null
),
once as (
  select entity_id, entity_type, min(found_by) as found_by
  from found
  group by entity_id, entity_type
)
select o.entity_id, o.entity_type, o.found_by, count(r.normalized_value) as identifiers
from once as o
left join model.nexus_resolved_identifiers as r on r.entity_id = o.entity_id
group by o.entity_id, o.entity_type, o.found_by
