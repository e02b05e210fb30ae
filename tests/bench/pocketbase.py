"""PocketBase as a server to compare with: a superuser, and a collection that takes what an entity is made of."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers import Client, free_port, listening, running

NAME, SECRET = "bench@example.com", "bench-bench-bench"
FIELDS = [
    {"name": "display_name", "type": "text", "required": True},
    *({"name": name, "type": "json"} for name in ("aliases", "tags", "fields", "external_ids")),
]
CREATE = "/api/collections/entities/records"


@contextmanager
def running_pocketbase(program: Path, directory: Path) -> Iterator[tuple[int, str]]:
    """(port, token of a superuser) of PocketBase in a process of its own, on an empty directory."""
    port = free_port()
    command = [str(program), f"--dir={directory}"]
    subprocess.run([*command, "superuser", "upsert", NAME, SECRET], check=True, stdout=subprocess.DEVNULL)
    with running([*command, "serve", f"--http=127.0.0.1:{port}"], lambda: listening(port)):
        credentials = json.dumps({"identity": NAME, "password": SECRET}).encode()
        with Client(port) as client:
            signed_in = client.ask(
                client.prepare("POST", "/api/collections/_superusers/auth-with-password", credentials)
            )
        token = str(signed_in.json()["token"])
        with Client(port, token) as client:
            collection = json.dumps({"name": "entities", "type": "base", "fields": FIELDS}).encode()
            client.ask(client.prepare("POST", "/api/collections", collection))
        yield port, token
