-- A number by declaration.
select entity_type, entity_id, event_id, ' Score ' as state_name,
  'dimension' as state_category, 'gold' as state_value, occurred_at
from entity.events where entity_type = 'person' and event_name = 'order_placed'
