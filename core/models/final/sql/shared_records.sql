-- The records that two sources of one plugin have both read, by table.
each twins as t (
  select t.table as table_name, count(*) as n, min(a.record_id) as sample
  from model.t.base as a
  join model.t.other as b on b.record_id = a.record_id and coalesce(b._connection, b._account, '') = coalesce(a._connection, a._account, '')
  where a._is_latest and b._is_latest
)
