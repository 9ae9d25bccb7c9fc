-- Which version of an object can directly follow which, by previous_attributes: the values that a
-- version names are those of the one before. It is exact where all other values are the same too.
select
    b.object_type,
    b.object_id,
    b.at,
    a.version_key as earlier,
    b.version_key as later,
    a.side as earlier_side,
    b.side as later_side,
    a.has_previous as earlier_has_previous,
    a.is_birth as earlier_is_birth,
    a.stream_id is not null as earlier_is_event,
    a.state_hash = b.previous_hash as is_exact
from normalized.tied_versions b
join normalized.tied_versions a on a.object_type = b.object_type and a.object_id = b.object_id and a.at = b.at
where a.version_key <> b.version_key
    and a.side <= b.side
    and (a.side = 0 or b.side = 0)
    and b.has_previous
    and coalesce(b.p_status = a.v_status, true)
    and coalesce(b.p_amount = a.v_amount, true)
    and coalesce(b.p_amount_captured = a.v_amount_captured, true)
    and coalesce(b.p_amount_refunded = a.v_amount_refunded, true)
    and coalesce(b.p_captured = a.v_captured, true)
    and coalesce(b.p_paid = a.v_paid, true)
    and coalesce(b.p_refunded = a.v_refunded, true)
    and coalesce(b.p_disputed = a.v_disputed, true)
    and coalesce(b.p_amount_received = a.v_amount_received, true)
    and coalesce(b.p_amount_paid = a.v_amount_paid, true)
    and coalesce(b.p_amount_due = a.v_amount_due, true)
    and coalesce(b.p_amount_remaining = a.v_amount_remaining, true)
    and coalesce(b.p_attempt_count = a.v_attempt_count, true)
    and coalesce(b.p_total = a.v_total, true)
    and coalesce(b.p_quantity = a.v_quantity, true)
    and coalesce(b.p_cancel_at_period_end = a.v_cancel_at_period_end, true)
    and coalesce(b.p_cancel_at = a.v_cancel_at, true)
    and coalesce(b.p_canceled_at = a.v_canceled_at, true)
    and coalesce(b.p_ended_at = a.v_ended_at, true)
    and coalesce(b.p_trial_end = a.v_trial_end, true)
    and coalesce(b.p_current_period_end = a.v_current_period_end, true)
    and coalesce(b.p_latest_invoice = a.v_latest_invoice, true)
    and coalesce(b.p_default_payment_method = a.v_default_payment_method, true)
    and coalesce(b.p_collection_method = a.v_collection_method, true)
    and coalesce(b.p_email = a.v_email, true)
    and coalesce(b.p_name = a.v_name, true)
    and coalesce(b.p_phone = a.v_phone, true)
    and coalesce(b.p_description = a.v_description, true)
    and coalesce(b.p_delinquent = a.v_delinquent, true)
    and coalesce(b.p_balance = a.v_balance, true)
    and coalesce(b.p_currency = a.v_currency, true)
    and coalesce(b.p_tax_exempt = a.v_tax_exempt, true)
    and coalesce(b.p_active = a.v_active, true)
    and coalesce(b.p_nickname = a.v_nickname, true)
    and coalesce(b.p_unit_amount = a.v_unit_amount, true)
    and coalesce(b.p_default_price = a.v_default_price, true)
    and coalesce(b.p_reason = a.v_reason, true)
    and coalesce(b.p_failure_code = a.v_failure_code, true)
    and coalesce(b.p_plan = a.v_plan, true)
    and coalesce(b.p_item_quantity = a.v_item_quantity, true)
    and coalesce(b.p_item_price = a.v_item_price, true)
    and coalesce(b.p_item_plan = a.v_item_plan, true)
    and coalesce(b.p_item_amount = a.v_item_amount, true)
    and coalesce(b.p_pause = a.v_pause, true)
    and coalesce(b.p_coupon = a.v_coupon, true)
    and coalesce(b.p_country = a.v_country, true)
    and coalesce(b.p_city = a.v_city, true)
