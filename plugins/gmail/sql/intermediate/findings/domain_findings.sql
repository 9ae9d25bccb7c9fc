-- Domains of free mail providers: they identify no company.
select 'nexus_entity_identifiers' as table_name, 'free_mail_domain' as reason, 'group domain' as detail, domain as sample
from normalized.message_addresses
where is_generic_domain and domain is not null
group by domain
