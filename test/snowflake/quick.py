"""Makes fakesnow quick: what it answers stays the same, and what it does once too often goes.

sqlglot's compiled generator parses its templates anew each time one is made, which is for each statement,
type or expression that becomes text; fakesnow parses a statement twice, and its translation a third time to describe it.
"""

import ast
import gc
import inspect
from collections.abc import Callable

import fakesnow.cursor as cursor
import fakesnow.server as server
import fakesnow.transforms as transforms
from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import exp, parse_one
from sqlglot.dialects.dialect import Dialect

make = Dialect.generate
idle: dict[type, list] = {}


def generate(self: Dialect, expression: exp.Expression, copy: bool = True, **opts: object) -> str:
    """A generator that is idle is used again; one at work may ask for another."""
    if opts or self.settings:
        return make(self, expression, copy, **opts)
    pool = idle.setdefault(type(self), [])
    try:
        generator = pool.pop()
    except IndexError:
        generator = self.generator()
    text = generator.generate(expression, copy=copy)
    pool.append(generator)
    return text


trees: dict[str, exp.Expression] = {}


def parse_first(text: str, read: str) -> exp.Expression:
    """The server parses a statement to look at it, before the cursor."""
    trees[text] = tree = parse_one(text, read=read)
    return tree


def parse_again(text: str, read: str) -> exp.Expression:
    """The cursor has the server's tree as its own. Positions in the text serve nobody, and are copied with each node."""
    tree = trees.pop(text, None) or parse_one(text, read=read)
    for node in tree.dfs():
        if (meta := node.meta) and "col" in meta:
            for key in ("line", "col", "start", "end"):
                meta.pop(key, None)
            if not meta:
                node._meta = None
    return tree


def describe_last(self: FakeSnowflakeCursor) -> list:
    """The statement's columns are known since it ran."""
    return [(c[0], str(c[1]), None, None, None, None) for c in self._duck_conn.description or ()]  # noqa: SLF001


def asked(test: ast.expr, name: str) -> ast.expr | None:
    """The kinds of which a condition asks first of all whether the node is one."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        test = test.values[0]
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "isinstance":
        node, kinds = test.args
        return kinds if isinstance(node, ast.Name) and node.id == name else None
    return None


def wanted(f: Callable) -> set[type] | None:
    """The kinds of nodes that a transformation may change, if it does no more than ask for them; None is any."""
    if f.__name__ == "<lambda>":
        called = [getattr(transforms, n) for n in f.__code__.co_names if callable(getattr(transforms, n, None))]
        return wanted(called[0]) if len(called) == 1 else None
    function = ast.parse(inspect.getsource(f)).body[0]
    name, kinds = function.args.args[0].arg, set()
    statements = list(function.body)
    while statements:
        s = statements.pop(0)
        if isinstance(s, ast.Return):
            return kinds if isinstance(s.value, ast.Name) and s.value.id == name else None
        if isinstance(s, ast.If):
            refused = isinstance(s.test, ast.UnaryOp) and isinstance(s.test.op, ast.Not) and isinstance(s.body[0], ast.Return)
            named = asked(s.test.operand if refused else s.test, name)
            if named is None or refused and (s.orelse or isinstance(s.test.operand, ast.BoolOp)):
                return None
            found = eval(compile(ast.Expression(named), "", "eval"), f.__globals__)  # noqa: S307
            kinds.update(found if isinstance(found, tuple) else (found,))
            if refused:
                return kinds
            statements = s.orelse + statements
        elif any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(s)):
            return None
    return None


class Passes:
    """A statement on its way through fakesnow's seventy transformations, without those that ask for no node that it has."""

    kinds: dict = {}

    def __init__(self, tree: exp.Expression) -> None:
        self.tree, self.has = tree, None

    def transform(self, f: Callable, **args: object) -> "Passes":
        if f.__code__ not in self.kinds:
            self.kinds[f.__code__] = wanted(f)
        if self.has is None:
            self.has = {k for kind in {type(node) for node in self.tree.dfs()} for k in kind.__mro__}
        if (kinds := self.kinds[f.__code__]) is None or kinds & self.has:
            self.tree, self.has = self.tree.transform(f, copy=False, **args), None
        return self


class Recent(dict):
    """The results of the last statements, not of all: each holds its tree, and Python's collector visits them all."""

    def __setitem__(self, key: str, value: tuple) -> None:
        super().__setitem__(key, value)
        if len(self) > 100:
            del self[next(iter(self))]


def install() -> None:
    server.shared_fs.results_cache = Recent()
    server.shared_fs.duck_conn.execute("SET threads = 1")  # statements are small, and servers share the processors
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    Dialect.generate = generate
    server.parse_one, cursor.parse_one = parse_first, parse_again
    transform = FakeSnowflakeCursor._transform  # noqa: SLF001
    FakeSnowflakeCursor._transform = lambda self, e, params: transform(self, Passes(e), params).tree  # noqa: SLF001
    FakeSnowflakeCursor._describe_last_sql = describe_last  # noqa: SLF001
