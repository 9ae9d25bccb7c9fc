-- An order that is not paid now.
select entity_type, entity_id, 'waits' as trait_name, state_value as trait_value, occurred_at from entity.states where state_name = 'order_financial' and ended_at is null and state_value <> 'paid'
