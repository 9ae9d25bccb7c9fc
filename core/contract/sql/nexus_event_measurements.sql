select *
from nexus_event_measurements
order by occurred_at desc, event_id
limit 10
