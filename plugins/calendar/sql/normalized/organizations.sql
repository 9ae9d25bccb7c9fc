-- One row a domain that names an organization: the first meeting that somebody of it was asked to.
select
  domain,
  arg_min(event_id, occurred_at) as event_id,
  min(occurred_at) as occurred_at,
  bool_or(is_own_domain) as is_own_domain,
  min(_ingested_at) as _ingested_at
from normalized.contacts
where domain is not null and not is_generic_domain
group by domain
