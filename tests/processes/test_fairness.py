"""Who asks heavy things does not delay who asks small ones (B7), and what waits is bounded."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest
from clients import Answer, Client, at_once
from core_process import CoreProcess

from faceforge_storage import entities
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.migrate import migrate
from faceforge_storage.home.home import open_home

PART = """entities(first: 500) { nodes {
    id tags fields aliases displayName relationships(first: 5) { nodes { id } } assets(first: 5) { nodes { id } }
} }"""
HEAVY = {"query": f"{{ {' '.join(f'part{number}: {PART}' for number in range(15))} }}"}
MANY = 60
SMALL_SECONDS = 2
"""At most so long does a small request take; behind the queue of the other token it would be half a minute."""


def filled(root: Path, waiting: int) -> CoreProcess:
    (root / "config").mkdir(parents=True)
    (root / "config" / "core.json").write_text(json.dumps({"limits": {"waiting_per_client": waiting}}))
    home, _ = open_home(root)
    migrate(home.database_file, home.backups_dir)

    def fill(tx: Write) -> None:
        for number in range(500):
            fields = {"text": "x" * 200, "number": number}
            entities.create(tx, {"display_name": f"{number}", "tags": ["a", "b"], "fields": fields})

    with closing(Database(home.database_file)) as database:
        database.writing("test", "fill", fill)
    return CoreProcess(root)


def token(core: CoreProcess, name: str) -> str:
    permissions = ["entities:read", "entities:write", "assets:read", "relationships:read"]
    with Client(core.url, core.token) as client:
        made = client.ask("POST", "/v1/tokens", {"name": name, "permissions": permissions})
    return str(made.body["secret"])


@pytest.mark.alone
def test_heavy_queries_of_one_token_do_not_delay_another(tmp_path: Path) -> None:
    core = filled(tmp_path / "home", waiting=256)
    greedy, modest = token(core, "greedy"), token(core, "modest")
    begun = threading.Event()

    def heavy(_number: int) -> None:
        with suppress(OSError, http.client.HTTPException), Client(core.url, greedy) as client:
            begun.set()
            client.ask("POST", "/graphql", HEAVY)

    with Client(core.url, modest) as client:
        (found,) = client.ask("GET", "/v1/entities?limit=1").body["items"]
        threads = at_once(MANY, heavy)
        assert begun.wait(10)
        asked = [
            ("POST", "/v1/entities", {"display_name": "mine"}),
            ("GET", f"/v1/entities/{found['entity_id']}", None),
            ("GET", "/v1/entities?limit=5", None),
            ("GET", "/healthz", None),
        ]
        answers = [client.ask(*each) for each in asked for _ in range(3)]
    core.kill()
    for thread in threads:
        thread.join()
    assert {each.status for each in answers} == {200, 201}
    assert max(each.seconds for each in answers) < SMALL_SECONDS


def test_what_waits_of_one_token_is_bounded(tmp_path: Path) -> None:
    core = filled(tmp_path / "home", waiting=2)
    greedy, modest = token(core, "greedy"), token(core, "modest")
    refused: list[Answer] = []
    answered: list[Answer] = []
    enough = threading.Event()

    def heavy(_number: int) -> None:
        with Client(core.url, greedy) as client:
            answer = client.ask("POST", "/graphql", HEAVY)
        (refused if answer.status == 503 else answered).append(answer)
        if len(refused) >= 10:
            enough.set()

    threads = at_once(20, heavy)
    assert enough.wait(30)
    with Client(core.url, modest) as client:
        assert client.ask("GET", "/v1/entities?limit=5").status == 200
    for thread in threads:
        thread.join()
    core.kill()
    assert {each.status for each in answered} == {200}
    for each in refused:
        said = json.dumps(
            each.body
        )  # as GraphQL says it, or of those refused while the token is looked up, as REST
        assert '"code": "busy"' in said
        assert "limits.waiting_per_client allows 2" in said
        assert each.headers["Retry-After"] == "1"
