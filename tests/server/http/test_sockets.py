"""The port is ours alone, and when it cannot be had a person learns why and what to do."""

from __future__ import annotations

import socket

import pytest

from faceforge_server.http.sockets import listen, web_address
from faceforge_storage.errors import CannotStart


def test_a_busy_port_is_said_plainly() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} of 127.0.0.1 is busy") as refused:
            listen("127.0.0.1", port)
    assert "--auto-port" in refused.value.hint


def test_another_port_is_taken_only_when_asked() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with listen("127.0.0.1", port, any_free_port=True) as second:
            assert second.getsockname()[1] not in (0, port)


def test_a_free_port_is_taken_as_asked_also_with_auto_port() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
    with listen("127.0.0.1", port, any_free_port=True) as again:
        assert again.getsockname()[1] == port


def test_a_port_is_free_again_while_old_connections_fade() -> None:
    first = listen("127.0.0.1", 0)
    port = first.getsockname()[1]
    client = socket.create_connection(("127.0.0.1", port))
    served, _ = first.accept()
    served.close()
    first.close()
    client.close()
    listen("127.0.0.1", port).close()


@pytest.mark.parametrize("host", ["192.0.2.1", "no..name", "x" * 70])
def test_an_address_that_is_not_ours_is_said_plainly(host: str) -> None:
    with pytest.raises(CannotStart, match=host) as refused:
        listen(host, 0)
    assert "--host" in refused.value.hint


@pytest.mark.parametrize("port", [-1, 65536, 99999, 2**64])
def test_a_port_that_there_is_not_is_said_plainly(port: int) -> None:
    for any_free_port in (False, True):
        with pytest.raises(CannotStart, match=f"no port {port}") as refused:
            listen("127.0.0.1", port, any_free_port=any_free_port)
        assert "--port" in refused.value.hint


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")])
def test_the_address_shown_opens_in_a_browser_of_this_machine(host: str, shown: str) -> None:
    with listen(host, 0) as bound:
        assert web_address(bound) == f"http://{shown}:{bound.getsockname()[1]}"
        socket.create_connection((shown, bound.getsockname()[1])).close()
