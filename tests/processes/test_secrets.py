"""After a run in which everything happens that can, no token is in any log (S4)."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from core_process import CoreProcess, run
from stored import put
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect


def socket_of(core: CoreProcess, token: str) -> None:
    """A session over the WebSocket, with a good or a bad token."""
    address = core.url.replace("http", "ws") + "/graphql"
    first = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
    ask = {
        "id": "1",
        "type": "subscribe",
        "payload": {"query": f'{{ entity(entityId: "{token}") {{ id }} }}'},
    }
    try:
        with connect(address, subprotocols=["graphql-transport-ws"], proxy=None) as session:  # type: ignore[list-item]  # a plain text
            session.send(json.dumps(first))
            session.recv(timeout=5)
            session.send(json.dumps(ask))
            session.recv(timeout=5)
    except (WebSocketException, TimeoutError):
        return


def tour(core: CoreProcess, secret: str) -> list[int]:
    """Requests that carry a secret wherever a person or a program may put it, right or wrong."""
    client, statuses = core.client, []

    def ask(method: str, path: str, **more: Any) -> None:
        statuses.append(client.request(method, path, **more).status_code)

    ask("GET", f"/v1/entities?q={secret}")
    ask("GET", f"/v1/entities?token={secret}")
    ask("GET", f"/v1/entities/{secret}")
    ask("GET", f"/{secret}")
    ask("PATCH", f"/v1/{secret}", json={secret: secret})
    ask("POST", "/v1/entities", json={"display_name": "x", secret: secret})
    ask("POST", "/v1/entities", content=f'{{"{secret}"')
    ask("POST", "/v1/entities", json={"display_name": "x"}, headers={"Idempotency-Key": secret})
    ask("POST", "/graphql", json={"query": f'{{ entity(entityId: "{secret}") {{ id }} }}'})
    ask("POST", "/graphql", json={"query": f"{{ {secret.replace('-', '_')} }}"})
    ask("POST", "/graphql", json={"query": secret, "variables": {"x": secret}})
    ask("POST", "/v1/assets/upload", data={"filename": secret, "sha256": secret}, files={"file": ("x", b"x")})
    ask(
        "POST",
        "/v1/assets/upload",
        content=secret,
        headers={"Content-Type": f"multipart/form-data; {secret}"},
    )
    ask("PUT", f"/v1/assets/upload?filename={secret}&sha256={secret}", content=b"x")
    for headers in (
        {"Authorization": f"Bearer {secret}"},
        {"Authorization": f"Bearer {secret}x"},
        {"Authorization": f"Basic {secret}"},
        {"Authorization": secret},
        {"X-FaceForge-Token": secret},
        {"Cookie": f"token={secret}"},
        {"X-Request-Id": secret},
        {"Host": secret},
        {"Origin": f"http://{secret}"},
        {"Range": secret},
    ):
        statuses.append(httpx.get(f"{core.url}/v1/tokens", headers=headers, trust_env=False).status_code)
    socket_of(core, secret)
    socket_of(core, f"{secret}x")
    return statuses


def test_no_secret_reaches_a_log(tmp_path: Path) -> None:
    core = CoreProcess(tmp_path / "home")
    new = {"name": "limited", "permissions": ["entities:read"]}
    made = core.client.post("/v1/tokens", json=new).raise_for_status().json()
    by_command = run(
        "token", "create", "--name", "second", "--permission", "assets:read", home=core.home.root
    )
    asset = put(core.client, b"signed", "signed.txt").json()
    signed = core.client.post(f"/v1/assets/{asset['asset_id']}/signed-url").raise_for_status().json()["url"]
    [signature] = parse_qs(urlsplit(signed).query)["signature"]
    for address in (signed, signed + "0", signed.replace("signature=", "signature=0")):
        httpx.get(address, trust_env=False)
    secrets = [core.token, made["secret"], by_command.stdout.strip(), signature]
    statuses = [status for secret in secrets for status in tour(core, secret)]
    assert {200, 401, 404, 421, 422} <= set(statuses)
    assert not [status for status in statuses if status >= 500]
    rotated = run("token", "rotate", home=core.home.root).stdout.strip()
    core.signal(signal.SIGTERM)
    assert core.wait() == 0
    core.kill()

    (tmp_path / "home" / "config" / "core.json").write_text(
        json.dumps({"auth": {"install_token": f"{rotated}{rotated[3:]}"}, "misspelt": "a warning"})
    )
    second = CoreProcess(tmp_path / "home")  # a longer token of a person's own making is no exception
    tour(second, second.token)
    second.client.get("/v1/system/info").raise_for_status()
    second.signal(signal.SIGTERM)
    assert second.wait() == 0
    second.kill()

    files = [*(tmp_path / "home" / "logs").rglob("*"), tmp_path / "home.output"]
    logged = "".join(file.read_text() for file in files if file.is_file())
    assert "WARNING" in logged
    everything = [*secrets, rotated, second.token]
    assert all(len(secret) > 30 for secret in everything)
    assert [secret for secret in everything if secret in logged or secret[5:35] in logged] == []
