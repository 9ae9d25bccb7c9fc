-- An event of long before there were such systems, or of the future, is dated by what is no time.
select event_id as sample
from model.nexus_events
where occurred_at < timestamp '1990-01-01'
  or (occurred_at > date_add('day', 1, as_of()) and not event_name in (each announced as a (a.value)))
