"""Reads statements, one JSON object a line, and holds each against sqlglot.

Every statement is parsed in its dialect; a fallback to an opaque command is a fault.
Where a statement's relations are known, its columns are resolved and typed, and compared
with the promised ones. Faults and counts go out as JSON, one object a line.
"""

import json
import sys

from sqlglot import ErrorLevel, exp, parse
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

T = exp.DataType.Type

# What sqlglot may call a type of portable SQL.
FAMILIES = {
    "text": {*exp.DataType.TEXT_TYPES},
    "bigint": {*exp.DataType.INTEGER_TYPES},
    "decimal": {T.DECIMAL, T.MONEY, T.BIGDECIMAL},
    "double": {*exp.DataType.FLOAT_TYPES},
    "boolean": {T.BOOLEAN},
    "timestamp": {T.TIMESTAMP, T.TIMESTAMPNTZ, T.DATETIME},
    "date": {T.DATE},
    "json": {T.VARIANT, T.SUPER, T.JSON, T.OBJECT},
}

NAMES = {
    "snowflake": {"text": "VARCHAR", "bigint": "BIGINT", "decimal": "DECIMAL(38,9)", "double": "DOUBLE", "boolean": "BOOLEAN", "timestamp": "TIMESTAMP_NTZ", "date": "DATE", "json": "VARIANT"},
    "redshift": {"text": "VARCHAR(65535)", "bigint": "BIGINT", "decimal": "DECIMAL(38,9)", "double": "DOUBLE PRECISION", "boolean": "BOOLEAN", "timestamp": "TIMESTAMP", "date": "DATE", "json": "SUPER"},
    "databricks": {"text": "STRING", "bigint": "BIGINT", "decimal": "DECIMAL(38,9)", "double": "DOUBLE", "boolean": "BOOLEAN", "timestamp": "TIMESTAMP_NTZ", "date": "DATE", "json": "VARIANT"},
}


def flat(path, upper):
    """One name for a relation's path, so that paths of any length live in one schema."""
    name = "__".join(path)
    return name.upper() if upper else name


# Statements that sqlglot reads as words alone; the rules of ours know their forms.
COMMANDS = ("SET TIME ZONE ", "SHOW TABLES IN ", "SHOW VIEWS IN ")


class Analysis:
    def __init__(self, dialect):
        self.dialect = dialect
        self.upper = dialect == "snowflake"
        self.counts = {"statements": 0, "parsed": 0, "resolved": 0, "columns": 0, "untyped": 0}
        self.schemas = {}
        self.tables = {}
        self.parsed = {}

    def schema(self, script):
        if script not in self.schemas:
            self.schemas[script] = MappingSchema(dialect=self.dialect, normalize=False)
        return self.schemas[script]

    def know(self, script, path, columns):
        tables, name = self.tables.setdefault(script, {}), flat(path, self.upper)
        before = tables.get(name)
        tables[name] = {(c.upper() if self.upper else c): exp.DataType.build(NAMES[self.dialect][kind], dialect=self.dialect) for c, kind in columns}
        if before is None:
            self.add(script, name)
        elif list(before) != list(tables[name]):  # a schema remembers what a table was under each alias, so a new one is made
            del self.schemas[script]
            for known in tables:
                self.add(script, known)

    def add(self, script, name):
        table = exp.Table(this=exp.to_identifier(name, quoted=True))
        self.schema(script).add_table(table, self.tables[script][name], dialect=self.dialect, normalize=False)

    def parse(self, text):
        text = text.removeprefix("EXPLAIN ")  # which sqlglot takes for a command
        trees = parse(text, read=self.dialect, error_level=ErrorLevel.RAISE)
        if len(trees) != 1 or trees[0] is None:
            raise ValueError(f"{len(trees)} statements")
        if not text.startswith(COMMANDS) and next(trees[0].find_all(exp.Command), None) is not None:
            raise ValueError("a command that sqlglot does not know")
        return trees[0]

    def resolve(self, record, tree):
        """Gives the columns of the statement's query with their types."""
        query = tree.expression if isinstance(tree, exp.Create) else tree
        if not isinstance(query, exp.Query):
            return None
        for table in list(query.find_all(exp.Table)):
            if table.db and isinstance(table.this, exp.Identifier):
                parts = [p.name for p in table.parts]
                alias = table.alias or parts[-1]
                table.replace(
                    exp.Table(
                        this=exp.to_identifier(flat(parts, self.upper), quoted=True),
                        alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True)),
                        **{k: v for k, v in table.args.items() if k not in ("this", "db", "catalog", "alias")},
                    )
                )
        schema = self.schema(record["script"])
        query = qualify(
            query, dialect=self.dialect, schema=schema, quote_identifiers=False, expand_alias_refs=False, expand_stars=True,
            validate_qualify_columns=True, infer_schema=False, isolate_tables=False,
        )
        query = annotate_types(query, schema=schema, dialect=self.dialect)
        return [(c.alias_or_name, c.type) for c in query.selects]

    def compare(self, record, got):
        want = record["columns"]
        if len(got) != len(want):
            raise ValueError(f"{len(got)} columns, want {len(want)}")
        for (name, kind), (promised, family) in zip(got, want):
            if promised and name.lower() != promised.lower():
                raise ValueError(f"column {name}, want {promised}")
            self.counts["columns"] += 1
            if kind is None or kind.this in (T.UNKNOWN, T.NULL, T.ARRAY):  # an element, as far as sqlglot follows one
                self.counts["untyped"] += 1
            elif kind.this not in FAMILIES[family]:
                raise ValueError(f"column {name} is {kind.sql(self.dialect)}, want {family}")

    def look(self, record):
        if "input" in record:
            self.know(record["script"], record["input"], record["columns"])
            return
        self.counts["statements"] += 1
        tree = self.parse(record["sql"])
        self.counts["parsed"] += 1
        if record["resolve"]:
            got = self.resolve(record, tree)
            if got is not None:
                self.counts["resolved"] += 1
                if record["columns"]:
                    self.compare(record, got)


def main():
    analysis = Analysis(sys.argv[1])
    for line in sys.stdin:
        record = json.loads(line)
        try:
            analysis.look(record)
        except Exception as error:  # whatever sqlglot raises is what is looked for
            print(json.dumps({"fault": f"{type(error).__name__}: {error}"[:600], "id": record.get("id")}), flush=True)
        if record.get("makes") and record["columns"]:
            analysis.know(record["script"], record["makes"], record["columns"])
    print(json.dumps({"counts": analysis.counts}), flush=True)


main()
