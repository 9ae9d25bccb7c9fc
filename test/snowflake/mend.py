"""Mends what fakesnow does otherwise than Snowflake documents, where our statements rely on it.

Each mend names the fault; faults.sql reproduces them on fakesnow as it is, and a test holds that they
still stand. Snowflake's documentation: https://docs.snowflake.com/en/sql-reference/functions/<name>
"""

from decimal import Decimal

import duckdb
import fakesnow.macros as macros
import fakesnow.server as server
import pyarrow as pa
import snowflake.connector.errors as errors
from fakesnow.cursor import SQL_SUCCESS, FakeSnowflakeCursor
from sqlglot import exp, parse_one
from sqlglot.dialects.dialect import Dialect
from starlette.responses import JSONResponse

DECIMAL_18 = exp.DataType.build("DECIMAL(38, 18)")
TEXT = {exp.DataType.Type.VARCHAR, exp.DataType.Type.TEXT}

# What the mended calls become: macros of DuckDB, made in each database.
MACROS = """
-- typeof: the type of a VARIANT's value, not DuckDB's word for JSON
CREATE OR REPLACE MACRO {c}._nx_typeof(x) AS list_transform([x], lambda v: CASE json_type(v)
  WHEN 'OBJECT' THEN 'OBJECT' WHEN 'ARRAY' THEN 'ARRAY' WHEN 'VARCHAR' THEN 'VARCHAR' WHEN 'BOOLEAN' THEN 'BOOLEAN'
  WHEN 'NULL' THEN 'NULL_VALUE' WHEN 'DOUBLE' THEN CASE WHEN regexp_matches(v::VARCHAR, '[eE]') THEN 'DOUBLE'
  WHEN regexp_full_match(v::VARCHAR, '-?[0-9]{{1,38}}') THEN 'INTEGER' ELSE 'DECIMAL' END
  ELSE CASE WHEN json_type(v) IS NOT NULL THEN 'INTEGER' END END)[1];
-- trim: its second argument is lost
CREATE OR REPLACE MACRO {c}._nx_trim(x, characters) AS trim(x, characters);
CREATE OR REPLACE MACRO {c}._nx_trim_trailing(x, characters) AS rtrim(x, characters);
CREATE OR REPLACE MACRO {c}._nx_trim_leading(x, characters) AS ltrim(x, characters);
-- to_decimal with a format of X: hexadecimal digits
CREATE OR REPLACE MACRO {c}._nx_from_hex(x) AS CAST('0x' || x AS BIGINT);
-- cast of a VARIANT that holds a text: the text, without JSON's quotes
CREATE OR REPLACE MACRO {c}._nx_text(x) AS CASE WHEN typeof(x) = 'JSON'
  THEN json_extract_string(TRY_CAST(CAST(x AS VARCHAR) AS JSON), '$') ELSE CAST(x AS VARCHAR) END;
-- get: a key is a key, whatever characters it has, and an index is an array's alone
CREATE OR REPLACE MACRO {c}._nx_member(x, key) AS CASE WHEN json_type(x) = 'OBJECT'
  THEN json_extract(x, '/' || replace(replace(key, '~', '~0'), '/', '~1')) END;
CREATE OR REPLACE MACRO {c}._nx_extract(x, path) AS json_extract(x, path);
-- try_hex_decode_string: there is none
CREATE OR REPLACE MACRO {c}.try_hex_decode_string(x) AS TRY(decode(unhex(x)));
-- flatten: OUTER is lost, and a null of JSON becomes one of SQL
CREATE OR REPLACE MACRO {c}._nx_flatten(input, outside) AS TABLE
  SELECT CAST(NULL AS VARCHAR) AS KEY, CASE WHEN u.v IS NOT NULL THEN u.i - 1 END AS INDEX, u.v AS VALUE
  FROM (SELECT unnest(l.l) AS v, generate_subscripts(l.l, 1) AS i FROM (
    SELECT CASE WHEN outside AND COALESCE(len(a.a), 0) = 0 THEN [CAST(NULL AS JSON)] ELSE a.a END AS l
    FROM (SELECT json_extract(to_json(input), '$[*]') AS a) AS a) AS l) AS u;
-- to_timestamp: microseconds, exact over all years
CREATE OR REPLACE MACRO {c}._fs_to_timestamp(val, scale) AS CASE
  WHEN typeof(val) IN ('TIMESTAMP', 'DATE', 'VARCHAR', 'JSON', '"NULL"') OR starts_with(typeof(val), 'TIMESTAMP') THEN TRY_CAST(CAST(val AS VARCHAR) AS TIMESTAMP)
  ELSE make_timestamp(TRY_CAST(CAST(val AS VARCHAR) AS BIGINT) * CASE scale WHEN 0 THEN 1000000 WHEN 3 THEN 1000 WHEN 6 THEN 1 END) END;
-- numbers are exact to 38 digits: products to a factor's 18 places, quotients to six more than the dividend's or 12, half away from zero
CREATE OR REPLACE MACRO {c}._nx_units(x) AS CAST(replace(CAST(CAST(x AS DECIMAL(38,9)) AS VARCHAR), '.', '') AS HUGEINT);
CREATE OR REPLACE MACRO {c}._nx_scaled(n) AS CAST(n AS DECIMAL(38,0)) * CAST(0.000000000001 AS DECIMAL(13,12));
CREATE OR REPLACE MACRO {c}._nx_mul(a, b) AS CAST({c}.main._nx_units(a) * {c}.main._nx_units(b) AS DECIMAL(38,0)) * CAST(0.000000000000000001 AS DECIMAL(19,18));
CREATE OR REPLACE MACRO {c}._nx_quotient(a, b) AS list_transform(list_transform(list_transform([{{'a': a, 'b': b}}],
  lambda v: {{'s': sign(v.a) * sign(v.b), 'q': abs(v.a) // abs(v.b), 'r': abs(v.a) % abs(v.b), 'b': abs(v.b)}}),
  lambda v: {{'s': v.s, 'q': v.q * 1000000 + v.r * 1000000 // v.b, 'r': v.r * 1000000 % v.b, 'b': v.b}}),
  lambda v: {{'s': v.s, 'six': v.s * (v.q + CAST(v.r * 2 >= v.b AS INTEGER)), 'q': v.q * 1000000 + v.r * 1000000 // v.b, 'r': v.r * 1000000 % v.b, 'b': v.b}})[1];
CREATE OR REPLACE MACRO {c}._nx_div_decimal(a, b) AS list_transform([{c}.main._nx_quotient({c}.main._nx_units(a), {c}.main._nx_units(b))],
  lambda v: {c}.main._nx_scaled(v.s * (v.q + CAST(v.r * 2 >= v.b AS INTEGER))))[1];
CREATE OR REPLACE MACRO {c}._nx_div(a DOUBLE, b DOUBLE) AS a / b, (a DECIMAL(38,9), b DECIMAL(38,9)) AS {c}.main._nx_div_decimal(a, b),
  (a HUGEINT, b HUGEINT) AS {c}.main._nx_scaled({c}.main._nx_quotient(a, b)['six'] * 1000000),
  (a BIGINT, b BIGINT) AS {c}.main._nx_scaled({c}.main._nx_quotient(CAST(a AS HUGEINT), CAST(b AS HUGEINT))['six'] * 1000000);
CREATE OR REPLACE MACRO {c}._nx_mod_decimal(a, b) AS CAST(a AS DECIMAL(38,9)) % CAST(b AS DECIMAL(38,9));
CREATE OR REPLACE MACRO {c}._nx_mod(a DOUBLE, b DOUBLE) AS a % b, (a DECIMAL(38,9), b DECIMAL(38,9)) AS a % b, (a HUGEINT, b HUGEINT) AS a % b,
  (a BIGINT, b BIGINT) AS CAST(CAST(a AS HUGEINT) % b AS BIGINT);
"""


