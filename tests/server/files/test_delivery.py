"""Downloads on real sockets: every rule of D11, on both roads that bytes take."""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import resource
import socket
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from email.parser import BytesParser
from pathlib import Path

import pytest
from byte_server import ByteServer

from faceforge_storage.objects.provider import StoredObject

DATA = random.Random(1).randbytes(3_000_000)
SIZE = len(DATA)
MADE, OLD = "Sat, 01 Jan 2022 00:00:30 GMT", "Sat, 01 Jan 2022 00:00:29 GMT"


def ask(
    core: ByteServer, path: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", core.port, timeout=30)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def open_files() -> set[str]:
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    return {link for link in links if "/assets/sha256/" in link}


def eventually_no_file_is_open() -> bool:
    for _ in range(3000):
        if not open_files():
            return True
        time.sleep(0.01)
    return False


READER = """
import socket, sys
client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=60)
client.sendall(b"GET /files/big HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nRange: bytes=3500000000-\\r\\n\\r\\n")
received, buffer, tail = 0, bytearray(1 << 20), b""
while count := client.recv_into(buffer):
    received, tail = received + count, (tail + buffer[max(0, count - 4) : count])[-4:]
print(received, tail.decode())
"""
"""A client in a process of its own, so that it does not take turns with the server."""


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=-1", SIZE - 1, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=1000-2500000", 1000, 2_500_001),
        (f"bytes=0-{SIZE * 2}", 0, SIZE),
    ],
)
def test_a_range_is_206_with_exactly_its_bytes(core: ByteServer, header: str, start: int, stop: int) -> None:
    core.put("a", DATA)
    status, headers, body = ask(core, "/files/a", {"Range": header})
    assert (status, body == DATA[start:stop]) == (206, True)
    assert headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert headers["content-length"] == str(stop - start)


def test_the_whole_file_comes_with_its_headers_and_head_equals_get(core: ByteServer) -> None:
    stored = core.put("naïve.txt", DATA, "text/plain")
    core.files["a"] = core.files["naïve.txt"]
    status, headers, body = ask(core, "/files/a")
    assert (status, hashlib.sha256(body).hexdigest()) == (200, stored.sha256)
    assert headers["etag"] == f'"{stored.sha256}"'
    assert headers["last-modified"] == MADE
    assert headers["accept-ranges"] == "bytes"
    assert headers["content-length"] == str(SIZE)
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert headers["content-disposition"] == "inline; filename=\"naive.txt\"; filename*=UTF-8''na%C3%AFve.txt"
    head_status, head_headers, head_body = ask(core, "/files/a", method="HEAD")
    del headers["date"], head_headers["date"]
    assert (head_status, head_headers, head_body) == (200, headers, b"")
    assert ask(core, "/files/a?disposition=attachment")[1]["content-disposition"].startswith("attachment")


def test_an_empty_file_is_a_file(core: ByteServer) -> None:
    core.put("empty", b"")
    status, headers, body = ask(core, "/files/empty")
    assert (status, headers["content-length"], body) == (200, "0", b"")


def test_past_the_end_is_416_with_the_size(core: ByteServer) -> None:
    core.put("a", DATA)
    status, headers, body = ask(core, "/files/a", {"Range": f"bytes={SIZE}-"})
    assert (status, headers["content-range"]) == (416, f"bytes */{SIZE}")
    assert b"range_not_satisfiable" in body


def test_several_ranges_come_as_parts_with_their_places(core: ByteServer) -> None:
    core.put("a", DATA, "image/png")
    status, headers, body = ask(core, "/files/a", {"Range": "bytes=2000000-2999999,0-9,-5,5-14,1000-1000"})
    assert status == 206
    assert headers["content-length"] == str(len(body))
    message = BytesParser().parsebytes(f"Content-Type: {headers['content-type']}\r\n\r\n".encode() + body)
    assert message.get_content_type() == "multipart/byteranges"
    parts = message.get_payload()
    assert isinstance(parts, list)
    found = {part["Content-Range"]: part.get_payload(decode=True) for part in parts}
    assert found == {
        f"bytes {start}-{stop - 1}/{SIZE}": DATA[start:stop]
        for start, stop in ((2_000_000, SIZE), (0, 15), (1000, 1001))
    }
    assert {part.get_content_type() for part in parts} == {"image/png"}


def test_conditions_are_answered_without_bytes(core: ByteServer) -> None:
    tag = f'"{core.put("a", DATA).sha256}"'
    status, headers, body = ask(core, "/files/a", {"If-None-Match": tag})
    assert (status, headers["etag"], body) == (304, tag, b"")
    assert "content-length" not in headers
    status, _, body = ask(core, "/files/a", {"If-Match": '"other"'})
    assert (status, b"version_conflict" in body) == (412, True)


def test_a_resume_gets_the_rest_or_the_whole_of_a_changed_file(core: ByteServer) -> None:
    tag = f'"{core.put("a", DATA).sha256}"'
    for given, status, expected in ((tag, 206, DATA[1_000_000:]), ('"old"', 200, DATA)):
        answer = ask(core, "/files/a", {"Range": "bytes=1000000-", "If-Range": given})
        assert (answer[0], answer[2] == expected) == (status, True)


