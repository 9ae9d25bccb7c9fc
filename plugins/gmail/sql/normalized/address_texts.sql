-- Every distinct text of an address header, and how much there is to read in it. Most are one mailbox, `name <address>`, `"name" <address>` or
-- a bare address, which two expressions take apart; the rest is read token by token.
select
  address_text,
  case
    when contains(address_text, '\') or contains(address_text, '[') then 'list'
    when regexp_like(address_text, '^[^"(),:;<>@=]*<[^"(),:;<>@ ]+@[^"(),:;<>@ ]+> *$') then 'named'
    when regexp_like(address_text, '^ *"[^"=]*" *<[^"(),:;<>@ ]+@[^"(),:;<>@ ]+> *$') then 'quoted'
    when regexp_like(address_text, '^ *[^"(),:;<>@ ]+@[^"(),:;<>@ ]+ *$') then 'bare'
    else 'list'
  end as shape
from (select distinct address_text from normalized.address_lines) as t
