-- The content of a version, to distinguish and to order versions with the same times. Engines write a document each in its own way, which is
-- good to distinguish, not to order. What orders are sums over its pieces, a piece being a name with what follows it: members in another order,
-- blanks, escaped letters and numbers written otherwise are the same to them. A piece's number is computed once, and pieces that are blank are none.
-- A loader's sequence orders versions before their content does, and is no content: its digits, up to twenty, are compared as text.
-- The columns are parameters.
select
  nullif(json_text(record, '$._sdc_sequence'), '') as sequence_of,
  substring(concat('00000000000000000000', sequence), length(sequence) + 1) as sequence_key,
  md5(concat(regexp_replace(document_text(record), '"_sdc_sequence" ?: ?"?[0-9]+"?', ''), ' ', account, ' ', api_version, ' ', format)) as content_of,
  regexp_replace(
    regexp_replace(replace(replace(document_text(record), '"', ''), '\u', '␛'), '␛[0-9a-fA-F]{4}', ','),
    '[^a-zA-Z0-9_.:@ +-]', ',') as flat_text,
  regexp_extract(text, '[^:]*$') as tail_of,
  cast(regexp_extract(text, '[^:]*$') as decimal) as number_of,
  case
    when number is not null then trim(concat(substring(text, 1, length(text) - length(tail)), cast(number as text)))
    else replace(trim(text), ': ', ':')
  end as piece_of,
  sum(mod(md5_bits(piece, half), 1000000000000)) as piece_sum
from parameters
