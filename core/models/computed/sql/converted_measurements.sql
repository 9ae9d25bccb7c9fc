-- The amounts of events that are not given in the reporting currency, in it: at the rate of the event's day. An amount
-- without a rate has neither value nor unit, so nothing that it is a part of has a total.
with judged as (
  select
    m.event_measurement_id, m.event_id, m.measurement_name, m.value, m.value_unit, m.source, f.rate, f.is_inverse, f.rate_date,
    conversion(m.value, m.value_unit, f.currency, m.measurement_name in (each moneys as n (n.value)), f.rate) as conversion
  from model.nexus_event_measurements_unioned as m
  left join rates as f on f.currency = upper(m.value_unit) and f.day = cast(m.occurred_at as date)
)
select
  event_measurement_id, event_id, measurement_name, source, value_unit as given_unit, conversion,
  converted(value, conversion, rate, is_inverse) as value,
  case when conversion <> 'missing' then report.currency end as value_unit,
  case when conversion = 'converted' then rate_date end as rate_date
from judged
where conversion in ('converted', 'missing') or (conversion = 'same' and value_unit <> report.currency)
