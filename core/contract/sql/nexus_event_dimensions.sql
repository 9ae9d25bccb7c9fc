select *
from nexus_event_dimensions
order by occurred_at desc, event_id
limit 10
