"""Which host names Core answers for: a foreign page that points its own name at this machine gets nothing."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from faceforge_server.http.problem import refuse
from faceforge_storage.errors import MisdirectedRequest

AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII)


class HostCheck:
    """Refuses with 421 each request and WebSocket whose `Host` is not ours, before anything else looks at it.

    Ours are: the address the connection came in at and `localhost`, both with the port it came in at, and the
    `allowed` names: `nas.local` on any port, since a proxy may stand before Core, `nas.local:8443` on one.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str] = ()) -> None:
        self.app = app
        self.allowed = {name.lower() for name in allowed}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._is_ours(scope):
            await self.app(scope, receive, send)
            return
        await refuse(MisdirectedRequest("The Host header does not name this server."), scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1:
            return False
        parsed = AUTHORITY.fullmatch(given[0].decode("latin-1").lower())
        if parsed is None:
            return False
        host, port = parsed[1], parsed[2]
        if host in self.allowed or f"{host}:{port}" in self.allowed:
            return True
        # The socket knows at which address the connection came in: no name, so nobody else can claim it.
        address, listening = scope.get("server") or ("", None)
        secure = scope.get("scheme") in ("https", "wss")
        if int(port or (443 if secure else 80)) != listening:
            return False
        return host in ("localhost", address) or _same_address(host, address)


def _same_address(host: str, address: str) -> bool:
    try:
        return ip_address(host.strip("[]")) == ip_address(address.partition("%")[0])
    except ValueError:
        return False
