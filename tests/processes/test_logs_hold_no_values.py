"""After requests of every kind, good and bad, no word that a user sent is in a log or on the terminal."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import httpx
from core_process import CoreProcess
from websockets.sync.client import connect

WORD = "canary1815"


def over_a_socket(core: CoreProcess, *messages: Any) -> None:
    address = core.url.replace("http", "ws") + "/graphql"
    with connect(address, subprotocols=["graphql-transport-ws"], proxy=None) as socket:  # type: ignore[list-item]  # a plain text
        first = {"type": "connection_init", "payload": {"authorization": f"Bearer {core.token}"}}
        for message in (first, *messages):
            socket.send(message if isinstance(message, str) else json.dumps(message))
            try:
                socket.recv(timeout=3)
            except Exception:  # it may have been closed: that is an answer too
                return


def tour(core: CoreProcess) -> list[int]:
    """Requests with the word wherever it may stand."""
    statuses = []

    def ask(method: str, path: str, **more: Any) -> Any:
        answer = core.client.request(method, path, timeout=60, **more)
        statuses.append(answer.status_code)
        return answer

    def graphql(query: str, **variables: Any) -> None:
        ask("POST", "/graphql", json={"query": query, "variables": variables})

    made = ask("POST", "/v1/entities", json={"display_name": WORD, "tags": [WORD], "fields": {WORD: WORD}})
    entity = made.json()["entity_id"]
    ask("PATCH", f"/v1/entities/{entity}", json={"display_name": [WORD]})
    ask("PATCH", f"/v1/entities/{WORD}", json={"display_name": WORD}, headers={"If-Match": WORD})
    ask("GET", "/v1/entities", params=[("tag", WORD)] * 992)
    ask("GET", "/v1/entities", params={"q": WORD, "external_id": f"{WORD}:{WORD}", "cursor": WORD})
    ask("GET", "/v1/entities", params={"sort_by": WORD, WORD: WORD})
    ask("GET", f"/v1/relation-types/{WORD}%00")
    ask("GET", f"/{WORD}", headers={WORD: WORD, "Accept": WORD})
    ask(
        "POST",
        "/v1/entities",
        content=f'{{"display_name": "{WORD}',
        headers={"Content-Type": "application/json"},
    )
    ask(
        "POST",
        "/v1/entities",
        content=f'{{"{WORD}": {"[" * 5000}',
        headers={"Content-Type": "application/json"},
    )
    ask(
        "POST",
        "/v1/entities",
        json={"display_name": WORD, "external_ids": [{"namespace": "a", "value": WORD}]},
    )
    ask(
        "POST",
        "/v1/entities",
        json={"display_name": WORD, "external_ids": [{"namespace": "a", "value": WORD}]},
    )
    ask("POST", "/v1/entities", json={"display_name": WORD}, headers={"Idempotency-Key": WORD})
    ask("POST", "/v1/admin/field-defs", json={"field_key": WORD, "field_type": "string", "regex": f"({WORD}"})
    ask(
        "POST",
        "/v1/admin/field-defs",
        json={"field_key": WORD, "field_type": "integer", "unique": True, "indexed": True},
    )
    ask("POST", "/v1/entities", json={"display_name": WORD, "fields": {WORD: WORD}})
    meta = json.dumps({WORD: WORD, "user_metadata": {WORD: WORD}})
    ask(
        "POST",
        "/v1/assets/upload",
        files={"file": (WORD, WORD.encode()), "meta": (None, meta)},
        data={"kind": WORD},
    )
    ask("POST", "/v1/assets/upload", files={"file": (WORD, WORD.encode()), "meta": (None, f"{{{WORD}")})
    ask("PUT", f"/v1/assets/upload?filename={WORD}&{WORD}={WORD}", content=WORD.encode())
    graphql(f"{{ {WORD}: entities(tag: {json.dumps([WORD] * 992)}) {{ totalCount }} }}")
    graphql(f'{{ {WORD}: entity(entityId: "{WORD}") {{ {WORD}: id }} }}')
    graphql(f"{{ {WORD} }}")
    graphql(f'{{ entities(q: "{WORD}')
    graphql("query ($v: Int) { entities(first: $v) { totalCount } }", v=WORD)
    graphql(
        "mutation ($i: EntityCreate!) { createEntity(input: $i) { id } }", i={"displayName": [WORD], WORD: 1}
    )
    graphql('{ entities(after: "%s") { totalCount } }' % WORD)  # noqa: UP031  # braces all over
    subscribe = {"id": WORD, "type": "subscribe", "payload": {"query": f"{{ {WORD}: {WORD} }}"}}
    over_a_socket(core, subscribe, {"id": WORD, "type": WORD}, f'{{"{WORD}')
    statuses.append(httpx.get(f"{core.url}/v1/tokens", headers={"Host": WORD}, trust_env=False).status_code)
    return statuses


def test_no_value_of_a_user_reaches_a_log(tmp_path: Path) -> None:
    core = CoreProcess(tmp_path / "home")
    statuses = tour(core)
    assert {200, 201, 400, 404, 409, 421, 422} <= set(statuses)
    assert [status for status in statuses if status >= 500] == []
    core.signal(signal.SIGTERM)
    assert core.wait() == 0
    core.kill()
    files = [*(tmp_path / "home" / "logs").rglob("*"), tmp_path / "home.output"]
    lines = [line for file in files if file.is_file() for line in file.read_text().splitlines()]
    assert [line for line in lines if WORD in line] == []
    assert lines
