"""One request of a page: what it asks the contract, what its form sent, and how it is answered."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import quote

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from faceforge_schema import NOBODY, Actor, Context, Contract
from faceforge_schema.values.small_json import QUICK_BYTES
from faceforge_storage.errors import FaceForgeError
from faceforge_ui.serving.documents import permissions_in, readable
from faceforge_ui.serving.form import Form, form_of, sent
from faceforge_ui.serving.headers import page_headers
from faceforge_ui.serving.pages import Pages
from faceforge_ui.serving.rendering import PageResponse, Said

IN_ADDRESSES = ":/%#?=@[]!$&'()*+,;~"
"""What stands in an address as it is (RFC 3986), beside letters and digits."""
ContextOf = Callable[[Request], Context]


@dataclass(frozen=True)
class Shown:
    """An error as a page shows it."""

    code: str
    status: int
    message: str
    hint: str


class Texts(dict[str, str]):
    """Texts by name; of a name without one, the empty text."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True)
class Source:
    """Where pages have their data from: the contract, and who asks it in a request."""

    contract: Contract
    context_of: ContextOf


@dataclass
class View:
    """What the function of a page is given."""

    request: Request
    pages: Pages
    source: Source | None
    """None where there is no data: the page is public."""
    said: list[Said] = field(default_factory=list)
    failed: FaceForgeError | None = None
    """What the action raised whose page is shown again."""
    _context: Context | None = None
    _form: Form | None = None

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the path."""
        found: dict[str, str] = self.request.path_params
        return found

    @property
    def query(self) -> QueryParams:
        """The parameters behind the question mark."""
        return self.request.query_params

    @property
    def actor(self) -> Actor:
        """Who asks."""
        found: Actor = self.request.scope.get("actor", NOBODY)
        return found

    def may(self, permission: str) -> bool:
        """Whether the person may do what needs a permission, such as `entities:write`."""
        return permission in self.actor.permissions

    def need(self, permission: str) -> None:
        """Raise Forbidden unless the person may do what the whole page is for."""
        self.actor.check(frozenset((permission,)))

    @property
    def _asked(self) -> Source:
        if self.source is None:
            raise RuntimeError("A public page has no data to ask for.")
        return self.source

    @property
    def context(self) -> Context:
        """The context of all that is asked for this page: it has one budget."""
        if self._context is None:
            self._context = self._asked.context_of(self.request)
        return self._context

    def within(self, pages: Pages) -> View:
        """The same request with the documents of another folder: what it asks counts as this page's."""
        return replace(self, pages=pages, _context=self.context)

    def document(self, operation: str) -> str:
        """An operation of the folder's documents, without what the person may not read; raises KeyError."""
        document = self.pages.documents[operation]
        return readable(document, permissions_in(document) & self.actor.permissions)

    async def ask(self, operation: str, /, **variables: Any) -> dict[str, Any]:
        """The data that an operation of the folder's documents gives; `variables` are JSON values.

        Those that are None are left out, so that defaults hold; so is what the person may not read, where the document
        names the permission for it (see documents.py). Raises KeyError for an unknown name, and what the
        operation raises.
        """
        document = self.document(operation)
        variables = {name: value for name, value in variables.items() if value is not None}
        # The snapshot is the operation's own: several may be asked at once.
        data = await self._asked.contract.data(document, variables, replace(self.context, db=None))
        # Lists and objects of the database are JSON text in it, which templates cannot look into.
        plain: dict[str, Any] = orjson.loads(orjson.dumps(data))
        return plain

    async def ask_apart(self, operation: str, /, **variables: Any) -> dict[str, Any]:
        """As `ask`, with a budget of its own that is given back at once: for what is passed over and not shown."""
        apart = replace(self, _context=None)
        try:
            return await apart.ask(operation, **variables)
        finally:
            apart.release()

    async def form(self) -> Form:
        """What the form has sent; raises PayloadTooLarge, BadRequest, Overloaded, Busy."""
        if self._form is None:
            limit = self.context.core.settings.limits.json_bytes
            self._form = Form({})  # what cannot be read is not read once more for the page that says so
            read = await sent(self.request, limit, self.context.budget)
            if len(read) <= QUICK_BYTES:
                self._form = form_of(read)
            else:
                self._form = await self.context.core.computing.run(self.context.turn, partial(form_of, read))
        return self._form

    def say(self, text: str, *, undo: str = "") -> None:
        """Tell the person what happened; `undo` is the address whose POST takes it back."""
        self.said.append(Said(text, undo))

    def page(self, template: str, **values: Any) -> Response:
        """The page of a template, which gets `values` beside what every page has."""
        failed = self.failed
        wrong, sent = failed.errors if failed else (), self._form.values if self._form else {}
        error = Shown(failed.code, failed.status, str(failed), _hint(failed)) if failed else None
        shown = {
            "error": error,
            "faults": Texts((each.pointer.rsplit("/", 1)[-1], each.message) for each in wrong),
            "sent": Texts((name, texts[0]) for name, texts in sent.items()),
            "said": self.said,
            **values,
        }
        context = self._context
        return PageResponse(self.request, template, shown, failed.status if failed else 200, context=context)

    def go(self, address: str) -> Response:
        """Lead the browser to an address, which takes along what was said."""
        said = "".join(
            f'<p data-undo="{html.escape(each.undo)}">{html.escape(each.text)}</p>' for each in self.said
        )
        # What is part of an address comes from the request, too: nothing of it may end the header.
        headers = {**page_headers(self.request), "Location": quote(address, safe=IN_ADDRESSES)}
        return HTMLResponse(f'<div id="said" hidden>{said}</div>', 201, headers)

    def release(self) -> None:
        """Give back what the answer held."""
        if self._context is not None:
            self._context.budget.release()


def _hint(error: FaceForgeError) -> str:
    return error.hint or error.default_hint
