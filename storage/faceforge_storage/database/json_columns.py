"""JSON as the database stores it: how it is written, read and compared, and the type of its columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic_core import from_json
from sqlalchemy import JSON
from sqlalchemy.ext.compiler import compiles


def dumps(value: object, *, ordered: bool = False) -> str:
    """JSON as the database stores it: compact, readable, never NaN. `ordered` sorts keys: equal objects, equal text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=ordered)


def same_json(one: object, other: object) -> bool:
    """Whether two values are the same JSON. In Python True equals 1, and 1 equals 1.0; in JSON they differ."""
    return one == other and dumps(one, ordered=True) == dumps(other, ordered=True)


def loads(text: str | None) -> Any:
    """The value of JSON that `dumps` wrote. Every row has several: `json.loads` took two fifths of reading a page."""
    if text is None:
        return None
    try:
        return from_json(text)
    except ValueError:  # it nests deeper than that reader goes
        return json.loads(text)


def loads_all(texts: Sequence[str | None]) -> list[Any]:
    """The values of a whole column of JSON: read as one list, which takes a third of reading one by one."""
    try:
        whole: list[Any] = from_json(f"[{','.join(each or 'null' for each in texts)}]")
    except ValueError:
        whole = []
    return whole if len(whole) == len(texts) else [loads(each) for each in texts]


class Json(JSON):
    """A JSON value. A column declared `JSON` would have numeric affinity in SQLite, which turns 1.0 into 1."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(none_as_null=True)


@compiles(Json, "sqlite")
def _as_text(_kind: Json, _compiler: Any, **_options: Any) -> str:
    return "TEXT"
