"""The addresses of the pages, and how a page's function becomes the answer to a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from faceforge_schema import Contract
from faceforge_storage.errors import FaceForgeError
from faceforge_ui.serving.documents import versions_of
from faceforge_ui.serving.menus import found_pages
from faceforge_ui.serving.pages import Action, Page, Pages
from faceforge_ui.serving.rendering import PageResponse
from faceforge_ui.serving.static_files import asset
from faceforge_ui.serving.view import ContextOf, Source, View

PUBLIC: dict[str, list[dict[str, list[str]]]] = {"security": []}
"""The `openapi_extra` of a route without data: OpenAPI's way to say that it needs no token."""
Endpoint = Callable[[Request], Awaitable[Response]]


def routes(contract: Contract | None = None, context_of: ContextOf | None = None) -> list[Route]:
    """The pages, what their forms do, and their files under `/ui/`; without a contract the public ones alone.

    What is shown answers GET and HEAD. Addresses without parameters come before those that they would fit.
    """
    found = found_pages()
    public = [page for pages in found for page in pages.shown if page.public]
    made: list[Route] = [_shell("/ui/{path:path}", asset, Response)]
    made += [_shell(page.path, _public(page), HTMLResponse) for page in public]
    if contract is not None and context_of is not None:
        endpoints = PageEndpoints(Source(contract, context_of))
        for pages in found:
            for document in pages.documents.values():
                for version in versions_of(document):
                    contract.documents.keep(version)
            made += [_shown(page, endpoints) for page in pages.shown if not page.public]
            made += [
                Route(action.path, endpoints.acted(action), methods=["POST"]) for action in pages.actions
            ]
    return sorted(made, key=lambda each: ("{" in each.path, each.path.count("{"), each.path))


def _shell(path: str, endpoint: Endpoint, response_class: type[Response]) -> APIRoute:
    """A route without data, which anybody may call."""
    return APIRoute(
        path,
        endpoint,
        methods=["GET", "HEAD"],
        response_class=response_class,
        include_in_schema=False,
        openapi_extra=PUBLIC,
    )


def _shown(page: Page, endpoints: PageEndpoints) -> APIRoute:
    return APIRoute(
        page.path,
        endpoints.shown(page),
        methods=["GET", "HEAD"],
        response_class=HTMLResponse,
        response_model=None,
        include_in_schema=False,
    )


def _public(page: Page) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        view = View(request, page.pages, None)
        return _ruled(await page.show(view), page)

    return endpoint


def _ruled(answer: Response, page: Page) -> Response:
    if isinstance(answer, PageResponse):
        answer.rules = page.rules
    return answer


class PageEndpoints:
    """The endpoints of pages with data."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def shown(self, page: Page) -> Endpoint:
        """The endpoint that shows a page."""

        async def endpoint(request: Request) -> Response:
            view = self._view(request, page.pages)
            return await self._answered(view, lambda: page.show(view), page)

        return endpoint

    def acted(self, action: Action) -> Endpoint:
        """The endpoint that does what a form asks for, and shows its page again."""

        async def endpoint(request: Request) -> Response:
            view = self._view(request, action.pages)

            async def answer() -> Response:
                try:
                    done = await action.act(view)
                except FaceForgeError as error:
                    if error.status >= 500:
                        raise
                    view.failed, done = error, None
                return done if done is not None else await action.shows(view)

            return await self._answered(view, answer, None)

        return endpoint

    def _view(self, request: Request, pages: Pages) -> View:
        return View(request, pages, self._source)

    @staticmethod
    async def _answered(view: View, answer: Callable[[], Awaitable[Response]], page: Page | None) -> Response:
        try:
            found = await answer()
        except BaseException:
            view.release()
            raise
        return Released(_ruled(found, page) if page else found, view)


class Released(Response):
    """Sends an answer, and then gives back what it held."""

    def __init__(self, answer: Response, view: View) -> None:
        super().__init__(status_code=answer.status_code)
        self._answer, self._view = answer, view

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, receive, send)
        finally:
            self._view.release()
