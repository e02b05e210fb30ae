"""How templates become answers: rendered beside the event loop, compressed for whoever takes it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from faceforge_schema import NOBODY, Actor, Context
from faceforge_ui.serving import words
from faceforge_ui.serving.headers import PART, page_headers
from faceforge_ui.serving.menus import first_line, menu
from faceforge_ui.serving.pages import NO_RULES, ROOT

if TYPE_CHECKING:
    from jinja2 import Environment

LAYOUT, PART_LAYOUT = "shell/layout.html", "shell/part.html"
SMALL_BYTES = 1400
"""What fits into one packet is not worth compressing."""
LEVEL = 4
"""How hard pages are compressed: the higher levels take three times as long for a twentieth less."""


@dataclass(frozen=True)
class Said:
    """What a person is told in passing; `undo` is the address whose POST takes it back."""

    text: str
    undo: str = ""


class PageResponse(Response):
    """A page, rendered when it is sent: in a thread, since a long one would hold others up."""

    def __init__(
        self,
        request: Request,
        template: str,
        values: dict[str, Any],
        status: int = 200,
        *,
        headers: Mapping[str, str] = NO_RULES,
        context: Context | None = None,
    ) -> None:
        super().__init__(status_code=status)
        self.request, self.template, self.values = request, template, values
        self.own_headers, self.context = headers, context
        self.rules = NO_RULES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = {**page_headers(self.request, self.rules), **self.own_headers}
        if self.context is None:  # a page without data is short
            body, encoding = self._body()
        else:
            turn = self.context.turn._replace(light=True)
            body, encoding = await self.context.core.computing.run(turn, self._body)
        if encoding:
            kept["Content-Encoding"] = encoding
        await Response(body, self.status_code, kept, "text/html")(scope, receive, send)

    def _body(self) -> tuple[bytes, str]:
        """The page, and how it is encoded."""
        html = rendered(self.request, self.template, self.values).encode()
        takes = "gzip" in self.request.headers.get("accept-encoding", "")
        if takes and len(html) > SMALL_BYTES:
            return gzip.compress(html, LEVEL, mtime=0), "gzip"
        return html, ""


def rendered(request: Request, template: str, values: Mapping[str, Any]) -> str:
    """The text of a page, or of its main part alone where a script asks for that."""
    return templates().get_template(template).render(**shell_values(request), **values)


def shell_values(request: Request) -> dict[str, Any]:
    """What every template has."""
    actor: Actor = request.scope.get("actor", NOBODY)
    return {
        "layout": PART_LAYOUT if PART in request.headers else LAYOUT,
        "path": request.url.path,
        "query": request.query_params,
        "may": lambda permission: permission in actor.permissions,
        "menu": partial(menu, request),
        "start": first_line(request),
        "token_command": getattr(request.app.state, "token_command", _unknown)(request),
        "link_command": getattr(request.app.state, "link_command", _unknown)(request),
    }


def _unknown(_request: Request) -> None:
    """A command, where the application knows none."""


@cache
def templates() -> Environment:
    """The templates, named by their path below the UI's folder."""
    # Whoever looks at no page, pays for none: neither at the start nor in memory.
    from jinja2 import FileSystemLoader, StrictUndefined

    from faceforge_ui.serving import markup
    from faceforge_ui.serving.compiled import Templates

    found = Templates(
        loader=FileSystemLoader(ROOT),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # an installation does not change while it runs; looking costs a third of a page
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {"asset": markup.ASSET, "style": markup.style, "module": markup.module}
    filters: tuple[Callable[..., Any], ...] = (*words.FILTERS, markup.attributes, markup.icon)
    found.filters |= {each.__name__: each for each in filters}
    return found
