select event_name, count(*) as events, max(occurred_at) as latest
from nexus_events
group by event_name
order by events desc
