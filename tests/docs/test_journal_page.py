"""The program in `reference/journal.md` gives what a record was, and exchanged what it became, as the page says."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pages import DOCS, examples

from faceforge_storage.database.json_columns import same_json
from faceforge_storage.database.json_difference import difference

SCALARS = st.sampled_from([None, True, 0, 1, 1.0, "a"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=12,
)
RECORDS = st.dictionaries(st.sampled_from("abc"), VALUES)


def program() -> Any:
    [text] = [each.text for each in examples(DOCS / "reference" / "journal.md") if each.language == "python"]
    names: dict[str, Any] = {}
    exec(text, names)  # our own page
    return names["earlier"]


@settings(deadline=None, max_examples=300)
@given(RECORDS, RECORDS)
def test_it_goes_both_ways(one: dict[str, Any], other: dict[str, Any]) -> None:
    earlier, change = program(), difference(one, other)
    assert same_json(earlier(other, change.before, change.after, change.list_offsets), one)
    assert same_json(earlier(one, change.after, change.before, change.list_offsets), other)
