"""Who is asking: the install token, a limited token, a session that stands on one of them, or nobody."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from faceforge_schema import Actor, Core
from faceforge_schema.actors import LIMITED
from faceforge_server.middleware.install_token import InstallToken
from faceforge_server.middleware.session_cookie import SessionCookie
from faceforge_server.middleware.sessions import Sessions
from faceforge_server.middleware.throttle import Throttle
from faceforge_server.middleware.until_stored import UntilStored
from faceforge_storage import tokens
from faceforge_storage.errors import Unauthorized
from faceforge_storage.scheduling.fair_queue import Turn

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="FaceForge"'}


@dataclass(frozen=True)
class Credentials:
    """What a client sends to say who it is: a token, or the cookie of a session with its CSRF token."""

    token: str | None
    cookie: str | None = None
    csrf: str | None = None
    changes: bool = True
    """Whether what it asks may change something, which a cookie alone may not."""


class Authenticator:
    """Turns a token or a cookie into an actor. Tokens are compared as hashes, in constant time, and are kept nowhere.

    Whose hash it is, is looked up once until something is stored.
    """

    def __init__(self, core: Core, install: InstallToken, cookie: SessionCookie) -> None:
        self._core, self._install, self.cookie = core, install, cookie
        self._throttle = Throttle(core.settings.limits.failed_sign_ins)
        self.sessions = Sessions(core, install, self._throttle)
        self._owner = Actor(tokens.INSTALL, core.permissions, install.hash())
        self._found: UntilStored[Actor] = UntilStored(core.database)

    async def actor_of(self, sent: Credentials, address: str | None) -> Actor:
        """The actor of a token, else of a cookie; raises Unauthorized, RateLimited, CsrfRequired."""
        if sent.token is None and sent.cookie is not None:
            return await self.sessions.actor(sent.cookie, sent.csrf, address, changes=sent.changes)
        return await self.actor(sent.token, address)

    async def actor(self, token: str | None, address: str | None) -> Actor:
        """The actor of a token sent from `address`; raises Unauthorized, RateLimited."""
        if not token:
            raise Unauthorized("No token was sent.", headers=CHALLENGE)
        sent = tokens.hash_of(token)
        if hmac.compare_digest(sent, self._install.hash()):
            if self._owner.token_hash != sent:  # the install token has been rotated
                self._owner = Actor(tokens.INSTALL, self._core.permissions, sent)
            return self._owner
        found = self._found.get(sent)
        if found is not None:
            return found
        generation = self._core.database.generation
        # Who asks is not known yet: each token takes a turn of its own, so that no flood of others keeps it out.
        turn = Turn(f"sign-in {sent}", light=True)
        row = await self._core.database.read(turn, tokens.by_secret_hash, sent)
        if row is None or not hmac.compare_digest(sent, row.secret_hash):
            raise self._throttle.failure(address)
        actor = Actor(f"{LIMITED}{row.name}", frozenset(row.permissions), sent)
        self._found.put(sent, actor, generation)
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
