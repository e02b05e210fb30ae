"""Who is asking: the install token, a limited token, or nobody."""

from __future__ import annotations

import hmac
import re

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from faceforge_schema import Actor, Core
from faceforge_server.http.problem import refuse
from faceforge_server.middleware.install_token import InstallToken
from faceforge_server.middleware.throttle import Throttle
from faceforge_storage import tokens
from faceforge_storage.errors import FaceForgeError, Unauthorized

PUBLIC = frozenset({"/", "/docs", "/redoc", "/healthz"})
PUBLIC_BELOW = "/ui/"
DOWNLOAD = re.compile(r"/v1/assets/[^/]+/download")
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="FaceForge"'}


class Authenticator:
    """Turns a token into an actor. Tokens are compared as hashes, in constant time, and are kept nowhere."""

    def __init__(self, core: Core, install: InstallToken) -> None:
        self._core, self._install = core, install
        self._owner = Actor("install", core.permissions)
        self._throttle = Throttle(core.settings.limits.failed_sign_ins)

    async def actor(self, token: str | None, address: str | None) -> Actor:
        """The actor of a token sent from `address`; raises Unauthorized, RateLimited."""
        if not token:
            raise Unauthorized("No token was sent.", headers=CHALLENGE)
        sent = tokens.hash_of(token)
        if hmac.compare_digest(sent, self._install.hash()):
            return self._owner
        row = await self._core.database.read(tokens.by_secret_hash, sent)
        if row is None or not hmac.compare_digest(sent, row.secret_hash):
            raise self._throttle.failure(address)
        return Actor(f"token:{row.name}", frozenset(row.permissions))


def bearer(text: str) -> str | None:
    """The token of an `Authorization` value (RFC 6750), None when it is of another kind."""
    scheme, _, token = text.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class Authentication:
    """Lets a request through with its actor in the scope, or answers 401.

    What holds no data is public, and nobody looks at a token there. A signed address brings its own proof, which
    the download itself checks, and no token adds to it; a WebSocket tells its token later.
    """

    def __init__(self, app: ASGIApp, authenticator: Authenticator) -> None:
        self.app, self.authenticator = app, authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            try:
                if not _needs_no_token(request):
                    address = request.client.host if request.client else None
                    scope["actor"] = await self.authenticator.actor(token_of(request), address)
            except FaceForgeError as error:
                await refuse(error, scope, receive, send)
                return
        await self.app(scope, receive, send)


def token_of(request: Request) -> str | None:
    """The token of a request: `Authorization: Bearer`, or `X-FaceForge-Token`."""
    return bearer(request.headers.get("authorization", "")) or request.headers.get("x-faceforge-token")


def _needs_no_token(request: Request) -> bool:
    path = request.url.path
    if request.method not in ("GET", "HEAD"):
        return False
    signed = DOWNLOAD.fullmatch(path) is not None and "signature" in request.query_params
    return path in PUBLIC or path.startswith(PUBLIC_BELOW) or path == "/graphql" or signed
