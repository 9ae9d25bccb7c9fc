-- The envelope's value, else what is in the record at the table's path (an empty text is no id); whether a row is a
-- tombstone, which of a history only the last version can be. The columns are parameters.
select
  each id_path as p (coalesce(value, nullif(json_text(record, p.value), '')) as given_id),
  each no_id_path as p (value as given_id),
  each time_path as p (coalesce(value, json_timestamp(record, p.value)) as given_time),
  each no_time_path as p (value as given_time),
  each history as h (coalesce(value, false) and is_latest as is_gone),
  each no_history as h (coalesce(value, false) as is_gone),
  each history as h (0 as tombstone_rank),
  each no_history as h (case when value then 1 else 0 end as tombstone_rank)
from parameters
