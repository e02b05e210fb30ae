"""The difference of two JSON objects, exact both ways: the journal holds it in place of the values.

It holds what stood before and what stands after, each nested as in the object and without what is the same:

- a key on one side only was absent on the other;
- two objects are compared key by key, so on both sides stands what differs of them;
- two lists are compared without their common beginning and end: on both sides stands the rest, and `list_offsets`,
  nested alike, has the length of the beginning;
- anything else stands whole on both sides.

Values are compared as JSON: 1, 1.0 and true differ, the order of keys is no difference.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from faceforge_storage.database.json_columns import same_json

JsonObject = dict[str, Any]


class Difference(NamedTuple):
    """What differs between two objects. `list_offsets` has an integer for each list that does, nested in objects."""

    before: JsonObject
    after: JsonObject
    list_offsets: JsonObject

    def reverse(self) -> Difference:
        """The difference from what stands after to what stood before."""
        return Difference(self.after, self.before, self.list_offsets)


def difference(before: JsonObject, after: JsonObject) -> Difference:
    """What differs; its sides are empty when nothing does."""
    found = Difference({}, {}, {})
    for key, old in before.items():
        if key in after:
            _compare(found, key, old, after[key])
        else:
            found.before[key] = old
    found.after.update({key: new for key, new in after.items() if key not in before})
    return found


def forward(value: JsonObject, change: Difference) -> JsonObject:
    """What stands after the change, of what stood before; the value must be the one that the change was made from."""
    result = {key: each for key, each in value.items() if key not in change.before or key in change.after}
    for key, new in change.after.items():
        old = change.before.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            inner = Difference(old, new, change.list_offsets.get(key, {}))
            result[key] = forward(result[key], inner)
        elif isinstance(old, list) and isinstance(new, list):
            start, whole = change.list_offsets[key], result[key]
            result[key] = [*whole[:start], *new, *whole[start + len(old) :]]
        else:
            result[key] = new
    return result


def backward(value: JsonObject, change: Difference) -> JsonObject:
    """What stood before the change, of what stands after."""
    return forward(value, change.reverse())


def _compare(found: Difference, key: str, old: Any, new: Any) -> None:
    """Add what differs between two values of the same key."""
    if isinstance(old, dict) and isinstance(new, dict):
        inner = difference(old, new)
        if inner.before or inner.after:
            found.before[key], found.after[key] = inner.before, inner.after
        if inner.list_offsets:
            found.list_offsets[key] = inner.list_offsets
    elif isinstance(old, list) and isinstance(new, list):
        start, end = _common(old, new)
        if start < max(len(old), len(new)):
            found.before[key], found.after[key] = old[start : len(old) - end], new[start : len(new) - end]
            found.list_offsets[key] = start
    elif not same_json(old, new):
        found.before[key], found.after[key] = old, new


def _common(old: list[Any], new: list[Any]) -> tuple[int, int]:
    """How many elements two lists have in common at the beginning, and how many of the others at the end."""
    most = min(len(old), len(new))
    start = 0
    while start < most and same_json(old[start], new[start]):
        start += 1
    end = 0
    while end < most - start and same_json(old[-1 - end], new[-1 - end]):
        end += 1
    return start, end