def call(name: str, *args: exp.Expression) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(args))


def kind(e: exp.Expression) -> str | None:
    """The type of a value that is no VARIANT, as far as the expression itself says it. A macro could ask, but not of
    an argument that aggregates, and each time that it names an argument there is one more of it."""
    if isinstance(e, exp.Cast):
        return {exp.DataType.Type.DOUBLE: "double", exp.DataType.Type.DECIMAL: "decimal", exp.DataType.Type.VARIANT: None}.get(e.to.this, "other")
    if isinstance(e, (exp.Paren, exp.Neg, exp.Abs, exp.Trunc, exp.Round, exp.Nullif)):
        return kind(e.this)
    if isinstance(e, exp.Case):
        return kind(e.args["ifs"][0].args["true"])
    if isinstance(e, (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)):
        kinds = {kind(e.left), kind(e.right)}
        return "double" if "double" in kinds else "decimal" if "decimal" in kinds else None
    return "decimal" if isinstance(e, exp.Anonymous) and e.name.endswith("_decimal") else None


def is_json(e: exp.Expression) -> bool:
    return isinstance(e, exp.ParseJSON) or isinstance(e, exp.Anonymous) and e.name in ("_nx_member", "_nx_extract")


def mend(e: exp.Expression) -> exp.Expression:
    if isinstance(e, exp.Typeof):
        return call("_nx_typeof", e.this)
    if isinstance(e, exp.Trim) and e.expression:
        side = e.args.get("position") or ""  # RTRIM and LTRIM are a TRIM of one side
        return call("_nx_trim" + (side and "_" + side.lower()), e.this, e.expression)
    if isinstance(e, exp.ToNumber) and (f := e.args.get("format")) and f.name.startswith("X"):
        return call("_nx_from_hex", e.this)
    if isinstance(e, exp.ToChar) and e.args.get("format"):  # of a column, whose type sqlglot does not know, the format is lost
        return exp.TimeToStr(this=e.this, format=Dialect["snowflake"].format_time(e.args["format"]))
    if isinstance(e, exp.Sum):  # fakesnow sums doubles
        return call("sum", e.this)
    if isinstance(e, exp.Mul) and isinstance(e.left, exp.Cast) and e.left.to == DECIMAL_18:
        return call("_nx_mul", e.left.this, e.right)
    if isinstance(e, exp.Div):
        known = kind(e)
        return e if known == "double" else call("_nx_div_decimal" if known == "decimal" else "_nx_div", e.left, e.right)
    if isinstance(e, exp.Mod):
        return call("_nx_mod_decimal" if kind(e) == "decimal" else "_nx_mod", e.left, e.right)
    if isinstance(e, (exp.RegexpReplace, exp.RegexpExtract)) and isinstance(p := e.expression, exp.Literal):
        # fakesnow halves the backslashes that are left after the constant is read
        e.set("expression", exp.Literal.string(p.this.replace("\\", "\\\\")))
    if isinstance(e, exp.Cast) and not isinstance(e, exp.TryCast) and e.to.this in TEXT:
        if is_json(e.this):
            return exp.func("json_extract_string", e.this, exp.Literal.string("$"), dialect="duckdb")
        return e if kind(e.this) else call("_nx_text", e.this)
    if isinstance(e, exp.Bracket) and len(e.expressions) == 1 and isinstance(i := e.expressions[0], exp.Literal):
        if i.is_string and i.this.isdigit():
            return call("_nx_member", e.this, i)
        if i.is_string:
            return call("_nx_extract", e.this, exp.Literal.string("/" + i.this.replace("~", "~0").replace("/", "~1")))
        return call("_nx_extract", e.this, exp.Literal.string(f"$[{i.this}]"))
    if isinstance(e, exp.TableFromRows) and isinstance(f := e.this, exp.Explode):
        outside = any(isinstance(k, exp.Kwarg) and k.name.upper() == "OUTER" and k.expression.this for k in f.expressions)
        given = f.this.expression if isinstance(f.this, exp.Kwarg) else f.this
        return exp.Table(this=call("_nx_flatten", given, exp.Boolean(this=outside)), alias=e.args.get("alias"))
    if isinstance(e, exp.Drop) and e.args.get("kind") == "STAGE":  # there is none
        stage = e.this
        return parse_one(
            "DELETE FROM _fs_global._fs_information_schema._fs_stages "
            f"WHERE schema_name = '{stage.db}' AND name = '{stage.name}'",
            read="duckdb",
        )
    return e


