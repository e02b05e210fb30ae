"""JSON as the database stores it: how it is written, read and compared, and the type of its columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from json.encoder import encode_basestring
from typing import Any

from pydantic_core import from_json
from sqlalchemy import JSON
from sqlalchemy.ext.compiler import compiles

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
"""Made once: `json.dumps` makes one for each value, which takes longer than to encode a small one."""


def dumps(value: object) -> str:
    """JSON as the database stores it: compact, readable, never NaN."""
    return _ENCODER.encode(value)


class JsonText(str):
    """JSON that `dumps` wrote, where it stands for its value: it is stored as it is."""

    __slots__ = ()


def texts_of(values: Iterable[Any], encode: Callable[[Any], Any]) -> list[Any]:
    """A whole column of JSON as it is stored; `encode` writes one value. Many rows share one value, such as a default,
    and many have an empty one."""
    texts: list[Any] = []
    last: Any = None
    text: Any = None
    for value in values:
        if value is not last:
            last = value
            kind = type(value)
            if kind is JsonText:
                text = value
            elif not value and kind in _EMPTY:
                text = _EMPTY[kind]
            else:
                text = encode(value)
        texts.append(text)
    return texts


_EMPTY: dict[type, str] = {list: "[]", dict: "{}"}


def objects_of(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> list[JsonText]:
    """What `dumps` writes of the rows of a table as objects, of its columns; those of JSON are JsonText or None."""
    members = ",".join(f"{dumps(name)}:%s" for name in names)
    template = f"{{{members}}}"
    texts = [[_member(each) for each in column] for column in columns]
    return [JsonText(template % row) for row in zip(*texts, strict=True)]


def _member(value: Any) -> str:
    if type(value) is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    return value if type(value) is JsonText else dumps(value)


def same_json(one: object, other: object) -> bool:
    """Whether two values are the same JSON. In Python True equals 1, and 1 equals 1.0; in JSON they differ."""
    return one == other and _same_kinds(one, other)


def _same_kinds(one: Any, other: Any) -> bool:
    """Whether what Python holds for equal is of the same kinds throughout."""
    if isinstance(one, str):
        return True
    if isinstance(one, dict):
        # Texts are told apart here: most values are, and a call for each took most of the time.
        return all(_same_kinds(value, other[key]) for key, value in one.items() if type(value) is not str)
    if isinstance(one, list):
        return all(_same_kinds(*pair) for pair in zip(one, other, strict=True) if type(pair[0]) is not str)
    if isinstance(one, float):
        return isinstance(other, float) and repr(one) == repr(other)  # 0.0 equals -0.0
    return type(one) is type(other)


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
