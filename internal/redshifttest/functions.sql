-- What Redshift has and PostgreSQL does not, or has with another meaning, by Amazon's
-- documentation; each function names the page. They stand before pg_catalog in the search path.
-- The bodies hold no backslash, which sessions here read as an escape. The functions are stable, not immutable, and those that can
-- fail are in PL/pgSQL, which is not inlined: so no planner computes one in a branch that is not taken. Those of documents are
-- volatile, so that the planner does not copy what a sub-select computes to each of the many places above that use it.

CREATE SCHEMA redshift;
SET search_path = redshift, pg_catalog;

-- "SUPER type"
CREATE DOMAIN super AS jsonb;

-- "Querying semistructured data", on navigation: lax, NULL where there is nothing.
CREATE FUNCTION nx_member(jsonb, text) RETURNS jsonb LANGUAGE plpgsql VOLATILE STRICT AS
  $$ BEGIN RETURN CASE WHEN jsonb_typeof($1) = 'object' THEN $1 -> $2 END; END $$;
CREATE FUNCTION nx_element(jsonb, int) RETURNS jsonb LANGUAGE plpgsql VOLATILE STRICT AS
  $$ BEGIN RETURN CASE WHEN jsonb_typeof($1) = 'array' THEN $1 -> $2 END; END $$;

-- "Querying semistructured data", on unnesting and object unpivoting
CREATE FUNCTION nx_unnest(jsonb) RETURNS TABLE (v jsonb, i bigint) LANGUAGE sql STABLE AS
  $$ SELECT e.v, e.n - 1 FROM jsonb_array_elements(CASE WHEN jsonb_typeof($1) = 'array' THEN $1 END) WITH ORDINALITY AS e(v, n) $$;
CREATE FUNCTION nx_unpivot(jsonb) RETURNS TABLE (v jsonb, k varchar) LANGUAGE sql STABLE AS
  $$ SELECT e.v, e.k FROM jsonb_each(CASE WHEN jsonb_typeof($1) = 'object' THEN $1 END) AS e(k, v) $$;

-- "Querying semistructured data", on dynamic typing: a cast to the wrong type is NULL.
CREATE FUNCTION nx_super_varchar(jsonb) RETURNS varchar LANGUAGE sql STABLE STRICT AS
  $$ SELECT CASE WHEN jsonb_typeof($1) = 'string' THEN $1 #>> ARRAY[]::text[] WHEN jsonb_typeof($1) IN ('number', 'boolean') THEN CAST($1 AS text) END $$;
CREATE CAST (jsonb AS varchar) WITH FUNCTION nx_super_varchar(jsonb);
-- and a cast of a text to SUPER is that text, whatever it looks like.
CREATE FUNCTION nx_super(text) RETURNS jsonb LANGUAGE sql STABLE STRICT AS $$ SELECT to_jsonb($1) $$;
CREATE FUNCTION nx_super(jsonb) RETURNS jsonb LANGUAGE sql STABLE STRICT AS $$ SELECT $1 $$;

-- "CAN_JSON_PARSE function", "JSON_PARSE function", "JSON_SERIALIZE function", "JSON_TYPEOF function", "IS_ARRAY function", "IS_OBJECT function"
CREATE FUNCTION can_json_parse(text) RETURNS boolean LANGUAGE plpgsql VOLATILE STRICT AS
  $$ BEGIN PERFORM CAST($1 AS jsonb); RETURN TRUE; EXCEPTION WHEN others THEN RETURN FALSE; END $$;
