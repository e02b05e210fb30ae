"""Redocly's linter, with all that it recommends (`schema/redocly.yaml`), has nothing to say of the contract."""

from __future__ import annotations

from pathlib import Path

from foreign import run

SCHEMA = Path(__file__).parents[2] / "schema"


def test_the_contract_is_valid_and_there_is_nothing_to_warn_of() -> None:
    said = run(SCHEMA, "redocly", "lint", "openapi.json", "--format=stylish")
    assert "Your API description is valid" in said
    assert "warning" not in said
