-- State changes by entity: identities apply before states are read. Those of an
-- identifier of no entity keep a NULL, so that they can be counted.
with linked as (
  select
    entity_of(i.entity_type, i.identifier_type, i.source, i.normalized_value, r.entity_id) as entity_id,
    i.entity_type, i.state_name, i.state_key, i.occurred_at, i.state_value, i.event_id, i.source, i._ingested_at,
    case
      when is_any(i.state_name) then case when coalesce(i.state_numeric_value, cast(i.state_value as decimal)) <> 0 then 1.0 else
        case when coalesce(i.state_numeric_value, cast(i.state_value as decimal)) = 0 then 0.0 end end
      when is_measurement(i.state_name) then coalesce(i.state_numeric_value, cast(i.state_value as decimal))
    end as numeric_value,
    i.state_numeric_value, case when has_unit(i.state_name) then nullif(trim(i.value_unit), '') end as value_unit
  from model.nxw_state_changes_in as i
  left join model.nexus_resolved_identifiers as r
    on r.entity_type = i.entity_type and r.identifier_type = i.identifier_type and r.normalized_value = i.normalized_value
  where i.fault is null
  union all
  each computed as x (
    select
      i.entity_id, i.entity_type, i.state_name, i.state_key, i.occurred_at, i.state_value, i.event_id, i.source, cast(null as timestamp) as _ingested_at,
      case
        when is_any(i.state_name) then case when coalesce(i.state_numeric_value, cast(i.state_value as decimal)) <> 0 then 1.0 else
          case when coalesce(i.state_numeric_value, cast(i.state_value as decimal)) = 0 then 0.0 end end
        when is_measurement(i.state_name) then coalesce(i.state_numeric_value, cast(i.state_value as decimal))
      end as numeric_value,
      i.state_numeric_value, case when has_unit(i.state_name) then nullif(trim(i.value_unit), '') end as value_unit
    from model.nxw_computed_state_changes_in as i
    where i.fault is null and not (is_measurement(i.state_name) and is_no_number(i.state_numeric_value, i.state_value))
  )
)
select
  entity_id, entity_type, state_name, state_key, occurred_at,
  case when is_measurement(state_name) then cast(numeric_value as text)
    else coalesce(state_value, cast(state_numeric_value as text)) end as value,
  numeric_value,
  -- Money of no currency has no value, as an amount without a rate.
  case when is_money(state_name) and value_unit is null and numeric_value <> 0 then '?' when numeric_value is not null then value_unit end as value_unit,
  cast(null as date) as rate_date, event_id, source, _ingested_at
from linked
