"""Who is asking: the install token, a limited token, or nobody."""

from __future__ import annotations

import hmac
import json
from pathlib import Path

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from faceforge_schema import ALL, Actor, Core
from faceforge_server.problem import refuse
from faceforge_server.throttle import Throttle
from faceforge_storage import tokens
from faceforge_storage.errors import FaceForgeError, Unauthorized

INSTALL = Actor("install", ALL)
PUBLIC = frozenset({"/", "/docs", "/redoc", "/healthz"})
PUBLIC_BELOW = "/ui/"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="FaceForge"'}


class Authenticator:
    """Turns a token into an actor. Tokens are compared as hashes, in constant time, and are kept nowhere."""

    def __init__(self, core: Core, core_json: Path) -> None:
        self._core = core
        self._install = _InstallToken(core_json, core.settings.auth.install_token.get_secret_value())
        self._throttle = Throttle(core.settings.limits.failed_sign_ins)

    async def actor(self, token: str | None, address: str | None) -> Actor:
        """The actor of a token sent from `address`; raises Unauthorized, RateLimited."""
        if not token:
            raise Unauthorized("No token was sent.", headers=CHALLENGE)
        sent = tokens.hash_of(token)
        if hmac.compare_digest(sent, self._install.hash()):
            return INSTALL
        row = await self._core.database.read(tokens.by_secret_hash, sent)
        if row is None or not hmac.compare_digest(sent, row.secret_hash):
            raise self._throttle.failure(address)
        return Actor(f"token:{row.name}", frozenset(row.permissions))


class _InstallToken:
    """The hash of the install token, read again when `faceforge token rotate` has written another one."""

    def __init__(self, file: Path, token: str) -> None:
        self._file, self._hash, self._seen = file, tokens.hash_of(token), self._stamp(file)

    def hash(self) -> str:
        stamp = self._stamp(self._file)
        if stamp != self._seen:
            try:
                token = json.loads(self._file.read_text(encoding="utf-8"))["auth"]["install_token"]
            except (OSError, ValueError, KeyError, TypeError):
                return self._hash
            self._hash, self._seen = tokens.hash_of(str(token)), stamp
        return self._hash

    @staticmethod
    def _stamp(file: Path) -> tuple[int, int]:
        try:
            found = file.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_ino)


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
    signed = path.endswith("/download") and "signature" in request.query_params
    return path in PUBLIC or path.startswith(PUBLIC_BELOW) or path == "/graphql" or signed
