"""JSON comes back from the database as it went in, whatever reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows_for_tests import add_entity, new_database

from faceforge_storage import fields
from faceforge_storage.database.json_columns import dumps, loads

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@settings(deadline=None)  # a busy machine is no fault
@given(VALUES)
def test_what_is_stored_is_read_with_its_types(value: Any) -> None:
    assert repr(loads(dumps(value))) == repr(value)


@pytest.mark.parametrize("depth", [150, 250, 900])
def test_depth_is_no_matter(depth: int) -> None:
    text = "[" * depth + "]" * depth
    assert loads(text) == json.loads(text)


@pytest.mark.parametrize(
    "text", ["-0", "0", "-0.0", "1e5", "9007199254740993", "18446744073709551616", "0.1", '"\\ud83d\\ude00"']
)
def test_numbers_and_escapes_read_as_pythons_own_reader_does(text: str) -> None:
    assert repr(loads(text)) == repr(json.loads(text))


@pytest.mark.parametrize("number", [2**63, 10**39, -(10**400), 10**400], ids=lambda number: str(number)[:9])
def test_a_number_of_any_length_is_found_where_it_stands(tmp_path: Path, number: int) -> None:
    database = new_database(tmp_path / "core.sqlite3")
    ann = add_entity(database, fields={"n": number})
    assert database.reading(fields.holders_of_values, "n", [-number, number]) == [(1, ann.id)]
    database.close()
