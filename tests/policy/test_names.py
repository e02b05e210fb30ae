"""What a package offers stands in `__all__`, and exists; what it imports is declared, and goes one way."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from sources import PACKAGES, ROOT, modules, named

OFFERING = [path for path in modules(tests=False) if path.name == "__init__.py"]


def test_imports_run_one_way() -> None:
    # In a process of its own: import-linter silences the loggers of the one it runs in.
    words = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    assert subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("path", OFFERING, ids=named)
def test_what_a_package_offers_is_in_its_all(path: Path) -> None:
    """A package whose `__init__.py` has names says which are for others, and has them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    makes_names = any(not isinstance(node, ast.Expr) for node in tree.body if not _is_future(node))
    package = importlib.import_module(".".join(path.relative_to(ROOT).parts[1:-1]))
    offered = getattr(package, "__all__", None)
    if offered is None:
        assert not makes_names, f"{named(path)} has names but no __all__"
        return
    assert [name for name in offered if not hasattr(package, name)] == []


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {_normal(re.split(r"[\[<>=!~; ]", each)[0]) for group in declared for each in group}
    providers = packages_distributions()
    undeclared = []
    for path in modules(tests=False):
        if path.parent == ROOT:
            continue
        for module in _imported(path):
            if module in sys.stdlib_module_names or module in {each.name for each in PACKAGES.values()}:
                continue
            if not names & {_normal(each) for each in providers.get(module, [])}:
                undeclared.append(f"{named(path)}: {module}")
    assert undeclared == []


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
