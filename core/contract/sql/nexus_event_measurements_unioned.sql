select measurement_name, value_unit, sum(value) as total
from nexus_event_measurements_unioned
group by measurement_name, value_unit