CREATE FUNCTION json_parse(text) RETURNS jsonb LANGUAGE plpgsql VOLATILE STRICT AS $$ BEGIN RETURN CAST($1 AS jsonb); END $$;
CREATE FUNCTION json_serialize(jsonb) RETURNS varchar LANGUAGE sql STABLE STRICT AS $$ SELECT CAST(CAST($1 AS text) AS varchar) $$;
CREATE FUNCTION json_typeof(jsonb) RETURNS varchar LANGUAGE plpgsql VOLATILE STRICT AS $$ BEGIN RETURN jsonb_typeof($1); END $$;
CREATE FUNCTION is_array(jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT COALESCE(jsonb_typeof($1) = 'array', FALSE) $$;
CREATE FUNCTION is_object(jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT COALESCE(jsonb_typeof($1) = 'object', FALSE) $$;

-- "SPLIT_TO_ARRAY function"
CREATE FUNCTION split_to_array(text, text DEFAULT ',') RETURNS jsonb LANGUAGE sql STABLE STRICT AS
  $$ SELECT to_jsonb(CASE WHEN $1 = '' THEN ARRAY[''] ELSE string_to_array($1, $2) END) $$;

-- "LEN function"
CREATE FUNCTION len(text) RETURNS int LANGUAGE sql STABLE STRICT AS $$ SELECT length($1) $$;

-- "STRTOL function", for digits without a sign in base 16
CREATE FUNCTION strtol(text, int) RETURNS bigint LANGUAGE plpgsql STABLE STRICT AS
  $$ BEGIN IF $2 <> 16 OR length($1) > 15 THEN RAISE feature_not_supported; END IF; RETURN CAST(CAST('x' || lpad($1, 16, '0') AS bit(64)) AS bigint); END $$;

-- "REGEXP_REPLACE function": every match; $n is a group of a pattern in PCRE.
CREATE FUNCTION nx_replacement(text, text) RETURNS text LANGUAGE sql STABLE STRICT AS
  $$ SELECT CASE WHEN strpos($2, 'p') > 0 THEN regexp_replace(replace($1, chr(92), chr(92) || chr(92)), '[$]([0-9])', chr(92) || chr(92) || chr(92) || '1', 'g') ELSE $1 END $$;
CREATE FUNCTION regexp_replace(text, text, text, int, text) RETURNS varchar LANGUAGE sql STABLE STRICT AS
  $$ SELECT CAST(left($1, greatest($4, 1) - 1) || pg_catalog.regexp_replace(substr($1, greatest($4, 1)), $2, redshift.nx_replacement($3, $5), CASE WHEN strpos($5, 'i') > 0 THEN 'gi' ELSE 'g' END) AS varchar) $$;
CREATE FUNCTION regexp_replace(text, text, text, int) RETURNS varchar LANGUAGE sql STABLE STRICT AS $$ SELECT redshift.regexp_replace($1, $2, $3, $4, 'c') $$;
CREATE FUNCTION regexp_replace(text, text, text) RETURNS varchar LANGUAGE sql STABLE STRICT AS $$ SELECT redshift.regexp_replace($1, $2, $3, 1, 'c') $$;
CREATE FUNCTION regexp_replace(text, text) RETURNS varchar LANGUAGE sql STABLE STRICT AS $$ SELECT redshift.regexp_replace($1, $2, '', 1, 'c') $$;

-- "REGEXP_SUBSTR function": '' where nothing matches; e takes the first group, if there is one.
CREATE FUNCTION nx_grouped(text) RETURNS boolean LANGUAGE sql STABLE STRICT AS
  $$ SELECT strpos(replace(pg_catalog.regexp_replace($1, '[[][^]]*[]]', '', 'g'), '(?:', ''), '(') > 0 $$;
CREATE FUNCTION regexp_substr(text, text, int, int, text) RETURNS varchar LANGUAGE sql STABLE STRICT AS
  $$ SELECT CAST(COALESCE(pg_catalog.regexp_substr($1, $2, greatest($3, 1), $4, CASE WHEN strpos($5, 'i') > 0 THEN 'i' ELSE 'c' END,
       CASE WHEN strpos($5, 'e') > 0 AND redshift.nx_grouped($2) THEN 1 ELSE 0 END), '') AS varchar) $$;
CREATE FUNCTION regexp_substr(text, text) RETURNS varchar LANGUAGE sql STABLE STRICT AS $$ SELECT redshift.regexp_substr($1, $2, 1, 1, 'c') $$;

-- "FROM_HEX function", "TO_VARBYTE function", "FROM_VARBYTE function"
CREATE FUNCTION from_hex(text) RETURNS bytea LANGUAGE sql STABLE STRICT AS $$ SELECT decode($1, 'hex') $$;
CREATE FUNCTION to_varbyte(text, text) RETURNS bytea LANGUAGE sql STABLE STRICT AS
  $$ SELECT CASE lower($2) WHEN 'hex' THEN decode($1, 'hex') WHEN 'base64' THEN decode($1, 'base64') WHEN 'utf8' THEN convert_to($1, 'UTF8') END $$;
CREATE FUNCTION from_varbyte(bytea, text) RETURNS varchar LANGUAGE sql STABLE STRICT AS
  $$ SELECT CAST(CASE lower($2) WHEN 'hex' THEN encode($1, 'hex') WHEN 'base64' THEN encode($1, 'base64') WHEN 'utf8' THEN convert_from($1, 'UTF8') END AS varchar) $$;

-- "TRY_CAST function"; a decimal is rounded to its scale ("Numeric types").
CREATE FUNCTION nx_try_bigint(text) RETURNS bigint LANGUAGE plpgsql STABLE STRICT AS
  $$ BEGIN RETURN CAST($1 AS bigint); EXCEPTION WHEN data_exception THEN RETURN NULL; END $$;
CREATE FUNCTION nx_try_double(text) RETURNS double precision LANGUAGE plpgsql STABLE STRICT AS
  $$ BEGIN RETURN CAST($1 AS double precision); EXCEPTION WHEN data_exception THEN RETURN NULL; END $$;
CREATE FUNCTION nx_try_timestamptz(text) RETURNS timestamptz LANGUAGE plpgsql STABLE STRICT AS
  $$ BEGIN RETURN CAST($1 AS timestamptz); EXCEPTION WHEN data_exception THEN RETURN NULL; END $$;
CREATE FUNCTION nx_try_decimal(text, int, int) RETURNS numeric LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE n numeric;
BEGIN
  n := round(CAST($1 AS numeric), $3);
  RETURN CASE WHEN abs(n) < power(CAST(10 AS numeric), $2 - $3) THEN n END;
EXCEPTION WHEN data_exception THEN RETURN NULL;
END $$;

-- "Computations with numeric values": a quotient of decimals has a scale that follows from its
-- operands' types, and no digit behind it; 4 for those of DECIMAL(38,9). The rewriting gives the scale where it sees the types.
CREATE TYPE nx_divisor AS (n numeric, scale int);
CREATE FUNCTION nx_divide(numeric, numeric, int) RETURNS numeric LANGUAGE sql STABLE STRICT AS
  $$ SELECT round(pg_catalog.div($1 * power(CAST(10 AS numeric), $3), $2) * power(CAST(0.1 AS numeric), $3), $3) $$;
CREATE FUNCTION nx_quotient(numeric, nx_divisor) RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT redshift.nx_divide($1, ($2).n, ($2).scale) $$;
CREATE FUNCTION nx_quotient(numeric, numeric) RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT redshift.nx_divide($1, $2, 4) $$;
CREATE OPERATOR / (LEFTARG = numeric, RIGHTARG = nx_divisor, FUNCTION = nx_quotient);
CREATE OPERATOR / (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = nx_quotient);
CREATE FUNCTION nx_over(numeric, int) RETURNS nx_divisor LANGUAGE sql STABLE AS $$ SELECT CAST(ROW($1, $2) AS redshift.nx_divisor) $$;

-- "GETDATE function"
CREATE FUNCTION getdate() RETURNS timestamp LANGUAGE sql STABLE AS $$ SELECT clock_timestamp() AT TIME ZONE 'UTC' $$;

-- "DATEADD function": a month later is the same day, or the month's last.
CREATE FUNCTION dateadd(text, bigint, timestamp) RETURNS timestamp LANGUAGE sql STABLE STRICT AS $$
  SELECT $3 + CASE $1 WHEN 'month' THEN make_interval(months => CAST($2 AS int)) WHEN 'day' THEN make_interval(days => CAST($2 AS int))
    WHEN 'microsecond' THEN $2 * INTERVAL '1 microsecond' END $$;

-- "DATEDIFF function"
CREATE FUNCTION datediff(text, timestamp, timestamp) RETURNS bigint LANGUAGE sql STABLE STRICT AS
  $$ SELECT CASE $1 WHEN 'microsecond' THEN CAST((EXTRACT(EPOCH FROM $3) - EXTRACT(EPOCH FROM $2)) * 1000000 AS bigint) END $$;

-- "Character types", on trailing blanks: they do not count where texts are compared.
CREATE FUNCTION nx_eq(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT rtrim($1, ' ') OPERATOR(pg_catalog.=) rtrim($2, ' ') $$;
CREATE FUNCTION nx_ne(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT rtrim($1, ' ') OPERATOR(pg_catalog.<>) rtrim($2, ' ') $$;
CREATE FUNCTION nx_lt(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT rtrim($1, ' ') OPERATOR(pg_catalog.<) rtrim($2, ' ') $$;
CREATE FUNCTION nx_le(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT rtrim($1, ' ') OPERATOR(pg_catalog.<=) rtrim($2, ' ') $$;
CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = nx_eq, COMMUTATOR = =, NEGATOR = <>);
CREATE OPERATOR <> (LEFTARG = text, RIGHTARG = text, FUNCTION = nx_ne, COMMUTATOR = <>, NEGATOR = =);
CREATE OPERATOR < (LEFTARG = text, RIGHTARG = text, FUNCTION = nx_lt);
CREATE OPERATOR <= (LEFTARG = text, RIGHTARG = text, FUNCTION = nx_le);
CREATE FUNCTION nx_gt(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT redshift.nx_lt($2, $1) $$;
CREATE FUNCTION nx_ge(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT redshift.nx_le($2, $1) $$;
CREATE OPERATOR > (LEFTARG = text, RIGHTARG = text, FUNCTION = nx_gt);
CREATE OPERATOR >= (LEFTARG = text, RIGHTARG = text, FUNCTION = nx_ge);
