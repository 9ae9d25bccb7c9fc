-- Macros of the event log; the columns are their parameters (macro.go). Each looks
-- first whether the value is in its normal form already: nearly all are, and one
-- look costs a tenth of the work.
select
  -- x in (values), written so that no engine makes a join of it: within a CASE a join
  -- would have x evaluated for every row.
  case each placeholders as p (when x = p.value then true) else false end as is_placeholder,
  case each placeholder_phones as p (when x = p.value then true) else false end as is_placeholder_phone,
  -- Digits, plus and brackets in the forms that wide, Arabic and Persian keyboards give them.
  case when regexp_like(x, '[０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹＋（）]') then
    replace(replace(replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(x, '[０٠۰]', '0'), '[１١۱]', '1'), '[２٢۲]', '2'), '[３٣۳]', '3'), '[４٤۴]', '4'), '[５٥۵]', '5'), '[６٦۶]', '6'), '[７٧۷]', '7'), '[８٨۸]', '8'), '[９٩۹]', '9'), '＋', '+'), '（', '('), '）', ')')
  else x end as plain_digits,
  -- Letters for digits, as on a dial, where they are joined to digits and are no extension.
  case
    when regexp_like(x, '[0-9]-?[a-z]{3}') and not regexp_like(x, '[0-9]-?(ext|int|poste|anexo)') then
      regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        x, '[abc]', '2'), '[def]', '3'), '[ghi]', '4'), '[jkl]', '5'), '[mno]', '6'), '[pqrs]', '7'), '[tuv]', '8'), '[wxyz]', '9')
    else x
  end as keypad_digits,
  -- The first of several numbers: they are parted by commas, lines, bars and ampersands; by slashes, which some write within a number,
  -- only where a whole number follows, or the digits are too many for one.
  case
    when not regexp_like(x, '[,|&/]') and not contains(x, line_feed()) then x
    when regexp_like(replace(x, line_feed(), ','), '[0-9]([^0-9,|&]{0,8}[0-9]){5}[^,|&]*[,|&][^0-9]*[0-9]([^0-9]{0,8}[0-9]){5}') then
      regexp_extract(replace(x, line_feed(), ','), '^[^0-9]*[0-9][^,|&]*')
    when regexp_like(x, '[0-9]([^0-9/]{0,8}[0-9]){5}[^/]*/[^0-9+]*([+]|0)[^0-9]{0,8}[0-9]([^0-9]{0,8}[0-9]){5}')
      or regexp_like(x, '[0-9]([^0-9/]{0,8}[0-9]){5}[^/]*/[^0-9]*[0-9]([^0-9]{0,8}[0-9]){5}') and length(regexp_replace(x, '[^0-9]+', '')) > 15 then
      regexp_extract(x, '^[^0-9]*[0-9][^/]*')
    else x
  end as first_number,
  -- Gmail's dots and googlemail.com are other spellings of one mailbox, and so is a tag where the provider delivers it there.
  case
    each gmail as g (
      when regexp_like(address, '^[.]*[^.+@][^@]*@(gmail|googlemail)[.]com$') then
        concat(
          replace(
            each g.plain as p (split_part(address, '@', 1)),
            each g.tagged as t (split_part(split_part(address, '@', 1), '+', 1)),
            '.', ''
          ),
          '@gmail.com'
        )
    )
    each plus as d (when regexp_like(address, d.pattern) then concat(split_part(address, '+', 1), '@', split_part(address, '@', 2)))
    else address
  end as canonical_email,
  case
    when identifier_value is null then 'null'
    when normalized_value is null then
      case
        when trim_blank(identifier_value) = '' then 'blank'
        when is_placeholder(lower(trim_blank(identifier_value))) then 'placeholder'
        else 'malformed'
      end
    when is_placeholder(normalized_value) then 'placeholder'
    when length(normalized_value) <= longest_placeholder() and is_placeholder(lower(normalized_value)) then 'placeholder'
    when identifier_type = 'phone' and is_placeholder_phone(regexp_replace(identifier_value, '[^0-9]+', '')) then 'placeholder'
  end as identifier_fault,
  -- Names that become columns: letters, digits and _ of ASCII, not beginning with a digit.
  case
    when regexp_like(name, '^[a-z_][a-z0-9_]{0,55}$') then name
    when regexp_like(trim(name), '^[0-9]')
      then substring(concat('_', lower(regexp_replace(trim(name), '[^A-Za-z0-9_]+', '_'))), 1, 56)
    else nullif(substring(lower(regexp_replace(trim(name), '[^A-Za-z0-9_]+', '_')), 1, 56), '')
  end as canonical_name
from parameters
