-- What the plugins themselves report. A finding without its table or reason is still one.
select
  coalesce(table_name, 'nexus_events') as table_name, source, coalesce(reason, 'no_reason') as reason, detail, sample,
  coalesce(n, 1) as n, _ingested_at
from arms
where coalesce(n, 1) > 0
