-- Whose subscription an invoice is of, where its lines are kept in a table of their own: that of the first line which has one.
select
    coalesce(json_text(l.record, '$.invoice.id'), json_text(l.record, '$.invoice'), json_text(l.record, '$.invoice_id'), p.object_id, json_text(l.record, '$._sdc_source_key_id')) as invoice_id,
    coalesce(json_text(l.record, '$.parent.subscription_item_details.subscription'), json_text(l.record, '$.parent.invoice_item_details.subscription'),
        json_text(l.record, '$.subscription.id'), json_text(l.record, '$.subscription'), json_text(l.record, '$.subscription_id')) as subscription_id
from raw.invoice_lines l
left join normalized.loader_rows p on p.object_type = 'invoice' and p.row_key = json_text(l.record, '$._dlt_parent_id')
where coalesce(json_text(l.record, '$.invoice.id'), json_text(l.record, '$.invoice'), json_text(l.record, '$.invoice_id'), p.object_id, json_text(l.record, '$._sdc_source_key_id')) is not null
    and coalesce(json_text(l.record, '$.parent.subscription_item_details.subscription'), json_text(l.record, '$.parent.invoice_item_details.subscription'),
        json_text(l.record, '$.subscription.id'), json_text(l.record, '$.subscription'), json_text(l.record, '$.subscription_id')) is not null
qualify row_number() over (partition by coalesce(json_text(l.record, '$.invoice.id'), json_text(l.record, '$.invoice'), json_text(l.record, '$.invoice_id'), p.object_id, json_text(l.record, '$._sdc_source_key_id'))
    order by coalesce(json_bigint(l.record, '$._dlt_list_idx'), json_bigint(l.record, '$._sdc_level_0_id'), 0), l.record_id) = 1
