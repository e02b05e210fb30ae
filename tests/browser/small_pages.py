"""Pages of a test's own on the small Core: a list that grows, refuses, breaks and is slow, in the real shell."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from fastapi import FastAPI
from small_core import refused, signed_in
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from faceforge_ui.serving.headers import page_headers
from faceforge_ui.serving.rendering import Said, shell_values, templates

TEMPLATE = """{% extends layout %}
{% block title %}{{ title }}{% endblock %}
{% block head %}{{ module("find/picker.js") }}{% endblock %}
{% block main %}
<h1>{{ title }}</h1>
<p id="tall"></p>
<ul id="list" data-live="entity.*" data-live-record="abc">
{%- for each in items %}<li><bdi>{{ each }}</bdi></li>{% endfor -%}
</ul>
<p id="asked">{{ asked }}</p>
<form id="add" method="post" action="/small/add" data-swap="#list #add">
  <input id="name" name="name" aria-label="Name" value="{{ sent }}"{% if fault %} aria-invalid="true"{% endif %}>
  {% if fault %}<p role="alert">{{ fault }}</p>{% endif %}
  <button>Add</button>
</form>
<form id="find" method="get" action="/small" data-swap="#list" data-swap-auto>
  <input id="q" type="search" name="q" aria-label="Find">
</form>
<a href="/small?q=a" data-swap="#list" id="narrow">Those with an a</a>
<a href="/small/other" id="away">Elsewhere</a>
<form id="link" method="post" action="/small/link" data-swap="#link">
  <ff-entity-picker name="id" label="With whom" multiple required></ff-entity-picker>
  <p id="linked">{{ linked }}</p>
  <button>Link</button>
</form>
<form method="post" action="/small/go"><button>Go elsewhere</button></form>
<form method="post" action="/small/break"><button>Break</button></form>
{% endblock %}"""


@dataclass
class SmallPages:
    """The pages, and what was asked of them."""

    items: list[str] = field(default_factory=lambda: ["ada", "grace"])
    asked: list[str] = field(default_factory=list)

    def page(self, request: Request, status: int = 200, **values: object) -> Response:
        q = request.query_params.get("q", "")
        shown = {
            "title": "Small",
            "items": [each for each in self.items if q in each],
            "asked": len(self.asked),
        }
        shown |= {"fault": "", "sent": "", "linked": "", "said": [], **values}
        html = templates().from_string(TEMPLATE).render(**shell_values(request), **shown)
        return HTMLResponse(html, status, page_headers(request))

    async def small(self, request: Request) -> Response:
        self.asked.append(str(request.url.query))
        await asyncio.sleep(0.6 if request.query_params.get("q") == "slow" else 0)
        return self.page(request)

    async def other(self, request: Request) -> Response:
        return self.page(request, title="Other")

    async def add(self, request: Request) -> Response:
        if not signed_in(request):
            return refused()
        name = parse_qs((await request.body()).decode(), keep_blank_values=True)["name"][0]
        if not name or name in self.items:
            return self.page(request, 422, fault="A name of its own is needed.", sent=name)
        self.items.append(name)
        return self.page(request, said=[Said(f"{name} is here", "/small/undo")])

    async def undo(self, request: Request) -> Response:
        gone = self.items.pop()
        return self.page(request, said=[Said(f"{gone} is gone")])

    async def find(self, request: Request) -> Response:
        q = request.query_params["q"].lower()
        found = [
            {"id": f"id-{name.lower()}", "name": name, "note": "", "picture": None}
            for name in ("Ada", "Grace", "Hedy", "<b>Bold</b>")
            if q in name.lower()
        ]
        return JSONResponse({"entities": found, "files": [], "complete": True})

    async def link(self, request: Request) -> Response:
        sent = parse_qs((await request.body()).decode())
        return self.page(request, linked=" ".join(sent["id"]))

    async def go(self, _: Request) -> Response:
        said = '<div id="said" hidden><p>Moved</p></div>'
        return HTMLResponse(said, 201, {"Location": "/small/other"})

    async def broken(self, request: Request) -> Response:
        return HTMLResponse(
            "<title>No</title><main id=main><h1>It broke</h1><p>Try it later.</p></main>", 503
        )

    def put_on(self, app: FastAPI) -> None:
        """Add the addresses to an application."""
        app.router.routes[:0] = [
            Route("/small", self.small),
            Route("/small/other", self.other),
            Route("/small/add", self.add, methods=["POST"]),
            Route("/small/undo", self.undo, methods=["POST"]),
            Route("/small/go", self.go, methods=["POST"]),
            Route("/small/break", self.broken, methods=["POST"]),
            Route("/small/link", self.link, methods=["POST"]),
            Route("/find", self.find),
        ]
