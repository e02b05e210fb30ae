"""Reads that were answered since the last commit: answered again from memory, before anything looks for a route."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faceforge_schema import Actor
from faceforge_server.http.answer_cache import KEY_BYTES, AnswerCache
from faceforge_server.http.answers import REPEATABLE, send_answer
from faceforge_server.http.problem import refuse
from faceforge_storage.database.read_budget import ReadBudget
from faceforge_storage.errors import FaceForgeError

GRAPHQL = "/graphql"
ASKS = frozenset({b"host", b"accept", b"content-type"})
"""Headers that an answer depends on."""
UNKEYED = frozenset({b"transfer-encoding", b"idempotency-key", b"expect"})
"""Headers of requests that have to be looked at each time."""


class CachedAnswers:
    """Stands behind `Authentication`: who asks is part of the key, with the address, the parameters and the body.

    A face that has an answer which stays the same until something is stored leaves it in the scope, under `REPEATABLE`.
    """

    def __init__(self, app: ASGIApp, cache: AnswerCache, budget: Callable[[Actor], ReadBudget]) -> None:
        self.app, self.cache, self.budget = app, cache, budget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (key := _key(scope)) is None:
            await self.app(scope, receive, send)
            return
        if scope["method"] == "POST":
            try:
                messages = await _body(receive)
            except (
                FaceForgeError
            ):  # the body does not come on: the face is told so too, and answers it in its form
                await self.app(scope, receive, send)
                return
            key = (*key, *(each.get("body", b"") for each in messages))
            receive = _after(messages, receive)
        found = self.cache.get(key)
        if found is not None:
            budget = self.budget(scope["actor"])
            try:
                budget.encoded(found.body.size)
            except FaceForgeError as error:
                await refuse(error, scope, receive, send)
                return
            await send_answer(found, budget, scope, send)
            return
        generation = self.cache.generation()
        await self.app(scope, receive, send)
        answer = scope.pop(REPEATABLE, None)
        if answer is not None:
            self.cache.put(key, generation, answer)


def _key(scope: Scope) -> tuple[Hashable, ...] | None:
    """What the answer to a read depends on, apart from a body; None for a request that is not cached."""
    method, path, query = scope["method"], scope["path"], scope["query_string"]
    asks = method == "POST" and path == GRAPHQL
    if "actor" not in scope or not (asks or method in ("GET", "HEAD")):
        return None
    if any(name in UNKEYED for name, _ in scope["headers"]) or _length(scope) > (KEY_BYTES if asks else 0):
        return None
    named = tuple(header for header in scope["headers"] if header[0] in ASKS)
    if len(path) + len(query) + sum(len(value) for _, value in named) > KEY_BYTES:
        return None
    return scope["actor"], scope["scheme"], path, query, named


def _length(scope: Scope) -> int:
    """How long the body is declared to be, in bytes."""
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(declared) if declared.isdigit() else KEY_BYTES + 1


async def _body(receive: Receive) -> list[Message]:
    """The messages of a whole body, which is no longer than it was declared to be."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def _after(messages: list[Message], receive: Receive) -> Receive:
    """The same messages once more, and then those that follow."""
    waiting = iter(messages)

    async def receive_again() -> Message:
        for message in waiting:
            return message
        return await receive()

    return receive_again
