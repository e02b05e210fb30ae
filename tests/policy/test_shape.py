"""A file says what it is for, stays small, and has a name of the domain."""

from __future__ import annotations

import ast

import pytest
from sources import PACKAGES, allowed, files, modules, named

LONGEST = 400
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc", "tools"}


def test_each_module_begins_by_saying_what_it_is_for() -> None:
    silent = [named(path) for path in modules() if not _opening(path.read_text(encoding="utf-8"))]
    assert silent == []


def _opening(source: str) -> str:
    """The first line of the docstring, when the file begins with one."""
    begins = source.removeprefix("#!/usr/bin/env python3\n").startswith('"""')
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0] if begins else ""


def test_no_file_is_long() -> None:
    long = []
    for path in files(".py", ".js", ".css", ".html"):
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > LONGEST and not allowed(lines, 2, "long-file"):
            long.append(f"{named(path)}: {len(lines)} lines")
    assert long == []


def test_names_are_words_of_the_domain() -> None:
    vague = [named(path) for path in modules() if VAGUE & {path.stem, path.parent.name}]
    assert vague == []


@pytest.mark.parametrize("name", PACKAGES)
def test_each_package_is_typed(name: str) -> None:
    assert (PACKAGES[name] / "py.typed").is_file()


def test_no_module_lies_beside_its_package() -> None:
    tops = {path.parent for path in PACKAGES.values()}
    assert [named(path) for path in modules() if path.parent in tops] == []


def test_tests_mirror_the_packages() -> None:
    known = {
        *PACKAGES,
        "faces",
        "processes",
        "browser",
        "desktop",
        "bench",
        "policy",
        "docs",
        "clients",
        "sample",
    }
    tests = {named(path).split("/")[1] for path in files(".py") if named(path).startswith("tests/")}
    assert {name for name in tests if not name.endswith(".py")} <= known
