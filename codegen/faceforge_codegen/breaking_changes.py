"""Finds the breaking changes between two versions of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from graphql import build_schema, find_breaking_changes

Json = dict[str, Any]
Way = Literal["sent", "received"]
"""Whether a program sends the value or receives it."""
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def broken_graphql(old: str, new: str) -> list[str]:
    """Each breaking change between two GraphQL schemas in SDL, as graphql-core describes it."""
    changes = find_breaking_changes(build_schema(old), build_schema(new))
    return sorted(f"GraphQL: {change.description}" for change in changes)


def broken_openapi(old: Json, new: Json) -> list[str]:
    """Each breaking change between two OpenAPI documents.

    Adding is allowed: operations, optional parameters and keys, members of answers. Removing is not, nor requiring
    more than before, nor answering with a type that was not documented.
    """
    return sorted(set(Comparison(old, new).breaks()))


class Comparison:
    """Two OpenAPI documents side by side; references are resolved in each of its own."""

    def __init__(self, old: Json, new: Json) -> None:
        self.old, self.new = old, new
        self.seen: set[tuple[str, str, Way]] = set()

    def breaks(self) -> Iterator[str]:
        for path, item in self.old.get("paths", {}).items():
            for method in METHODS:
                if method in item:
                    place = f"REST: {method.upper()} {path}"
                    operation = self.new.get("paths", {}).get(path, {}).get(method)
                    if operation is None:
                        yield f"{place} is gone"
                    else:
                        yield from self.of_operation(place, item[method], operation)

    def of_operation(self, place: str, old: Json, new: Json) -> Iterator[str]:
        yield from self.of_parameters(place, old, new)
        body = self._follow(self.new, new.get("requestBody", {}))
        if body.get("required") and not self._follow(self.old, old.get("requestBody", {})).get("required"):
            yield f"{place}: a body is required now"
        yield from self.of_content(f"{place}, body", old.get("requestBody", {}), body, "sent")
        for status, answer in old.get("responses", {}).items():
            if status.startswith("2"):
                if status not in new.get("responses", {}):
                    yield f"{place} does not answer {status} any more"
                else:
                    yield from self.of_content(
                        f"{place}, answer", answer, new["responses"][status], "received"
                    )

    def of_parameters(self, place: str, old: Json, new: Json) -> Iterator[str]:
        before, after = self._parameters(self.old, old), self._parameters(self.new, new)
        for key, parameter in before.items():
            name = f"{place}: {key[0]} parameter {key[1]}"
            if key not in after:
                yield f"{name} is gone"
            else:
                yield from self.of_schema(
                    name, parameter.get("schema", {}), after[key].get("schema", {}), "sent"
                )
        for key, parameter in after.items():
            if parameter.get("required") and not before.get(key, {}).get("required"):
                yield f"{place}: {key[0]} parameter {key[1]} is required now"

    def of_content(self, place: str, old: Json, new: Json, way: Way) -> Iterator[str]:
        after = self._follow(self.new, new).get("content", {})
        for media_type, holder in self._follow(self.old, old).get("content", {}).items():
            if media_type not in after:
                yield f"{place}: {media_type} is gone"
            else:
                yield from self.of_schema(
                    place, holder.get("schema", {}), after[media_type].get("schema", {}), way
                )

    def of_schema(self, place: str, old: Json, new: Json, way: Way) -> Iterator[str]:
        before, after = self._types(self.old, old), self._types(self.new, new)
        sent, accepted = (before, after) if way == "sent" else (after, before)
        if accepted and not (sent and sent <= accepted):
            yield f"{place}: {_type_names(before)} has become {_type_names(after)}"
        old, new = _without_null(old), _without_null(new)
        pair = (old.get("$ref", ""), new.get("$ref", ""), way)
        if all(pair) and pair in self.seen:
            return
        self.seen.add(pair)
        place = pair[0].rpartition("/")[2] or place
        old, new = self._follow(self.old, old), self._follow(self.new, new)
        if way == "sent" and (lost := _enum(old) - _enum(new)) and _enum(new):
            yield f"{place}: {', '.join(sorted(lost))} is not taken any more"
        for name, member in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                yield f"{place}.{name} is gone"
            else:
                yield from self.of_schema(f"{place}.{name}", member, new["properties"][name], way)
        if way == "sent":
            for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
                yield f"{place}.{name} is required now"
        if "items" in old and "items" in new:
            yield from self.of_schema(f"{place}[]", old["items"], new["items"], way)

    def _parameters(self, document: Json, operation: Json) -> dict[tuple[str, str], Json]:
        followed = [self._follow(document, each) for each in operation.get("parameters", ())]
        return {(each["in"], each["name"]): each for each in followed}

    def _types(self, document: Json, schema: Json) -> set[str]:
        """The JSON types a schema allows; empty for any."""
        schema = self._follow(document, schema)
        if branches := schema.get("anyOf") or schema.get("oneOf"):
            return set().union(*(self._types(document, branch) for branch in branches))
        types = schema.get("type", [])
        return {types} if isinstance(types, str) else set(types)

    def _follow(self, document: Json, node: Json) -> Json:
        """The node itself, or the target of its reference."""
        if "$ref" not in node:
            return node
        target: Any = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        return self._follow(document, target)


def _without_null(schema: Json) -> Json:
    """The one schema that stands beside `null`; every other schema as it is."""
    branches = [branch for branch in schema.get("anyOf", ()) if branch.get("type") != "null"]
    return branches[0] if len(branches) == 1 else schema


def _enum(schema: Json) -> set[str]:
    return {str(value) for value in schema.get("enum", ())}


def _type_names(types: set[str]) -> str:
    return " or ".join(sorted(types)) or "anything"
