"""Which functions of the project lead to which others, read from the source: enough to ask what ends in `record`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

APPS = ("accounts", "webhooks", "projects", "executions", "analytics")
ENDS = frozenset({"accounts.audit.record", "accounts.audit.record_of_person"})
PAGES = frozenset({"views", "admin", "api", "forms"})
Function = ast.FunctionDef


@dataclass
class Module:
    """A module: what its names stand for, and its functions."""

    name: str
    names: dict[str, str] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)


def modules() -> Iterator[Module]:
    """All modules of the applications, without tests and migrations."""
    base = Path(settings.BASE_DIR)
    for app in APPS:
        for path in sorted((base / app).rglob("*.py")):
            parts = path.relative_to(base).with_suffix("").parts
            if not {"tests", "migrations"} & set(parts):
                yield _module(".".join(parts).removesuffix(".__init__"), ast.parse(path.read_text()))


def _module(name: str, tree: ast.Module) -> Module:
    module = Module(name)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            module.names |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    for node in tree.body:
        if isinstance(node, Function):
            module.functions[node.name] = node
    return module


def leads_to_record() -> Mapping[str, bool]:
    """Every function of a module by its dotted name, and whether what it mentions leads to an entry of the trail."""
    found = {module.name: module for module in modules()}
    mentions = {
        f"{module.name}.{name}": set(_mentioned(module, function))
        for module in found.values()
        for name, function in module.functions.items()
    }
    leading = {name for name, others in mentions.items() if others & ENDS}
    while more := {name for name, others in mentions.items() if others & leading} - leading:
        leading |= more
    return {name: name in leading for name in mentions}


def _mentioned(module: Module, function: Function) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield module.names.get(node.id, f"{module.name}.{node.id}")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{module.names.get(node.value.id, node.value.id)}.{node.attr}"


def named_acts() -> Iterator[str]:
    """The names of acts that are handed to `record` as they are."""
    for module in modules():
        for function in module.functions.values():
            for node in ast.walk(function):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                    continue
                first = node.args[0]
                if module.names.get(node.func.id) in ENDS and isinstance(first, ast.Constant):
                    yield str(first.value)


def acts() -> Iterator[str]:
    """The public functions that somebody asks for by name: those with a `user` to be named, outside of pages."""
    for module in modules():
        if PAGES & {part.rpartition("_")[2] for part in module.name.split(".")}:
            continue
        for name, function in module.functions.items():
            if not name.startswith("_") and any(one.arg == "user" for one in function.args.kwonlyargs):
                yield f"{module.name}.{name}"
