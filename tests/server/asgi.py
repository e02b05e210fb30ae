"""Asking an ASGI application without a socket, with exactly the headers that a test says."""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send


async def reached(scope: Scope, receive: Receive, send: Send) -> None:
    """The application behind a guard: 204, or an accepted WebSocket."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


async def ask(
    app: ASGIApp,
    headers: dict[str, str] | list[tuple[str, str]],
    *,
    path: str = "/v1/entities",
    query: str = "",
    method: str = "GET",
    server: tuple[str, int | None] = ("127.0.0.1", 43210),
    kind: str = "http",
    extensions: dict[str, Any] | None = None,
) -> list[Any]:
    """Sends one request (or WebSocket handshake) and answers the messages that came back."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    scope = {
        "type": kind,
        "scheme": "ws" if kind == "websocket" else "http",
        "path": path,
        "query_string": query.encode(),
        "server": server,
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs],
        "extensions": {"websocket.http.response": {}} if extensions is None else extensions,
    }
    if kind == "http":
        scope["method"] = method
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": f"{kind}.connect" if kind == "websocket" else "http.request"}

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, send)
    return messages


def status(messages: list[Any]) -> int:
    """The HTTP status of the answer; 101 for an accepted WebSocket."""
    return 101 if messages[0]["type"] == "websocket.accept" else messages[0]["status"]
