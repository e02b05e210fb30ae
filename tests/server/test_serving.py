"""Core starts plainly, is alone on its home and its port, and stops well."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from core_process import CoreProcess, run

from faceforge_server.http.sockets import listen


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    """One for all tests that do not end it."""
    started = CoreProcess(tmp_path_factory.mktemp("standing") / "home")
    yield started
    started.kill()


@pytest.fixture
def core(tmp_path: Path) -> Iterator[CoreProcess]:
    started = CoreProcess(tmp_path / "home")
    yield started
    started.kill()


def test_every_start_says_where_it_is_and_how_to_sign_in(tmp_path: Path) -> None:
    for _ in ("first", "second"):
        core = CoreProcess(tmp_path / "home")
        printed = core.terminal()
        assert core.url in printed
        assert str(core.home.root) in printed
        assert f"dev.py token --home {core.home.root}\n" in printed
        assert f"dev.py token link --home {core.home.root}\n" in printed
        assert printed.count(f"{core.url}/sign-in/") == 1
        assert core.token not in printed
        core.signal(signal.SIGTERM)
        assert core.wait() == 0
        core.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_what_is_running_and_ends_with_0(core: CoreProcess, number: int) -> None:
    """An upload of which half has arrived when the signal comes is taken to its end."""
    size = 1 << 20
    answers: list[httpx.Response] = []

    def body() -> Iterator[bytes]:
        yield b"x" * (size // 2)
        begun.set()
        signalled.wait(10)
        time.sleep(0.3)
        yield b"y" * (size // 2)

    def upload() -> None:
        answers.append(core.client.put("/v1/assets/upload?filename=half.bin", content=body()))

    begun, signalled = threading.Event(), threading.Event()
    uploading = threading.Thread(target=upload)
    uploading.start()
    assert begun.wait(10)
    core.signal(number)
    signalled.set()
    uploading.join()
    assert core.wait() == 0
    assert answers[0].status_code == 201
    assert answers[0].json()["size_bytes"] == size


def test_an_idle_connection_does_not_hold_a_stop(core: CoreProcess) -> None:
    host, port = core.home.read_ports()["core_host"], core.home.read_ports()["core_port"]
    with socket.create_connection((host, port)):
        core.signal(signal.SIGTERM)
        assert core.wait() == 0


def test_a_request_that_never_ends_holds_a_stop_only_for_a_time(tmp_path: Path) -> None:
    config = tmp_path / "home" / "config" / "core.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"limits": {"shutdown_seconds": 1}}')
    core = CoreProcess(tmp_path / "home")
    ports = core.home.read_ports()
    with socket.create_connection((ports["core_host"], ports["core_port"])) as stuck:
        head = f"PUT /v1/assets/upload HTTP/1.1\r\nHost: 127.0.0.1:{ports['core_port']}\r\n"
        stuck.sendall(
            f"{head}Authorization: Bearer {core.token}\r\nContent-Length: 1000\r\n\r\nhalf".encode()
        )
        time.sleep(0.3)
        core.signal(signal.SIGTERM)
        assert core.wait() == 0
    core.kill()


def test_a_second_core_on_the_home_is_refused_and_the_first_goes_on(standing: CoreProcess) -> None:
    refused = run("serve", "--port", "0", home=standing.home.root)
    assert refused.returncode == 1
    assert f"already running on the data directory {standing.home.root}" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert standing.client.get("/healthz").status_code == 200


def test_a_core_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    first = CoreProcess(tmp_path / "home")
    made = first.client.post("/v1/entities", json={"display_name": "Ann"}).json()
    first.kill()
    second = CoreProcess(tmp_path / "home")
    assert second.client.get(f"/v1/entities/{made['entity_id']}").json() == made
    second.kill()


def test_a_busy_port_is_said_plainly(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        refused = run("serve", "--port", port, home=tmp_path / "home")
        assert refused.returncode == 1
        assert f"Port {port} of 127.0.0.1 is busy" in refused.stderr
        assert "--auto-port" in refused.stderr
        assert "Traceback" not in refused.stderr
        core = CoreProcess(tmp_path / "home", "--port", port, "--auto-port")
        assert core.home.read_ports()["core_port"] != int(port)
        assert core.client.get("/healthz").status_code == 200
        core.kill()


def test_settings_that_cannot_be_used_are_said_plainly(tmp_path: Path) -> None:
    config = tmp_path / "home" / "config" / "core.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"network": {"core_port": "many"}}))
    refused = run("serve", home=tmp_path / "home")
    assert refused.returncode == 1
    assert "network.core_port" in refused.stderr
    assert str(config) in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_guards_stand_before_everything(standing: CoreProcess) -> None:
    assert (
        httpx.get(f"{standing.url}/healthz", headers={"Host": "evil.test"}, trust_env=False).status_code
        == 421
    )
    foreign = standing.client.post(
        "/v1/entities", json={"display_name": "x"}, headers={"Origin": "http://evil.test"}
    )
    assert foreign.status_code == 403
    assert foreign.json()["code"] == "foreign_origin"


@pytest.mark.parametrize("path", ["/sign-in", "/docs", "/redoc", "/healthz", "/graphql", "/ui/nothing"])
@pytest.mark.parametrize("headers", [{"Authorization": "Bearer ff_stale"}, {"X-FaceForge-Token": "ff_stale"}])
def test_a_stale_token_closes_nothing_that_is_open_to_all(
    standing: CoreProcess, path: str, headers: dict[str, str]
) -> None:
    asked = {"Accept": "text/html, application/json"}
    with httpx.Client(base_url=standing.url, headers=asked, trust_env=False) as stranger:
        without, answer = stranger.get(path), stranger.get(path, headers=headers)
    assert answer.status_code == without.status_code == (404 if path == "/ui/nothing" else 200)
    if answer.status_code == 200:
        assert answer.content == without.content


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/entities", "GET, HEAD, POST"),
        ("POST", f"/v1/entities/{'0' * 64}", "DELETE, GET, HEAD, PATCH"),
        ("DELETE", f"/v1/assets/{'0' * 64}/download", "GET, HEAD"),
        ("OPTIONS", "/v1/assets/upload", "POST, PUT"),
        ("POST", "/healthz", "GET, HEAD"),
        ("DELETE", "/graphql", "GET, HEAD, POST"),
    ],
)
def test_a_method_that_is_not_taken_is_told_all_that_are(
    standing: CoreProcess, method: str, path: str, allowed: str
) -> None:
    answer = standing.client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    body = answer.json()
    said = body["errors"][0]["extensions"] if path == "/graphql" else body
    assert said["hint"] == f"Use {allowed}."


def test_wrong_tokens_are_slowed_and_a_valid_one_works_meanwhile(standing: CoreProcess) -> None:
    wrong = {"Authorization": "Bearer ff_wrong"}
    codes = [standing.client.get("/v1/entities", headers=wrong).status_code for _ in range(15)]
    assert codes[:10] == [401] * 10
    assert codes[-1] == 429
    assert standing.client.get("/v1/entities").status_code == 200


def test_no_token_reaches_the_log(core: CoreProcess) -> None:
    core.client.get(f"/v1/entities?q={core.token}&unknown={core.token}")
    core.client.post("/graphql", json={"query": f'{{ nothing(x: "{core.token}") }}'})
    core.client.get("/v1/entities", headers={"Authorization": f"Bearer {core.token}x"})
    core.signal(signal.SIGTERM)
    core.wait()
    assert core.token not in core.log() + core.terminal()


def test_nothing_is_left_behind_on_a_stop(core: CoreProcess) -> None:
    core.signal(signal.SIGTERM)
    core.wait()
    assert list((core.home.root / "tmp").iterdir()) == []
    assert not list((core.home.root / "db").glob("*-wal"))
