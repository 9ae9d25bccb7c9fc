-- Amounts of events for which there is no rate, where something is computed of amounts.
select
  'nexus_event_measurements_unioned' as table_name, source, 'missing_rate' as reason, concat(measurement_name, ' ', upper(given_unit)) as detail,
  count(*) as n, min(event_id) as sample
from model.nxw_converted_measurements
where conversion = 'missing'
group by source, measurement_name, upper(given_unit)
