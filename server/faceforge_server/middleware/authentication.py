"""Finds out who sends a request, and asks strangers for a token."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faceforge_server.http.connections import let_in
from faceforge_server.http.json_response import NOT_STORED
from faceforge_server.http.navigation import is_opened_in_a_browser
from faceforge_server.http.problem import refuse
from faceforge_server.http.public_routes import Addresses, brings_signature
from faceforge_server.http.request_context import ENDED_SESSIONS, client_address
from faceforge_server.middleware.authenticator import WAYS, Authenticator, Credentials, sent_token
from faceforge_server.middleware.origins import SAFE, is_from_own_page
from faceforge_server.middleware.session_cookie import CSRF_HEADER, SessionCookie
from faceforge_server.token_command import TokenCommand
from faceforge_storage.errors import FaceForgeError, RateLimited, Unauthorized
from faceforge_ui import sign_in_needed

STILL = "faceforge.still"
"""Where a scope has what asks again who sends the request: an answer that goes on may outlive a token or a session."""
BY_READER = {"Vary": "Accept, Sec-Fetch-Mode"}


class Authentication:
    """Lets a request through with its actor in the scope, or answers 401.

    `public` addresses hold no data, and no token is looked at there. A `signed` address brings its own proof, which
    the download itself checks, and no token adds to it; a WebSocket is looked at later. Whoever is on this machine
    is told the `command` that shows the token.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        public: Addresses,
        signed: Addresses,
        command: TokenCommand,
    ) -> None:
        self.app, self.authenticator, self.command = app, authenticator, command
        self.public, self.signed = public, signed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            try:
                if not self._needs_no_token(request):
                    send = await self._let_in(request, send)
            except Unauthorized as error:
                await self._ask_for_a_token(error, request, receive, send)
                return
            except FaceForgeError as error:
                await refuse(error, scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _let_in(self, request: Request, send: Send) -> Send:
        """Find out who asks; answers how to send to them. Raises Unauthorized, RateLimited, CsrfRequired."""
        scope = request.scope
        sent = credentials_of(request, self.authenticator.cookie)
        try:
            scope[STILL] = partial(self.authenticator.actor_of, sent, client_address(request))
            actor = scope["actor"] = await scope[STILL]()
        except (Unauthorized, RateLimited) as refusal:
            if sent.token is None and sent.cookie is not None:  # the browser need not send it again
                refusal.headers = {**refusal.headers, "Set-Cookie": self.authenticator.cookie.cleared()}
            raise
        let_in(scope)
        if actor.session is None or not sent.changes:
            return send
        return self._forgetting(actor.session, scope.setdefault(ENDED_SESSIONS, []), send)

    def _forgetting(self, session: str, ended: list[str], send: Send) -> Send:
        """Makes the browser forget the cookie of a session that ends with this request."""

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start" and session in ended:
                line = (b"set-cookie", self.authenticator.cookie.cleared().encode())
                message = {**message, "headers": [*message["headers"], line]}
            await send(message)

        return send_on

    async def _ask_for_a_token(
        self, error: Unauthorized, request: Request, receive: Receive, send: Send
    ) -> None:
        """401: a page for a person who opened the address in a browser, a problem for everybody else."""
        if request.method == "GET":
            error.headers = {**error.headers, **BY_READER}
            if is_opened_in_a_browser(request):
                headers = {**error.headers, **NOT_STORED}
                await sign_in_needed(request, error.status, headers)(request.scope, receive, send)
                return
        if command := self.command.shown_to(request):
            error.hint = f"Send `Authorization: Bearer TOKEN`; on this machine `{command}` prints the token."
        await refuse(error, request.scope, receive, send)

    def _needs_no_token(self, request: Request) -> bool:
        if self.public.has(request.method, request.scope["path"]):
            return True
        return brings_signature(request.scope, self.signed)


def credentials_of(request: Request, cookie: SessionCookie) -> Credentials:
    """The token of a request: `Authorization: Bearer`, or `X-FaceForge-Token`; and the cookie, where a page of ours or
    none at all made the browser send it. Raises Unauthorized for two tokens."""
    headers = request.headers
    return Credentials(
        sent_token((name, text) for name in WAYS for text in headers.getlist(name)),
        cookie.sent(request.scope["headers"]) if is_from_own_page(headers) else None,
        headers.get(CSRF_HEADER),
        changes=request.method not in SAFE,
    )
