"""The errors in OpenAPI: which codes a route may answer, and the schema of a problem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from faceforge_storage import errors as tree

Json = dict[str, Any]

EVERYWHERE = ("unauthorized", "forbidden", "misdirected_request", "invalid_input", "rate_limited", "internal")
"""Errors that any address may answer."""
EVERYWHERE_RARE = ("storage_failed", "unavailable", "query_timeout", "headers_too_large")
PROBLEM = "application/problem+json"
WITH_BODY = (
    "bad_request",
    "invalid_json",
    "unsupported_media_type",
    "payload_too_large",
    "no_space",
    "request_timeout",
)
WITH_QUERY = ("invalid_cursor",)


def problems(codes: Iterable[str]) -> Json:
    """The responses of errors by status, each with the codes it may have."""
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(ERRORS[code].status, []).append(code)
    return {
        str(status): {
            "description": "; ".join(f"{ERRORS[code].title} (`{code}`)" for code in found) + ".",
            "content": {
                PROBLEM: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {code: {"value": _example(ERRORS[code])} for code in found},
                }
            },
        }
        for status, found in sorted(by_status.items())
    }


def shared_problems(paths: Json) -> Json:
    """Take the responses of errors out of the operations, which refer to them from here on; answers them by name.

    Many operations have the same: inside each they would be most of the document.
    """
    shared: Json = {}
    for methods in paths.values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if PROBLEM in response.get("content", ()):
                    name = "-".join(response["content"][PROBLEM]["examples"])
                    shared[name] = response
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return dict(sorted(shared.items()))


def _example(kind: type[tree.FaceForgeError]) -> Json:
    """A problem as it is answered."""
    error = kind(kind.title + ".")
    return {"type": f"urn:faceforge:error:{kind.code}", **error.as_json(), "request_id": "f112647673a289da"}


def tree_of_errors(root: type[tree.FaceForgeError]) -> Iterator[type[tree.FaceForgeError]]:
    """A class of error and all below it."""
    yield root
    for each in root.__subclasses__():
        yield from tree_of_errors(each)


ERRORS = {each.code: each for each in tree_of_errors(tree.FaceForgeError)}
ERRORS["internal"] = tree.Internal


def problem_schema() -> Json:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status", "code", "detail", "hint"],
        "properties": {
            "type": {**text, "description": "A URN made of the code."},
            "title": text,
            "status": {"type": "integer"},
            "code": {**text, "enum": sorted(ERRORS), "description": "Stable: decide by this."},
            "detail": {**text, "description": "What happened, and where."},
            "hint": {**text, "description": "What to do next."},
            "request_id": {**text, "description": "Finds the request in Core's log."},
            "candidates": {
                "type": "array",
                "description": "With `ambiguous_hash`: the oldest asset on each content that fits, at most ten.",
                "items": {
                    "type": "object",
                    "required": ["asset_id", "filename", "content_hash"],
                    "properties": dict.fromkeys(("asset_id", "filename", "content_hash"), text),
                },
            },
            "errors": {
                "type": "array",
                "description": "What is wrong with the input, each with its place; absent when nothing is.",
                "items": {
                    "type": "object",
                    "required": ["pointer", "in", "code", "message"],
                    "properties": {
                        "pointer": {**text, "description": "A JSON Pointer (RFC 6901) into what `in` names."},
                        "in": {**text, "enum": ["body", "query", "path", "header"]},
                        "code": text,
                        "message": text,
                    },
                },
            },
        },
    }
