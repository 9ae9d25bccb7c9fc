-- Subscription items of loaders that keep them in a table of their own. One that was
-- taken away counted until then. A row is of the subscription that it names, or whose row its loader names.
with versions as (
    select record as obj, record_id as id, coalesce(_source_updated_at, nullif(_ingested_at, timestamp '1970-01-01T00:00:00Z')) as observed_at,
        coalesce(_deleted, false) or coalesce(json_bool(record, '$.deleted'), false) as is_deleted, _connection as connection, _ingested_at, _version, cast(null as text) as version_key
    from raw.subscription_items_history
    union all
    select obj, object_id, observed_at, is_deleted, connection, _ingested_at, 1, version_key
    from normalized.streamed_objects
    where object_type = 'subscription_item'
),
gone as (
    select id, max(case when is_deleted then observed_at end) as gone_at, max(case when not is_deleted then observed_at end) as seen_at, bool_or(is_deleted) as was_deleted
    from versions
    group by id
)
select
    coalesce(json_text(v.obj, '$.subscription.id'), json_text(v.obj, '$.subscription'), json_text(v.obj, '$.subscription_id'),
        p.object_id, json_text(v.obj, '$._sdc_source_key_id')) as subscription_id,
    v.id as item_id,
    coalesce(json_bigint(v.obj, '$._dlt_list_idx'), json_bigint(v.obj, '$._sdc_level_0_id'), 0) as ordinal,
    v.obj as item,
    case when g.was_deleted and g.gone_at >= coalesce(g.seen_at, g.gone_at) then g.gone_at end as gone_at
from versions v
join gone g on g.id = v.id
left join normalized.loader_rows p on p.object_type = 'subscription' and p.row_key = json_text(v.obj, '$._dlt_parent_id')
where coalesce(json_text(v.obj, '$.subscription.id'), json_text(v.obj, '$.subscription'), json_text(v.obj, '$.subscription_id'),
        p.object_id, json_text(v.obj, '$._sdc_source_key_id')) is not null
    -- gone, and nobody knows when: not there
    and not (g.was_deleted and g.gone_at is null)
qualify row_number() over (partition by v.id order by v.observed_at desc, v._ingested_at desc, v.connection desc, v._version desc, v.version_key) = 1
