"""Which names a statement at the top level of a module binds, changes and uses: read off its syntax tree."""

import ast
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field

# Methods that change what they are called on; so do those whose name ends in _, as torch's do.
CHANGING = {"add", "append", "appendleft", "clear", "extend", "insert", "pop", "remove", "setdefault", "sort", "update"}
# Scopes that look like functions but run where they stand.
IN_PLACE = {"lambda", "listcomp", "setcomp", "dictcomp", "genexpr"}


@dataclass
class Bound:
    """What a statement does to names."""

    binds: set[str] = field(default_factory=set)
    defines: set[str] = field(default_factory=set)  # those of them that are classes and functions
    changes: set[str] = field(default_factory=set)  # table[0] = …, Model.forward = …, words.append(…)
    imports: set[str] = field(default_factory=set)  # a.b of `import a.b`
    calls: set[str] = field(default_factory=set)  # functions that it calls by their names
    declares: set[str] = field(default_factory=set)  # names that functions in it declare as global


@dataclass
class Used:
    """Which names of the module a statement uses."""

    at_once: set[str] = field(default_factory=set)  # while it runs itself
    later: set[str] = field(default_factory=set)  # when the functions in it are called
    dotted: set[str] = field(default_factory=set)  # a.b and a.b.c of `a.b.c(…)`


def bound(node: ast.stmt) -> Bound:
    """What `node` binds and changes.  Raises RecursionError for a tree that is too deep."""
    visitor = _Bound()
    visitor.visit(node)
    return visitor.found


def used(node: ast.stmt, code: str) -> Used:
    """What `node`, written as `code`, uses.  Raises RecursionError for a tree that is too deep."""
    found = Used()
    try:
        _collect(symtable.symtable(code, "cell", "exec"), found, at_once=True)
    except SyntaxError:  # await at the top level: take every name for needed
        found.at_once |= {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name):
            found.at_once.add(inner.target.id)
        elif isinstance(inner, ast.Attribute):
            found.dotted |= set(_prefixes(inner))
    return found


def _collect(table: symtable.SymbolTable, found: Used, at_once: bool) -> None:
    into = found.at_once if at_once else found.later
    top = table.get_type() == "module"
    into |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())}
    for child in table.get_children():
        in_place = child.get_type() != "function" or child.get_name() in IN_PLACE
        _collect(child, found, at_once and in_place)


def _prefixes(node: ast.Attribute) -> Iterator[str]:
    parts = [node.attr]
    inner: ast.expr = node.value
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if isinstance(inner, ast.Name):
        dotted = inner.id
        for part in reversed(parts):
            dotted += f".{part}"
            yield dotted


class _Bound(ast.NodeVisitor):
    """Walks what runs in the module's own scope."""

    def __init__(self) -> None:
        self.found = Bound()

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.found.binds.add(node.name)
        self.found.defines.add(node.name)
        self.found.declares |= {
            name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names
        }
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):  # @add_to(Model) changes what it is handed
                for handed in decorator.args:
                    self._changes(handed)

    visit_AsyncFunctionDef = visit_FunctionDef
    visit_ClassDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        pass

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.visit(node.iter)  # its target is its own
        for condition in node.ifs:
            self.visit(condition)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.found.binds.add(node.id)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.found.binds.add(alias.asname or alias.name.partition(".")[0])
            if "." in alias.name and not alias.asname:
                self.found.imports.add(alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.found.binds |= {alias.asname or alias.name for alias in node.names}

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self.found.binds.add(node.name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.found.binds.add(node.rest)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute | ast.Subscript) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._changes(node.value)
        self.generic_visit(node)

    visit_Subscript = visit_Attribute

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        if isinstance(called, ast.Attribute) and (called.attr in CHANGING or called.attr.endswith("_")):
            self._changes(called.value)
        elif isinstance(called, ast.Name) and called.id in ("setattr", "delattr") and node.args:
            self._changes(node.args[0])
        if isinstance(called, ast.Name):
            self.found.calls.add(called.id)
        self.generic_visit(node)

    def _changes(self, node: ast.expr) -> None:
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name):
            self.found.changes.add(node.id)
