-- Subscription items of loaders that keep them in a table of their own.
with versions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, _ingested_at) as observed_at, _connection as connection, _ingested_at
    from raw.subscription_items
    where not coalesce(_deleted, false)
    union all
    select obj, object_id, observed_at, connection, _ingested_at
    from normalized.streamed_objects
    where object_type = 'subscription_item' and not is_deleted
)
select
    coalesce(json_text(obj, '$.subscription'), json_text(obj, '$.subscription_id')) as subscription_id,
    id as item_id,
    obj as item
from versions
qualify row_number() over (partition by id order by observed_at desc, _ingested_at desc, connection desc) = 1
