"""Who is asking: the install token, a limited token, or nobody."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from faceforge_schema import Actor, Core
from faceforge_server.http.connections import let_in
from faceforge_server.http.problem import refuse
from faceforge_server.http.public_routes import Addresses, brings_signature
from faceforge_server.middleware.install_token import InstallToken
from faceforge_server.middleware.throttle import Throttle
from faceforge_storage import tokens
from faceforge_storage.errors import FaceForgeError, Unauthorized
from faceforge_storage.scheduling.fair_queue import Turn

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="FaceForge"'}


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
        actor = Actor(f"token:{row.name}", frozenset(row.permissions))
        if database.generation == self._found_at == generation:
            self._found[sent] = actor
        return actor


def bearer(text: str) -> str | None:
    """The token of an `Authorization` value (RFC 6750), None when it is of another kind."""
    scheme, _, token = text.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


WAYS: dict[str, Callable[[str], str | None]] = {"authorization": bearer, "x-faceforge-token": str.strip}
"""Name, in lower case, under which a token is sent -> what reads it there."""


def tokens_in(named: Iterable[tuple[str, object]]) -> set[str]:
    """The tokens among headers, or among other values under the same names."""
    read = [
        WAYS[name.lower()](text) for name, text in named if name.lower() in WAYS and isinstance(text, str)
    ]
    return {token for token in read if token}


class Authentication:
    """Lets a request through with its actor in the scope, or answers 401.

    `public` addresses hold no data, and no token is looked at there. A `signed` address brings its own proof, which
    the download itself checks, and no token adds to it; a WebSocket sends its token later.
    """

    def __init__(
        self, app: ASGIApp, authenticator: Authenticator, public: Addresses, signed: Addresses
    ) -> None:
        self.app, self.authenticator = app, authenticator
        self.public, self.signed = public, signed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            try:
                if not self._needs_no_token(request):
                    address = request.client.host if request.client else None
                    scope["actor"] = await self.authenticator.actor(token_of(request), address)
                    let_in(scope)
            except FaceForgeError as error:
                await refuse(error, scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _needs_no_token(self, request: Request) -> bool:
        if self.public.has(request.method, request.scope["path"]):
            return True
        return brings_signature(request.scope, self.signed)


def token_of(request: Request) -> str | None:
    """The token of a request: `Authorization: Bearer`, or `X-FaceForge-Token`."""
    return bearer(request.headers.get("authorization", "")) or request.headers.get("x-faceforge-token")
