select dimension_name, dimension_value, count(*) as events
from nexus_event_dimensions_unioned
group by dimension_name, dimension_value
