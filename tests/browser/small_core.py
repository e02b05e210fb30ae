"""A small Core for the pages to talk to: the wire rules a browser sees, with a schema of its own."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI
from graphql import build_schema, graphql_sync, parse, validate
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

import faceforge_ui
from faceforge_ui.serving.headers import page_headers
from faceforge_ui.serving.rendering import shell_values, templates

TOKEN = "ff_" + "a1b2c3d4" * 8
PAYLOADS = [
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    '"><svg onload=document.title="owned">',
    "javascript:document.title='owned'",
    "{{7*7}}${7*7}",
    "</textarea></pre><script>document.title='owned'</script>",
    "\u202egnp.exe",
]
HOSTILE = " ".join(PAYLOADS)

SDL = """
"Everything that can be asked."
type Query {
  "One entity by its `id`."
  entity(id: ID!): Entity!
  "All entities, a page at a time."
  entities(first: Int = 50, after: String): EntityConnection!
  hostile: String!
  systemInfo: SystemInfo!
}
type Mutation {
  "Create an entity."
  createEntity(input: EntityInput!): Entity!
}
type Subscription { "Each change, as it is committed." changesets: Changeset! }
type SystemInfo { version: String! counts: String }
type Changeset { id: ID! operation: String! }
"A page of entities."
type EntityConnection { nodes: [Entity!]! edges: [EntityEdge!]! pageInfo: PageInfo! totalCount: Int }
type EntityEdge { node: Entity! cursor: String! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
"A person, a character or anything else that has files."
type Entity {
  id: ID!
  "The name to show."
  displayName: String!
  tags: [String!]!
  kind: Kind
  nickname: String @deprecated(reason: "Use `aliases`.")
  assets(first: Int!): EntityConnection!
}
enum Kind { "A human being." PERSON CHARACTER }
input EntityInput { displayName: String! tags: [String!] kind: Kind = PERSON }
"""
SCHEMA = build_schema(SDL)
ADA = {"id": "0" * 63 + "1", "displayName": "Ada Lovelace", "tags": ["mathematics"], "kind": "PERSON"}
ROOT: dict[str, Any] = {
    "entity": lambda *_, **__: ADA,
    "createEntity": lambda _, input: ADA | {"displayName": input["displayName"]},
    "entities": {
        "nodes": [ADA],
        "edges": [{"node": ADA, "cursor": "c1"}],
        "pageInfo": {"hasNextPage": False},
        "totalCount": 1,
    },
    "hostile": HOSTILE,
    "systemInfo": {"version": "0.1.0"},
}
INFO = {
    "name": "FaceForge Core",
    "version": "0.1.0",
    "instance_id": "7d1f" * 8,
    "started_at": "2030-01-02T03:04:05.000006Z",
    "home": f"/srv/{HOSTILE}",
    "python": "3.11.7",
    "database": {"dialect": "sqlite", "journal_mode": "wal", "size_bytes": 7340032},
    "counts": {"entities": 1204, "assets": 348112, "descriptors": 9120, "relationships": 77},
    "stores": [{"provider": "filesystem", "place": "/srv/assets", "state": "ready"}],
}
CURRENT = {"name": "install", "limited": False, "permissions": ["entities:read", "system:read"]}
COMMAND = "python3 '/srv/my files/faceforge/dev.py' token"
LINK_COMMAND = f"{COMMAND} link"
CODE = "7k2m-0q9x-hb4t-wz6c-n1r8-e5vd-3ysj"
CSRF = "told-once"
COOKIE, SECRET = "faceforge_small", "kept-by-the-browser"
OPENAPI: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "FaceForge Core", "version": "0.1.0", "description": "The REST face."},
    "security": [{"token": []}],
    "paths": {
        "/v1/entities/{entity_id}": {
            "get": {
                "operationId": "entity",
                "tags": ["entities"],
                "summary": "One entity by its id",
                "description": "One in the trash answers 404 unless `deleted=include` asks for it.",
                "parameters": [
                    {"name": "entity_id", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
                "responses": {
                    "200": {
                        "description": "The entity.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Entity"}}},
                    },
                    "404": {"description": "There is no such record."},
                },
            }
        },
        "/v1/entities": {
            "post": {
                "operationId": "createEntity",
                "tags": ["entities"],
                "summary": "Create an entity",
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Entity"}}}
                },
                "responses": {"201": {"description": "Created."}},
            }
        },
    },
    "components": {
        "schemas": {
            "Entity": {
                "type": "object",
                "required": ["entity_id", "display_name"],
                "properties": {
                    "entity_id": {"type": "string", "examples": ["0" * 64]},
                    "display_name": {"type": "string", "description": "The name to show."},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            }
        },
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    },
}


@dataclass(frozen=True)
class RunningCore:
    """Where a Core answers, and a token that may do all."""

    address: str
    token: str


def signed_in(request: Request) -> bool:
    """By the cookie alone whoever reads; whoever changes something sends the CSRF token, too."""
    proved = request.method == "GET" or request.headers.get("x-faceforge-csrf") == CSRF
    return proved and request.cookies.get(COOKIE) == SECRET


async def sign_in(request: Request) -> Response:
    if await request.json() not in ({"token": TOKEN}, {"code": CODE}):
        return refused()
    answer = JSONResponse({"session_id": "5" * 64, "csrf_token": CSRF}, 201)
    answer.set_cookie(COOKIE, SECRET, httponly=True, samesite="strict")
    return answer


async def sign_out(request: Request) -> Response:
    if not signed_in(request):
        return refused()
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE)
    return answer


def refused() -> Response:
    body = {"status": 401, "code": "unauthorized", "title": "A valid token is needed"}
    return JSONResponse(body, 401, media_type="application/problem+json")


def data(body: Any) -> Any:
    async def answer(request: Request) -> Response:
        return JSONResponse(body) if signed_in(request) else refused()

    return answer


async def health(_: Request) -> Response:
    return JSONResponse({"status": "ok", "version": "0.1.0", "instance_id": "7d1f" * 8})


async def events(request: Request) -> Response:
    """A stream that says nothing, until somebody puts text into `told`."""
    if not signed_in(request):
        return refused()

    async def told() -> AsyncIterator[str]:
        yield "retry: 200\n\nid: 1\n\n"
        sent = len(request.app.state.told)
        while not await request.is_disconnected():
            for text in request.app.state.told[sent:]:
                sent += 1
                yield f"id: {sent + 1}\ndata: {text}\n\n"
            await asyncio.sleep(0.05)

    return StreamingResponse(told(), media_type="text/event-stream")


async def first_page(request: Request) -> Response:
    """An empty page in the real shell, where a real Core shows its entities."""
    if not signed_in(request):
        return faceforge_ui.sign_in_needed(request, 401, {})
    text = "{% extends layout %}{% block title %}Entities{% endblock %}{% block main %}<h1>Entities</h1>{% endblock %}"
    html = templates().from_string(text).render(**shell_values(request))
    return HTMLResponse(html, headers=page_headers(request))


async def described(_: Request) -> Response:
    return JSONResponse(OPENAPI)


async def graphql(request: Request) -> Response:
    if request.method == "GET":
        return faceforge_ui.console(request)
    if not signed_in(request):
        return refused()
    asked = await request.json()
    names = {"variable_values": asked.get("variables"), "operation_name": asked.get("operationName")}
    result = await asyncio.to_thread(graphql_sync, SCHEMA, asked["query"], ROOT, **names)
    body = result.formatted if result.data is not None else {"errors": result.formatted["errors"]}
    status = 200 if result.data is not None else 400
    return JSONResponse(body, status, media_type="application/graphql-response+json")


async def subscriptions(socket: WebSocket) -> None:
    """Tells a change every 50 ms until the browser has had enough."""
    await socket.accept("graphql-transport-ws")
    first = await socket.receive_json()
    proof = {"type": "connection_init", "payload": {"X-FaceForge-CSRF": CSRF}}
    if first != proof or socket.cookies.get(COOKIE) != SECRET:
        await socket.close(4403, "Forbidden")
        return
    await socket.send_json({"type": "connection_ack"})
    asked = await socket.receive_json()
    assert not validate(SCHEMA, parse(asked["payload"]["query"]))
    listening = asyncio.create_task(socket.receive_json())
    async for number in numbers(listening):
        change = {"changesets": {"id": str(number), "operation": "createEntity"}}
        await socket.send_json({"id": asked["id"], "type": "next", "payload": {"data": change}})
    assert listening.result() == {"id": asked["id"], "type": "complete"}
    await socket.close(1000)


async def numbers(until: asyncio.Task[Any]) -> AsyncIterator[int]:
    number = 0
    while not until.done():
        number += 1
        yield number
        await asyncio.wait([until], timeout=0.05)


def app() -> FastAPI:
    made = FastAPI(openapi_url=None)
    made.state.token_command = lambda _: COMMAND
    made.state.link_command = lambda _: LINK_COMMAND
    made.state.told = []
    made.router.routes.extend(
        [
            *faceforge_ui.routes(),
            Route("/healthz", health),
            Route("/v1/system/info", data(INFO)),
            Route("/v1/tokens/current", data(CURRENT)),
            Route("/", lambda _: RedirectResponse("/entities", 303)),
            Route("/entities", first_page),
            Route("/v1/events", events),
            Route("/shell/counts", data({"entities": 1204, "assets": 348112})),
            Route("/find", data({"entities": [], "files": [], "complete": True})),
            Route("/v1/sessions", sign_in, methods=["POST"]),
            Route("/v1/sessions/current", sign_out, methods=["DELETE"]),
            Route("/openapi.json", described),
            Route("/v1/entities/{entity_id}", data({"entity_id": ADA["id"], "display_name": HOSTILE})),
            Route("/graphql", graphql, methods=["GET", "POST"]),
            WebSocketRoute("/graphql", subscriptions),
        ]
    )
    return made


@contextmanager
def running(served: FastAPI | None = None) -> Iterator[RunningCore]:
    """The app under a real server, on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(served or app(), log_config=None, ws="websockets-sansio", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield RunningCore(f"http://127.0.0.1:{listener.getsockname()[1]}", TOKEN)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


if __name__ == "__main__":
    with running() as core:
        print(json.dumps({"address": core.address, "token": core.token}), flush=True)
        threading.Event().wait()
