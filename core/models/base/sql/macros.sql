-- The envelope's value, else what is in the record at the table's path. The columns are parameters.
select
  each id_path as p (coalesce(value, json_text(record, p.value)) as given_id),
  each no_id_path as p (value as given_id),
  each time_path as p (coalesce(value, json_timestamp(record, p.value)) as given_time),
  each no_time_path as p (value as given_time)
from parameters