def mend_all(tree: exp.Expression) -> exp.Expression:
    """Inner nodes first: sqlglot's own transformation goes no further where it has changed a node."""
    for node in reversed(list(tree.dfs())):
        if (mended := mend(node)) is node:
            continue
        if node is tree:
            tree = mended
        else:
            node.replace(mended)
    return tree


class Rowset(list):
    """A result as JSON, for which sessions of ours ask. fakesnow answers as Arrow, and gosnowflake (v2.1.0) makes a text of a
    decimal of 128 bits by way of a float that has as many."""

    def decode(self, _: str) -> "Rowset":
        return self


def rowset(result: tuple[pa.Table, list]) -> Rowset:
    return Rowset(zip(*[texts(column) for column in result[0].columns], strict=True))


def texts(column: pa.ChunkedArray) -> list[str | None]:
    """A column's values as Snowflake writes them: days and seconds since 1970."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
        return [None if v is None else f"{v // 1_000_000}.{v % 1_000_000 * 1_000:09d}" for v in column.to_pylist()]
    if pa.types.is_date(column.type):
        column = column.cast(pa.date32()).cast(pa.int32())
    return [None if v is None else text(v) for v in column.to_pylist()]


def text(v: object) -> str:
    if isinstance(v, bool):
        return "1" if v else "0"
    if isinstance(v, Decimal):
        return format(v, "f")
    if isinstance(v, bytes):
        return v.hex()
    return str(v)


def answer(content: dict, **options: object) -> JSONResponse:
    data = content.get("data")
    if isinstance(data, dict) and isinstance(data.get("rowsetBase64"), Rowset):
        data |= {"queryResultFormat": "json", "rowset": data.pop("rowsetBase64")}
    return JSONResponse(content, **options)


execute = FakeSnowflakeCursor._execute  # noqa: SLF001


def described(self: FakeSnowflakeCursor, transformed: exp.Expression, params: object = None) -> None:
    """BEGIN has a result that can be described; without one the server answers with an error and has begun.

    And an error of execution is an answer, not a status of 500, which clients take for a reason to try again.
    """
    try:
        execute(self, transformed, params)
    except duckdb.Error as e:
        raise errors.ProgrammingError(msg=str(e), errno=100000, sqlstate="22000") from e
    if isinstance(transformed, (exp.Transaction, exp.Commit, exp.Rollback)):
        self._duck_conn.execute(SQL_SUCCESS)
        self._arrow_table, self._rowcount = self._duck_conn.to_arrow_table(), 1
        self._last_sql, self._last_params = SQL_SUCCESS, None


def install() -> None:
    make, transform = macros.creation_sql, FakeSnowflakeCursor._transform  # noqa: SLF001
    macros.creation_sql = lambda catalog: make(catalog) + MACROS.format(c=catalog)
    FakeSnowflakeCursor._transform = lambda self, e, params: transform(self, mend_all(e), params)  # noqa: SLF001
    FakeSnowflakeCursor._execute = described  # noqa: SLF001
    server.to_sf, server.to_ipc, server.b64encode = lambda table, types: (table, types), rowset, lambda rows: rows
    server.JSONResponse = answer
