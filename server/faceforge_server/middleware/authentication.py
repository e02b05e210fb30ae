"""Who is asking: the install token, a limited token, or nobody."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from functools import partial

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from faceforge_schema import Actor, Core
from faceforge_schema.actors import LIMITED
from faceforge_server.http.connections import let_in
from faceforge_server.http.json_response import NOT_STORED
from faceforge_server.http.problem import refuse
from faceforge_server.http.public_routes import Addresses, brings_signature
from faceforge_server.middleware.install_token import InstallToken
from faceforge_server.middleware.throttle import Throttle
from faceforge_server.token_command import TokenCommand
from faceforge_storage import tokens
from faceforge_storage.errors import FaceForgeError, Unauthorized
from faceforge_storage.scheduling.fair_queue import Turn
from faceforge_ui import sign_in_needed

BY_READER = {"Vary": "Accept, Sec-Fetch-Mode"}
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="FaceForge"'}
STILL = "faceforge.still"
"""Where a scope has what asks again who sends the request: an answer that goes on may outlive a token."""


class Authenticator:
    """Turns a token into an actor. Tokens are compared as hashes, in constant time, and are kept nowhere.

    Whose hash it is, is looked up once until something is stored.
    """

    def __init__(self, core: Core, install: InstallToken) -> None:
        self._core, self._install = core, install
        self._owner = Actor("install", core.permissions)
        self._throttle = Throttle(core.settings.limits.failed_sign_ins)
        self._found: dict[str, Actor] = {}
        self._found_at = core.database.generation

    async def actor(self, token: str | None, address: str | None) -> Actor:
        """The actor of a token sent from `address`; raises Unauthorized, RateLimited."""
        if not token:
            raise Unauthorized("No token was sent.", headers=CHALLENGE)
        sent = tokens.hash_of(token)
        if hmac.compare_digest(sent, self._install.hash()):
            return self._owner
        database = self._core.database
        generation = database.generation
        if generation != self._found_at:  # a token may have been changed or revoked
            self._found.clear()
            self._found_at = generation
        if sent in self._found:
            return self._found[sent]
        # Who asks is not known yet: each token takes a turn of its own, so that no flood of others keeps it out.
        turn = Turn(f"sign-in {sent}", light=True)
        row = await database.read(turn, tokens.by_secret_hash, sent)
        if row is None or not hmac.compare_digest(sent, row.secret_hash):
            raise self._throttle.failure(address)
        actor = Actor(f"{LIMITED}{row.name}", frozenset(row.permissions))
        if database.generation == self._found_at == generation:
            self._found[sent] = actor
        return actor


def bearer(text: str) -> str | None:
    """The token of an `Authorization` value (RFC 6750), None when it is of another kind."""
    scheme, _, token = text.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


WAYS: dict[str, Callable[[str], str | None]] = {"authorization": bearer, "x-faceforge-token": str.strip}
"""Name, in lower case, under which a token is sent -> what reads it there."""


def sent_token(named: Iterable[tuple[str, object]]) -> str | None:
    """The token among headers, or among other values under the same names, if any; raises Unauthorized for two."""
    read = [
        WAYS[name.lower()](text) for name, text in named if name.lower() in WAYS and isinstance(text, str)
    ]
    found = {token for token in read if token}
    if len(found) > 1:
        raise Unauthorized("Two different tokens were sent. Send one.", headers=CHALLENGE)
    return found.pop() if found else None


class Authentication:
    """Lets a request through with its actor in the scope, or answers 401.

    `public` addresses hold no data, and no token is looked at there. A `signed` address brings its own proof, which
    the download itself checks, and no token adds to it; a WebSocket sends its token later. Whoever is on this machine
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
                    address = request.client.host if request.client else None
                    scope[STILL] = partial(self.authenticator.actor, token_of(request), address)
                    scope["actor"] = await scope[STILL]()
                    let_in(scope)
            except Unauthorized as error:
                await self._ask_for_a_token(error, request, receive, send)
                return
            except FaceForgeError as error:
                await refuse(error, scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _ask_for_a_token(
        self, error: Unauthorized, request: Request, receive: Receive, send: Send
    ) -> None:
        """401: a page for a person who opened the address in a browser, a problem for everybody else."""
        if request.method == "GET":
            error.headers = {**error.headers, **BY_READER}
            if _is_opened_in_a_browser(request):
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


def _is_opened_in_a_browser(request: Request) -> bool:
    """Whether a person opened the address itself: a page is preferred, and no script or element asks for it.

    Browsers leave `Sec-Fetch-Mode` out where the address is neither of this machine nor HTTPS.
    """
    accept = request.headers.get("accept", "")
    opened = request.headers.get("sec-fetch-mode", "navigate") == "navigate"
    return opened and "text/html" in accept and "json" not in accept


def token_of(request: Request) -> str | None:
    """The token of a request: `Authorization: Bearer`, or `X-FaceForge-Token`; raises Unauthorized for two."""
    return sent_token((name, text) for name in WAYS for text in request.headers.getlist(name))
