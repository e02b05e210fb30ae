"""Asks a running Core, as any program does: with its install token, or a token of its own."""

from __future__ import annotations

import json
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

SECONDS = 60


class Refused(RuntimeError):
    """Core has not done what it was asked."""


class Client:
    """`call` sends JSON, `put` sends a file; both answer the JSON of the answer, and raise Refused."""

    def __init__(self, url: str, token: str) -> None:
        place = urlsplit(url)
        self._host, self._port = place.hostname or "127.0.0.1", place.port
        self._headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        return self._ask(method, path, sent, "application/json")

    def put(self, content: bytes, **words: Any) -> Any:
        """Uploads a file; `words` are those of `PUT /v1/assets/upload`, and a list is a word that stands repeatedly."""
        query = urlencode({name: value for name, value in words.items() if value}, doseq=True)
        return self._ask("PUT", f"/v1/assets/upload?{query}", content, "application/octet-stream")

    def _ask(self, method: str, path: str, sent: bytes | None, media_type: str) -> Any:
        headers = self._headers if sent is None else {**self._headers, "Content-Type": media_type}
        # A connection for each call: Core closes one over which nothing comes for long, and drawing may take long.
        with closing(HTTPConnection(self._host, self._port, timeout=SECONDS)) as connection:
            connection.request(method, path, sent, headers)
            answer = connection.getresponse()
            content = answer.read()
        if answer.status >= 400:
            raise Refused(f"{method} {path} answered {answer.status}: {content.decode()[:600]}")
        return json.loads(content) if content else None
