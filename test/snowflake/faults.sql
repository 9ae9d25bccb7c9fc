-- What fakesnow 0.11.14 gives otherwise than Snowflake's documentation says: above each statement why, below
-- it the value that Snowflake gives. TestFaults holds that fakesnow as it is fails each, and that mend.py mends each.

-- TYPEOF tells the type of the value in a VARIANT, not JSON for all (sql-reference/functions/typeof)
SELECT TYPEOF(PARSE_JSON('[1]'));
-- => ARRAY

-- TRIM's second argument are the characters to remove; it is lost (sql-reference/functions/trim)
SELECT TRIM('xxaxx', 'x');
-- => a

-- a numeric format of X reads hexadecimal digits; fakesnow refuses it (sql-reference/sql-format-models)
SELECT TO_NUMBER('ff', 'XX');
-- => 255

-- a VARIANT that holds a text is cast to that text, without JSON's quotes (sql-reference/data-types-semistructured)
SELECT CAST(v AS VARCHAR) FROM (SELECT PARSE_JSON('"a"') AS v) AS t;
-- => a

-- OUTER => TRUE gives a row for an empty array; it is lost (sql-reference/functions/flatten)
SELECT COUNT(*) FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[]'), OUTER => TRUE)) AS f;
-- => 1

-- TO_TIMESTAMP_NTZ is exact to the microsecond; it goes through a double (sql-reference/functions/to_timestamp)
SELECT CAST(DATE_PART(EPOCH_MICROSECOND, TO_TIMESTAMP_NTZ(253402300799999999, 6)) AS VARCHAR);
-- => 253402300799999999

-- TRY_HEX_DECODE_STRING is missing (sql-reference/functions/try_hex_decode_string)
SELECT TRY_HEX_DECODE_STRING('6869');
-- => hi

-- a session that asks for JSON has it (GO_QUERY_RESULT_FORMAT); as Arrow, gosnowflake takes a decimal through a float (sql-reference/parameters)
SELECT CAST(606391185354475336.999999999 AS NUMBER(38,9));
-- => 606391185354475336.999999999

-- an instant that is NULL comes as 1970 in the answer to Go's driver (sql-reference/data-types-datetime)
SELECT CAST(NULL AS TIMESTAMP_NTZ);
-- => NULL

-- BEGIN is answered with an error, and has begun (sql-reference/sql/begin)
BEGIN;
-- => Statement executed successfully.

-- SUM of integers is exact; it is made a sum of doubles (sql-reference/functions/sum)
SELECT SUM(v) FROM (SELECT CAST(999999999999999999 AS BIGINT) * 9 AS v) AS t;
-- => 8999999999999999991

-- a quotient of NUMBERs is a NUMBER, to 12 places here; it is a double (sql-reference/operators-arithmetic)
SELECT CAST(999999999999999999.999999999 AS NUMBER(38,9)) / 7;
-- => 142857142857142857.142857142714

-- Two more raise errors there that the server answers with a status of 500, which the driver repeats for a minute, so that no test runs
-- them: ROUND(CAST(999999999.999999999 AS NUMBER(38,18)) * CAST(999999999.999999999 AS NUMBER(38,9)), 9), and MOD(-9223372036854775808, -1).

-- TYPEOF knows integers of 38 digits (sql-reference/functions/typeof)
SELECT TYPEOF(PARSE_JSON('123456789012345678901234567890'));
-- => INTEGER

-- in a pattern two backslashes of the constant are one; they are halved once more (sql-reference/functions-regexp)
SELECT REGEXP_REPLACE('a\\b', '\\\\b', '/');
-- => a/

-- TO_VARCHAR's format counts for a column too; it is lost (sql-reference/functions/to_char)
SELECT TO_VARCHAR(v, 'YYYY-MM-DD"T"HH24:MI:SS.FF6') FROM (SELECT CAST('2024-04-30 11:41:36.5' AS TIMESTAMP_NTZ(6)) AS v) AS t;
-- => 2024-04-30T11:41:36.500000
