"""JSON whose objects name each key once: of a key that stands twice, one reader takes the first, another the last."""

from __future__ import annotations

from typing import Any


class DuplicateKey(ValueError):
    """An object names `key` twice."""

    def __init__(self, key: str) -> None:
        shown = key[:80].encode("ascii", "backslashreplace").decode()
        super().__init__(f"the key {shown!r} twice in one object")


def with_unique_keys(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An `object_pairs_hook` of `json.loads`: the object of these members; raises DuplicateKey."""
    found = dict(members)
    if len(found) != len(members):
        seen: set[str] = set()
        for key, _ in members:
            if key in seen:
                raise DuplicateKey(key)
            seen.add(key)
    return found
