-- What was found in the sources' tables, which identifiers are blocked, and events that several sources claim.
each found as f (
  select table_name, source, reason, detail, n, sample
  from model.f.relation
)
union all
select
  'nexus_entity_identifiers' as table_name, source, reason, concat(entity_type, ' ', identifier_type) as detail, count(*) as n, min(normalized_value) as sample
from (
  select distinct
    i.source, n.entity_type, n.identifier_type, n.normalized_value,
    case each free_mail as f (when n.blocked_by = 1 then 'free_mail_domain') else 'blocked' end as reason
  from model.nxw_id_nodes as n
  join model.nexus_entity_identifiers as i
    on i.entity_type = n.entity_type and i.identifier_type = n.identifier_type and i.normalized_value = n.normalized_value
  where n.blocked_by is not null
) as blocked
group by source, reason, entity_type, identifier_type
union all
select 'nexus_events' as table_name, source, 'two_sources' as reason, max(claimed_by) as detail, count(*) as n, min(event_id) as sample
from (
  select event_id, min(source) as source, concat('also of ', max(source)) as claimed_by
  from model.nxw_events_duplicates
  group by event_id
  having min(source) <> max(source)
) as claimed
group by source
