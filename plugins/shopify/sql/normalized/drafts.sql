-- Draft orders that stand among the orders: they are no orders. One that was completed has an order of its own.
select record_id as draft_id, coalesce(_connection, '') as draft_connection, arg_max(lower(json_text(record, '$.status')), _version) as status
from raw.orders_history
where record_id is not null and coalesce(read_type(record_id), 'Order') = 'Order'
    and json_text(record, '$.financial_status') is null and json_text(record, '$.displayFinancialStatus') is null
    and (contains(json_text(record, '$.admin_graphql_api_id'), '/DraftOrder/')
        or json_text(record, '$.invoice_url') is not null or json_text(record, '$.invoiceUrl') is not null
        or lower(json_text(record, '$.status')) in ('invoice_sent', 'completed')
        or (lower(json_text(record, '$.status')) = 'open' and (json_type(record, '$.order_id') is not null or json_type(record, '$.order') is not null)))
group by record_id, coalesce(_connection, '')
