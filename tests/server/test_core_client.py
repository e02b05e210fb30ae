"""A command finds the Core of its home, waits for it a while, and tells its token to nobody else."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from core_process import SECONDS, CoreProcess, run

from faceforge_server import core_client
from faceforge_server.core_client import core_of
from faceforge_storage.errors import CannotStart
from faceforge_storage.home.home import Home, open_home
from faceforge_storage.home.lock import HomeLock
from faceforge_storage.home.settings import Settings

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
FOREIGN = {
    "another Core": JSON + b'{"status": "ok", "instance_id": "another"}',
    "no Core": JSON + b'{"items": [], "next_cursor": null}',
    "JSON of another shape": JSON + b"[1]",
    "a page": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>",
    "an error": b"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n",
    "no HTTP": b"220 mail.example ESMTP\r\n",
    "nothing": b"",
}


class Listener:
    """A program that has the port a Core once had: it answers the same to all, and keeps what it was sent."""

    def __init__(self, answer: bytes) -> None:
        self.heard, self.answer = b"", answer
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self.socket.accept()
            with connection:
                heard = connection.recv(65536)
                if not heard:
                    return
                self.heard += heard
                connection.sendall(self.answer)

    def close(self) -> None:
        socket.create_connection(self.socket.getsockname()).close()
        self.thread.join()
        self.socket.close()


@pytest.fixture(params=FOREIGN)
def listener(request: pytest.FixtureRequest) -> Iterator[Listener]:
    made = Listener(FOREIGN[request.param])
    yield made
    made.close()


@pytest.mark.parametrize("instance", [{}, {"instance_id": "of an earlier run"}], ids=["unnamed", "named"])
def test_a_program_on_the_port_of_an_earlier_core_is_told_no_token(
    home: Home,
    settings: Settings,
    listener: Listener,
    instance: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(core_client, "PATIENCE", 1)
    home.write_ports({"url": listener.url, **instance})
    with HomeLock(home), pytest.raises(CannotStart, match="does not answer"), core_of(home, settings) as ask:
        ask("GET", "/v1/tokens")
    assert b"GET /healthz" in listener.heard
    assert b"authorization" not in listener.heard.lower()
    assert settings.auth.install_token.get_secret_value().encode() not in listener.heard


def test_commands_at_once_wait_for_each_other(tmp_path: Path) -> None:
    home = tmp_path / "home"
    open_home(home)
    program = f"from faceforge_server import cli, core_client\ncore_client.PATIENCE = {SECONDS}\ncli.main()"
    words = ["token", "create", "--permission", "assets:read", "--home", str(home), "--name"]
    started = [
        subprocess.Popen([sys.executable, "-c", program, *words, name], stdout=subprocess.PIPE, text=True)
        for name in "abc"
    ]
    made = [each.communicate(timeout=SECONDS)[0] for each in started]
    assert [each.returncode for each in started] == [0, 0, 0]
    assert len({each for each in made if each.startswith("ff_")}) == 3
    listed = run("token", "list", home=home).stdout.splitlines()
    assert [each.split("\t")[0] for each in listed] == ["a", "b", "c"]


def test_where_core_listens_is_told_with_the_id_of_its_run(tmp_path: Path) -> None:
    core = CoreProcess(tmp_path / "home")
    assert core.home.read_ports()["instance_id"] == core.client.get("/healthz").json()["instance_id"]
    core.kill()
