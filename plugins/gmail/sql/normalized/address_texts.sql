-- Every distinct text of an address header, and how much there is to read in it. Most are one mailbox, `name <address>`, `"name" <address>` or
-- a bare address, which two expressions take apart; the rest is read token by token.
-- What shows nothing is left out, every blank is a space, and there is none between adjacent encoded words.
with plain as (
  select
    address_text,
    regexp_replace(regexp_replace(regexp_replace(address_text, config('blanks'), ' '), config('invisible'), ''), '[?]= +=[?]', '?==?') as plain_text
  from (select distinct address_text from normalized.address_lines) as t
)
select
  address_text,
  plain_text,
  case
    when contains(plain_text, '\') or contains(plain_text, '[') or regexp_like(plain_text, '^ *''[^<]*$') then 'list'
    when regexp_like(plain_text, '^[^"(),:;<>@=]*<[^"(),:;<>@ ]+@[^"(),:;<>@ ]+> *$') then 'named'
    when regexp_like(plain_text, '^ *"[^"=]*" *<[^"(),:;<>@ ]+@[^"(),:;<>@ ]+> *$') then 'quoted'
    when regexp_like(plain_text, '^ *[^"(),:;<>@ ]+@[^"(),:;<>@ ]+ *$') then 'bare'
    else 'list'
  end as shape
from plain
