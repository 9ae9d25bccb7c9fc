-- Macros of the event log; the columns are their parameters (macro.go). Each looks
-- first whether the value is in its normal form already: nearly all are, and one
-- look costs a tenth of the work.
select
  -- x in (values), written so that no engine makes a join of it: within a CASE a join
  -- would have x evaluated for every row.
  case each placeholders as p (when x = p.value then true) else false end as is_placeholder,
  case each placeholder_phones as p (when x = p.value then true) else false end as is_placeholder_phone,
  -- A number with + or 00 is international; so is one that begins with the
  -- calling code and is too long for a national one. A national number loses its trunk 0.
  case
    when contains(phone, '+') or starts_with(trim(phone), '00') then normalize_phone(phone)
    when starts_with(normalize_phone(phone), '0') then code || substring(normalize_phone(phone), 2)
    when starts_with(normalize_phone(phone), code) and length(normalize_phone(phone)) > 10 then normalize_phone(phone)
    else code || normalize_phone(phone)
  end as national_phone,
  each calling_code as c (national_phone(phone, c.value) as project_phone),
  each no_calling_code as c (normalize_phone(phone) as project_phone),
  case identifier_type
    when 'email' then
      case when regexp_like(identifier_value, '^[a-z0-9._+-]+@[a-z0-9.-]+$') then identifier_value else normalize_email(identifier_value) end
    when 'phone' then project_phone(identifier_value)
    when 'domain' then
      case
        when regexp_like(identifier_value, '^[a-z0-9][a-z0-9.-]*[a-z0-9]$') and not starts_with(identifier_value, 'www.') then identifier_value
        else normalize_domain(identifier_value)
      end
    else nullif(trim(identifier_value), '')
  end as normalized_identifier,
  case
    when identifier_value is null then 'null'
    when normalized_value is null then
      case
        when trim(identifier_value) = '' then 'blank'
        when is_placeholder(lower(trim(identifier_value))) then 'placeholder'
        else 'malformed'
      end
    when is_placeholder(normalized_value) then 'placeholder'
    when length(normalized_value) <= longest_placeholder() and is_placeholder(lower(normalized_value)) then 'placeholder'
    when identifier_type = 'phone' and is_placeholder_phone(normalized_value) then 'placeholder'
  end as identifier_fault,
  -- Names that become columns: letters, digits and _ of ASCII, not beginning with a digit.
  case
    when regexp_like(name, '^[a-z_][a-z0-9_]{0,55}$') then name
    when regexp_like(trim(name), '^[0-9]')
      then substring(concat('_', lower(regexp_replace(trim(name), '[^A-Za-z0-9_]+', '_'))), 1, 56)
    else nullif(substring(lower(regexp_replace(trim(name), '[^A-Za-z0-9_]+', '_')), 1, 56), '')
  end as canonical_name
from parameters
