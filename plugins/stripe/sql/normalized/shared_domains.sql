-- Domains of so many customers that they name no single company: an agency's,
-- a bookkeeper's, a reseller's, a test account's.
select
    email_domain(email) as domain,
    count(*) as n_customers
from normalized.customers
where email is not null and email_domain(email) is not null
group by email_domain(email)
having count(*) > config('max_customers_per_domain')