def test_the_date_serves_as_well_as_the_tag(core: ByteServer) -> None:
    core.put("a", DATA)
    for headers, expected in (
        ({"If-Modified-Since": MADE}, 304),
        ({"If-Modified-Since": OLD}, 200),
        ({"If-Unmodified-Since": OLD}, 412),
        ({"If-Range": MADE, "Range": "bytes=0-0"}, 206),
        ({"If-Range": OLD, "Range": "bytes=0-0"}, 200),
        ({"Range": "bytes=0-1,2000000-"}, 206),
    ):
        status, answered, _ = ask(core, "/files/a", headers)
        assert (status, answered["last-modified"]) == (expected, MADE), headers


def test_one_connection_carries_many_answers(core: ByteServer) -> None:
    core.put("a", DATA)
    connection = http.client.HTTPConnection("127.0.0.1", core.port, timeout=30)
    for start in range(0, SIZE, 300_000):
        connection.request("GET", "/files/a", headers={"Range": f"bytes={start}-{start + 299_999}"})
        answer = connection.getresponse()
        assert answer.read() == DATA[start : start + 300_000]
        connection.request("HEAD", "/files/a")
        assert connection.getresponse().read() == b""
    connection.close()


def test_pipelined_requests_are_answered_in_order(core: ByteServer) -> None:
    core.put("a", DATA)
    with socket.create_connection(("127.0.0.1", core.port), timeout=30) as client:
        request = "GET /files/a HTTP/1.1\r\nHost: x\r\nRange: bytes={}-{}\r\n{}\r\n"
        client.sendall(
            (request.format(0, 999_999, "") + request.format(5, 9, "Connection: close\r\n")).encode()
        )
        received = b""
        while piece := client.recv(1 << 20):
            received += piece
    first, second = received.split(b"\r\n\r\n", 1)[1], received.rsplit(b"\r\n\r\n", 1)[1]
    assert first[:1_000_000] == DATA[:1_000_000]
    assert second == DATA[5:10]


def test_missing_or_damaged_bytes_are_told_before_any_header(core: ByteServer) -> None:
    stored = core.put("a", DATA)
    core.provider.path(stored).unlink()
    status, _, body = ask(core, "/files/a")
    assert (status, b"unavailable" in body) == (503, True)
    core.provider.path(stored).write_bytes(b"short")
    for method in ("GET", "HEAD"):
        assert ask(core, "/files/a", method=method)[0] == 500
    assert eventually_no_file_is_open()


def test_a_client_that_leaves_keeps_no_file_open_and_is_no_error(core: ByteServer, errors: list[str]) -> None:
    core.put("a", os.urandom(40_000_000))
    for number in range(10):
        client = socket.create_connection(("127.0.0.1", core.port))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asked = b"Range: bytes=0-10,1000-\r\n" if number % 3 else b""
        client.sendall(b"GET /files/a HTTP/1.1\r\nHost: x\r\n" + asked + b"\r\n")
        client.recv(1000)
        assert open_files()
        if number % 2:  # a reset instead of an orderly end
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    assert eventually_no_file_is_open()
    assert errors == []
    assert ask(core, "/files/a", {"Range": "bytes=0-0"})[0] == 206


def test_a_file_that_shrinks_while_it_is_sent_is_cut_not_completed(
    core: ByteServer, errors: list[str]
) -> None:
    stored = core.put("a", os.urandom(40_000_000))
    with socket.create_connection(("127.0.0.1", core.port), timeout=30) as client:
        client.sendall(b"GET /files/a HTTP/1.1\r\nHost: x\r\n\r\n")
        received = len(client.recv(1000))
        path = core.provider.path(stored)
        path.chmod(0o600)
        os.truncate(path, 20_000_000)
        try:
            while piece := client.recv(1 << 20):
                received += len(piece)
        except ConnectionResetError:
            pass
    assert received < 39_000_000
    assert eventually_no_file_is_open()
    assert errors


def test_where_the_system_has_no_sendfile_the_bytes_are_read(
    core: ByteServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sendfile")
    core.put("a", DATA)
    assert ask(core, "/files/a")[2] == DATA
    assert ask(core, "/files/a", {"Range": "bytes=100-2999990"})[2] == DATA[100:2_999_991]


def test_many_clients_at_once_get_their_own_bytes(core: ByteServer) -> None:
    core.put("a", DATA)

    def fetch(number: int) -> bool:
        start = number * 1000
        return ask(core, "/files/a", {"Range": f"bytes={start}-"})[2] == DATA[start:]

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(fetch, range(60)))


@pytest.mark.alone
def test_a_file_of_five_gigabytes_passes_in_constant_memory(core: ByteServer) -> None:
    """From below the 32-bit border to the end, so that the test stays short."""
    size = 5 * 1024**3
    digest = "ab" * 32
    stored = StoredObject(digest, size, "filesystem", "", f"sha256/ab/ab/{digest}")
    path = core.provider.path(stored)
    path.parent.mkdir(parents=True)
    with path.open("wb") as sparse:
        sparse.truncate(size)
        sparse.seek(size - 4)
        sparse.write(b"last")
    core.files["big"] = (stored, "application/octet-stream", "big.bin")
    assert ask(core, "/files/big", {"Range": "bytes=-4"})[2] == b"last"
    assert ask(core, "/files/big", {"Range": f"bytes={size - 4}-{size}"})[2] == b"last"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reader = subprocess.run([sys.executable, "-c", READER, str(core.port)], capture_output=True, check=True)
    received, tail = reader.stdout.split()
    assert 0 < int(received) - (size - 3_500_000_000) < 2000
    assert tail == b"last"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024
