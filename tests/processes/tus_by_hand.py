"""Resumable uploads without a client: the requests of tus 1.0.0, one function each, and a proxy that cuts them."""

from __future__ import annotations

import base64
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
from core_process import CoreProcess

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
PIECE = 64 * 1024


def metadata(**fields: str) -> str:
    """The value of `Upload-Metadata`."""
    return ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in fields.items())


def begin(client: httpx.Client, size: int, **fields: str) -> str:
    """Begin an upload; its address."""
    made = client.post(
        "/v1/uploads", headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata(**fields)}
    )
    assert made.status_code == 201, made.text
    return made.headers["location"]


def patch(client: httpx.Client, place: str, offset: int, content: bytes, **headers: str) -> httpx.Response:
    """Send bytes."""
    return client.patch(place, headers={**BYTES, "Upload-Offset": str(offset), **headers}, content=content)


def offset_of(client: httpx.Client, place: str) -> int:
    """How much is there, by HEAD."""
    found = client.head(place, headers=TUS)
    assert found.status_code == 200, found.status_code
    return int(found.headers["upload-offset"])


def made_of(core: CoreProcess, answer: Any) -> Any:
    """The asset that an answer names."""
    assert answer.status_code in (201, 204), answer.text
    return core.client.get(f"/v1/assets/{answer.headers['x-faceforge-asset-id']}").raise_for_status().json()


@contextmanager
def under_way(core: CoreProcess, place: str, offset: int, size: int, sent: bytes) -> Iterator[socket.socket]:
    """A PATCH of `size` bytes of which only some have been sent so far; its connection breaks at the end."""
    address = urlsplit(core.url)
    head = [f"PATCH {place} HTTP/1.1", f"Host: {address.netloc}", f"Authorization: Bearer {core.token}"]
    head += [f"{name}: {value}" for name, value in BYTES.items()]
    head += [f"Upload-Offset: {offset}", f"Content-Length: {size}", "", ""]
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall("\r\n".join(head).encode() + sent)
        yield connection


class CuttingProxy:
    """A way to Core on which each connection breaks after a random number of bytes, `cuts` times in all."""

    def __init__(self, core: CoreProcess, cuts: int, most_bytes: int) -> None:
        self.target = urlsplit(core.url).netloc
        self.cuts, self.most_bytes = cuts, most_bytes
        self.random = random.Random(10)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def _serve(self) -> None:
        host, port = self.target.split(":")
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                core = socket.create_connection((host, int(port)))
                threading.Thread(target=self._up, args=(client, core), daemon=True).start()
                threading.Thread(target=self._down, args=(core, client), daemon=True).start()

    def _up(self, client: socket.socket, core: socket.socket) -> None:
        rest = self.random.randrange(1, self.most_bytes) if self.cuts else None
        try:
            while data := client.recv(PIECE if rest is None else min(PIECE, rest)):
                core.sendall(data)
                if rest is not None and (rest := rest - len(data)) == 0:
                    self.cuts -= 1
                    break
        except OSError:
            pass  # the other side has closed
        finally:
            for each in (client, core):  # closing alone would not wake who reads from it
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _down(core: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := core.recv(PIECE):
                client.sendall(data)
        client.close()
        core.close()
