-- The order of versions of one object at one instant. previous_attributes gives it
-- where it can: a version that names old values follows the one that has them. Else a status
-- that is further on in the object's life comes later, then the larger amounts, then the larger id.
-- Neither the names of types nor the order of lines play a part.
with precedes as (
    select b.version_key
    from normalized.tied_versions b
    join normalized.tied_versions a on a.object_type = b.object_type and a.object_id = b.object_id and a.at = b.at
    left join normalized.tied_chains f on f.earlier = a.version_key and f.later = b.version_key
    left join normalized.tied_chains r on r.earlier = b.version_key and r.later = a.version_key
    where a.version_key <> b.version_key
        and case
            when a.is_deleted <> b.is_deleted then b.is_deleted
            when f.earlier is not null and r.earlier is null then true
            when r.earlier is not null and f.earlier is null then false
            when a.is_birth <> b.is_birth then a.is_birth
            when coalesce(a.status_rank, -1) <> coalesce(b.status_rank, -1) then coalesce(a.status_rank, -1) < coalesce(b.status_rank, -1)
            else a.progress < b.progress
        end
),
counted as (
    select version_key, count(*) as n from precedes group by version_key
)
select
    r.version_key,
    row_number() over (
        partition by r.object_type, r.object_id, r.at
        order by coalesce(c.n, 0), r.is_deleted, r.status_rank, r.progress, r.stream_id, md5(concat(r.v_status, r.v_amount, r.v_amount_captured,
            r.v_amount_refunded, r.v_captured, r.v_paid, r.v_refunded, r.v_disputed, r.v_amount_received, r.v_amount_paid, r.v_amount_due,
            r.v_amount_remaining, r.v_attempt_count, r.v_total, r.v_quantity, r.v_cancel_at_period_end, r.v_cancel_at, r.v_canceled_at, r.v_ended_at,
            r.v_trial_end, r.v_current_period_end, r.v_latest_invoice, r.v_default_payment_method, r.v_collection_method, r.v_email, r.v_name,
            r.v_phone, r.v_description, r.v_delinquent, r.v_balance, r.v_currency, r.v_tax_exempt, r.v_active, r.v_nickname, r.v_unit_amount,
            r.v_default_price, r.v_reason, r.v_failure_code, r.v_plan, r.v_item_quantity, r.v_item_price, r.v_item_plan, r.v_item_amount, r.v_pause,
            r.v_coupon, r.v_country, r.v_city)), r.version_key
    ) as place
from normalized.tied_versions r
left join counted c on c.version_key = r.version_key
