-- Addresses of several customers: a bookkeeper's, a reseller's. They are the contact's,
-- and their domain names none of these companies.
select
    normalize_email(email) as email,
    count(*) as n_customers
from normalized.customers
where normalize_email(email) is not null
group by normalize_email(email)
having count(*) > 1
