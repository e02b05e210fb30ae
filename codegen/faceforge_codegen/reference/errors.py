"""The page of errors: every class of error that has a code."""

from __future__ import annotations

from collections.abc import Iterator

from faceforge_storage.errors import FaceForgeError

INTRODUCTION = """# Errors

Each error has a stable **code**. REST answers it as `application/problem+json`, GraphQL in
`extensions.code`; the status is the one of HTTP. `detail` is what happened this time, `hint` what to do,
`errors` lists each fault of an input with its place, `request_id` finds the request in `logs/core.log`.

| code | status | what it means | what to do |
|---|---|---|---|
"""


def page() -> str:
    return INTRODUCTION + "\n".join(_rows(FaceForgeError)) + "\n"


def _rows(kind: type[FaceForgeError]) -> Iterator[str]:
    if "code" in vars(kind):
        yield f"| `{kind.code}` | {kind.status} | {kind.title} | {kind.default_hint} |"
    for below in kind.__subclasses__():
        yield from _rows(below)
