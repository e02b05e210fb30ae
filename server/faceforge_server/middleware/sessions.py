"""Browsers that are signed in: whose cookie is it, what may it do now, and how a session begins."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass
from datetime import timedelta

from faceforge_schema import Actor, Core
from faceforge_schema.actors import LIMITED
from faceforge_server.middleware.install_token import InstallToken
from faceforge_server.middleware.throttle import Throttle
from faceforge_server.middleware.until_stored import UntilStored
from faceforge_storage import sessions
from faceforge_storage.database.clock import after, now
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.errors import CsrfRequired, FaceForgeError
from faceforge_storage.scheduling.fair_queue import Turn
from faceforge_storage.sessions import Issued
from faceforge_storage.tokens import INSTALL, by_secret_hash, hash_of

SEEN_AFTER = timedelta(minutes=10)
"""How long a session is used before that is written down once more: a read must not cost a write."""
WRONG_CODE = "The code is not valid: it has expired, was used, or was mistyped."
WRONG_COOKIE = "The session has ended."


@dataclass(frozen=True)
class Session:
    """A session as it is stored, and what its token may do now."""

    actor: Actor
    csrf_hash: str
    ends_at: str
    """When it has ended, unless it is used meanwhile."""
    seen_until: str
    """When it is to be written down that it is used."""


class Sessions:
    """Turns cookies and codes into actors. Secrets are compared as hashes, and are kept nowhere."""

    def __init__(self, core: Core, install: InstallToken, throttle: Throttle) -> None:
        self._core, self._install, self._throttle = core, install, throttle
        self._found: UntilStored[Session] = UntilStored(core.database)
        self._noting: dict[str, asyncio.Task[None]] = {}

    async def actor(self, secret: str, csrf: str | None, address: str | None, *, changes: bool) -> Actor:
        """The actor of a cookie; raises Unauthorized, RateLimited.

        What `changes` something has to send the CSRF token too, which no cookie has; raises CsrfRequired.
        """
        found = await self._session(hash_of(secret), address)
        if changes and not hmac.compare_digest(hash_of(csrf or ""), found.csrf_hash):
            raise CsrfRequired(
                "The CSRF token is not that of this session." if csrf else "No CSRF token was sent."
            )
        if now() > found.seen_until:
            self._note_seen(found.actor)
        return found.actor

    async def _session(self, sent: str, address: str | None) -> Session:
        found = self._found.get(sent)
        if found is None:
            generation = self._core.database.generation
            turn = Turn(f"sign-in {sent}", light=True)
            row = await self._core.database.read(turn, sessions.by_secret_hash, sent)
            found = self._of_row(row) if row is not None else None
            if found is None:
                raise self._throttle.failure(address, WRONG_COOKIE)
            self._found.put(sent, found, generation)
        by_install_token = not found.actor.limited
        if now() >= found.ends_at or (by_install_token and found.actor.token_hash != self._install.hash()):
            raise self._throttle.failure(address, WRONG_COOKIE)
        return found

    def _of_row(self, row: AnyRow) -> Session | None:
        """The session of a row, None when the token that it stands on is gone."""
        if row.token_hash == self._install.hash():
            name, permissions = INSTALL, self._core.permissions
        elif row.token_name is not None:
            name, permissions = f"{LIMITED}{row.token_name}", frozenset(row.permissions)
        else:
            return None
        actor = Actor(name, permissions, row.token_hash, row.id)
        idle = timedelta(days=self._core.settings.auth.session_idle_days)
        return Session(
            actor,
            row.csrf_hash,
            min(row.expires_at, after(row.last_seen_at, idle)),
            after(row.last_seen_at, min(SEEN_AFTER, idle / 2)),
        )

    def _note_seen(self, actor: Actor) -> None:
        """Write down, beside the request, that a session is used; nothing is lost where the disk takes nothing."""
        session = actor.session
        assert session is not None
        if session in self._noting:
            return

        async def note() -> None:
            try:
                await self._core.database.write(
                    Turn(actor.name), actor.name, "note a session", lambda tx: sessions.note_seen(tx, session)
                )
            except FaceForgeError:
                await asyncio.sleep(SEEN_AFTER.total_seconds())  # not again with the next request
            finally:
                del self._noting[session]

        self._noting[session] = asyncio.get_running_loop().create_task(note())

    async def token_of_code(self, code: str, address: str | None) -> str:
        """The hash of the token that made a code, which stays in force; raises Unauthorized, RateLimited.

        A wrong code costs no write: strangers may try many.
        """
        sent = sessions.hash_of_code(code)
        turn = Turn(f"sign-in {sent}", light=True)
        found = await self._core.database.read(turn, sessions.code_in_force, sent)
        if found is None:
            raise self._throttle.failure(address, WRONG_CODE)
        return str(found.token_hash)

    async def begin(
        self, token_hash: str, code: str | None, replaced: str | None, client: Values, address: str | None
    ) -> tuple[Issued, timedelta]:
        """A new session and how long it may last. It uses up the `code` it was signed in with, if any, and takes the
        place of that of the cookie `replaced`. Raises Unauthorized, RateLimited: the code was used meanwhile, or the
        token is gone."""
        auth, most = self._core.settings.auth, self._core.settings.limits.sessions_per_token
        life, idle = timedelta(days=auth.session_days), timedelta(days=auth.session_idle_days)
        install = self._install.hash()

        def work(tx: Write) -> Issued | None:
            if code is not None and not sessions.redeem(tx, sessions.hash_of_code(code)):
                return None
            if token_hash != install and by_secret_hash(tx.connection, token_hash) is None:
                return None
            if replaced is not None:
                sessions.end_by_secret_hash(tx, hash_of(replaced))
            made = sessions.create(tx, token_hash, life, client)
            sessions.sweep(tx, install, idle, token_hash, most)
            return made

        turn = Turn(f"sign-in {token_hash}", light=True)
        issued = await self._core.database.write(turn, "sign-in", "begin a session", work)
        if issued is None:
            raise self._throttle.failure(address, WRONG_CODE)
        return issued, life
