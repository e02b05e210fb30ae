"""Each bound is one setting, and whatever refuses by it names it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from sources import modules

from faceforge_storage.home.settings import Beyond, Limits

REFUSING = [
    name
    for name, field in Limits.model_fields.items()
    if any(isinstance(each, Beyond) and not isinstance(each.outcome, str) for each in field.metadata)
]


def texts() -> Iterator[str]:
    """Every text in the product that is no docstring."""
    for file in modules(tests=False):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        documentation = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
        for each in ast.walk(tree):
            if (
                isinstance(each, ast.Constant)
                and isinstance(each.value, str)
                and id(each) not in documentation
            ):
                yield each.value


def test_every_limit_declares_what_happens_beyond_it() -> None:
    for name, field in Limits.model_fields.items():
        assert any(isinstance(each, Beyond) for each in field.metadata), name


@pytest.mark.parametrize("name", REFUSING)
def test_a_refusal_names_its_setting(name: str) -> None:
    assert any(f"limits.{name}" in text for text in texts()), f"no refusal names limits.{name}"
