"""How deep JSON nests: lists and objects count, what stands in the innermost does not."""

from __future__ import annotations

from typing import Any

import pytest

from faceforge_schema.values.scalars import NotOfScalar, json_value
from faceforge_storage.strict_json import MAX_DEPTH, nests_deeper


def nest(levels: int, innermost: Any) -> Any:
    value = innermost
    for level in range(levels):
        value = [value] if level % 2 else {"a": value, "b": 1}
    return value


@pytest.mark.parametrize(
    ("value", "levels", "deeper"),
    [
        (1, 0, False),
        ([], 0, True),
        ([], 1, False),
        ([1, "a", None], 1, False),
        ([1, {}], 1, True),
        ({"a": {"b": 1}}, 2, False),
        ({"a": 1, "b": [[]]}, 2, True),
    ],
)
def test_levels_are_counted(value: Any, levels: int, deeper: bool) -> None:
    assert nests_deeper(value, levels) is deeper


@pytest.mark.parametrize("innermost", [1, {}, []])
def test_json_nests_to_the_limit_and_no_further(innermost: Any) -> None:
    own = isinstance(innermost, dict | list)
    most = nest(MAX_DEPTH - own, innermost)
    assert json_value(most) is most
    for more in (1, 5000):
        with pytest.raises(NotOfScalar, match="nests too deeply"):
            json_value(nest(MAX_DEPTH - own + more, innermost))
