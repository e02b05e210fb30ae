"""Requests that no client of ours would send, and the form that every refusal has."""

from __future__ import annotations

import json
from typing import Any

import httpx
from running_core import OPERATIONS, RunningCore

WITH_BODY = sorted(name for name, each in OPERATIONS.items() if each.body_model is not None)
"""Every operation that takes a JSON body."""
READING = sorted(name for name, each in OPERATIONS.items() if each.method == "GET")
"""Every operation whose arguments are parameters of its address."""
JSON = "application/json"


def address(operation: str) -> str:
    """The address of an operation, with something in the place of each parameter."""
    path = OPERATIONS[operation].path.replace("{algorithm}", "sha256").replace("{changeset_id}", "1")
    return path.replace("{", "").replace("}", "")


def send(
    core: RunningCore, operation: str, body: bytes | dict[str, Any], media_type: str = JSON
) -> httpx.Response:
    """One request to an operation; a `body` of bytes is sent as it is."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": media_type}
    return core.request(OPERATIONS[operation].method, address(operation), content=content, headers=headers)


def assert_refused(answer: httpx.Response, status: int, code: str) -> list[dict[str, Any]]:
    """It is a problem document with this status and code; answers its errors, each with a place and what is wrong."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), problem
    assert problem["title"]
    errors: list[dict[str, Any]] = problem.get("errors", [])
    assert errors or "errors" not in problem
    assert all(each["code"] and each["message"] and each["in"] for each in errors)
    return errors


def places(errors: list[dict[str, Any]]) -> list[str]:
    return [each["pointer"] for each in errors]
