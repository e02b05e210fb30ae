"""Downloads from a real Core: files beyond 4 GiB in constant memory, no handle left, HEAD the same as GET (D11)."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from core_process import SECONDS, CoreProcess
from stored import digest, put

from faceforge_storage import assets as rows
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.migrate import migrate
from faceforge_storage.home.home import open_home

GIB = 2**30
SIZE = 5 * GIB
MARKS = {0: b"at first", 2 * GIB - 4: b"over 2 G", 4 * GIB - 4: b"over 4 G", SIZE - 8: b"at last!"}
HASH = "5" * 64
"""Not its real hash, which takes long to count and which no download looks at."""
MEMORY = 48 * 2**20
"""More than a download may need, and far less than the file has."""
CONTENT = bytes(range(256)) * 4000


class BigFile:
    """A Core with an asset of 5 GiB, most of which takes no place on the disk. Nothing reads it but downloads."""

    def __init__(self, root: Path) -> None:
        (root / "config").mkdir(parents=True)
        (root / "config" / "core.json").write_text('{"reading": {"workers": 0}}')
        home, _ = open_home(root)
        migrate(home.database_file, home.backups_dir)
        key = f"sha256/{HASH[:2]}/{HASH[2:4]}/{HASH}"
        file = home.assets_dir / key
        file.parent.mkdir(parents=True)
        with file.open("wb") as sparse:
            for place, mark in MARKS.items():
                sparse.seek(place)
                sparse.write(mark)

        def work(tx: Write) -> str:
            stored = {"sha256": HASH, "size_bytes": SIZE, "provider": "filesystem", "bucket": "", "key": key}
            rows.add_objects(tx, [(stored, {"blake3": "0" * 64})])
            about = {"kind": "file", "filename": "big.bin", "mime_type": "application/octet-stream"}
            return str(rows.create(tx, [{**about, "size_bytes": SIZE, "content_hash": HASH}])[0].id)

        database = Database(home.database_file)
        self.path = f"/v1/assets/{database.writing('test', 'big', work)}/download"
        database.close()
        self.core = CoreProcess(root)
        self.core.client.timeout = 60
        self.process = psutil.Process(self.core.process.pid)

    def connect(self, method: str = "GET", **headers: str) -> tuple[socket.socket, bytes, bytes]:
        """A connection that has asked, the head of the answer, and what came of the body with it."""
        ports = self.core.home.read_ports()
        client = socket.create_connection((ports["core_host"], ports["core_port"]), timeout=SECONDS)
        sent = {"Host": f"{ports['core_host']}:{ports['core_port']}", "Connection": "close", **headers}
        sent["Authorization"] = f"Bearer {self.core.token}"
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in sent.items())
        client.sendall(f"{method} {self.path} HTTP/1.1\r\n{lines}\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += client.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        return client, head, body

    def handles(self) -> int:
        return int(self.process.num_fds() if hasattr(self.process, "num_fds") else self.process.num_handles())

    def open_objects(self) -> int:
        """How many handles of stored files the server holds."""
        return sum(str(self.core.home.assets_dir) in each.path for each in self.process.open_files())


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BigFile]:
    file = BigFile(tmp_path_factory.mktemp("big") / "home")
    yield file
    file.core.kill()


def test_five_gibibytes_come_whole_and_in_constant_memory(big: BigFile) -> None:
    big.core.client.get(big.path, headers={"Range": "bytes=0-0"})  # what is loaded once is loaded now
    before = most = big.process.memory_info().rss
    client, head, body = big.connect()
    assert head.startswith(b"HTTP/1.1 200")
    assert f"content-length: {SIZE}\r\n".encode() in head.lower() + b"\r\n"
    buffer, empty = memoryview(bytearray(1 << 20)), bytes(1 << 20)
    marks: list[tuple[int, bytes]] = []
    position, look = 0, 0
    tail = b""

    def take(piece: bytes) -> None:
        """Notes what is not zero, with eight bytes of what came before, so that no mark is cut."""
        nonlocal position, tail
        if tail.strip(b"\0") or piece != empty[: len(piece)]:
            together, start = tail + piece, position - len(tail)
            marks.extend((start + at, mark) for mark in MARKS.values() if (at := together.find(mark)) >= 0)
        position += len(piece)
        tail = (tail + piece[-8:])[-8:]

    take(body)
    while count := client.recv_into(buffer):
        take(bytes(buffer[:count]))
        if position > look:
            look = position + GIB // 4
            most = max(most, big.process.memory_info().rss)
    client.close()
    assert position == SIZE
    assert dict(marks) == MARKS
    assert most - before < MEMORY


@pytest.mark.parametrize(
    ("asked", "status", "place", "content"),
    [
        ("bytes=0-0", 206, f"bytes 0-0/{SIZE}", b"a"),
        ("bytes=-1", 206, f"bytes {SIZE - 1}-{SIZE - 1}/{SIZE}", b"!"),
        (f"bytes={SIZE - 1}-", 206, f"bytes {SIZE - 1}-{SIZE - 1}/{SIZE}", b"!"),
        (f"bytes={SIZE - 8}-{SIZE * 2}", 206, f"bytes {SIZE - 8}-{SIZE - 1}/{SIZE}", b"at last!"),
        (f"bytes={2 * GIB - 4}-{2 * GIB + 3}", 206, f"bytes {2 * GIB - 4}-{2 * GIB + 3}/{SIZE}", b"over 2 G"),
        (f"bytes={4 * GIB - 4}-{4 * GIB + 3}", 206, f"bytes {4 * GIB - 4}-{4 * GIB + 3}/{SIZE}", b"over 4 G"),
        (f"bytes={SIZE}-", 416, f"bytes */{SIZE}", None),
        ("bytes=-0", 416, f"bytes */{SIZE}", None),
    ],
)
def test_a_range_of_a_file_beyond_4_gib(
    big: BigFile, asked: str, status: int, place: str, content: bytes | None
) -> None:
    answer = big.core.client.get(big.path, headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (status, place)
    if content is not None:
        assert answer.content == content


def test_several_ranges_come_as_parts(big: BigFile) -> None:
    answer = big.core.client.get(big.path, headers={"Range": f"bytes=0-7,{4 * GIB - 4}-{4 * GIB + 3},-8"})
    assert answer.status_code == 206
    boundary = answer.headers["content-type"].removeprefix("multipart/byteranges; boundary=")
    parts = answer.content.split(f"--{boundary}".encode())
    assert [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts[1:-1]] == [
        b"at first",
        b"over 4 G",
        b"at last!",
    ]


def test_a_download_that_is_left_holds_no_handle(big: BigFile) -> None:
    handles = big.handles()
    clients = [big.connect()[0] for _ in range(20)]
    assert big.open_objects() == len(clients)
    for number, client in enumerate(clients):
        if number % 2:  # half of them go without a word, half in the middle of reading
            client.recv(100_000)
        client.close()
    end = time.monotonic() + SECONDS
    while big.open_objects() and time.monotonic() < end:
        time.sleep(0.02)
    assert big.open_objects() == 0
    while big.handles() > handles + 2 and time.monotonic() < end:  # their connections go a moment later
        time.sleep(0.02)
    assert big.handles() <= handles + 2  # a database reader may have come
    assert big.core.client.get("/healthz").status_code == 200
    assert "Traceback" not in big.core.log() + big.core.terminal()


def lasting(answer: httpx.Response) -> dict[str, str]:
    """The headers, without what differs from answer to answer."""
    return {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}


CONDITIONS: list[dict[str, str]] = [
    {},
    {"Range": "bytes=0-0"},
    {"Range": "bytes=-5"},
    {"Range": "bytes=5-"},
    {"Range": "bytes=0-1,5-6"},
    {"Range": "bytes=9999999-"},
    {"Range": "lines=1-2"},
    {"If-None-Match": "*"},
    {"If-None-Match": '"another"'},
    {"If-Match": '"another"'},
    {"If-Range": '"another"', "Range": "bytes=0-0"},
]


@pytest.mark.parametrize("headers", CONDITIONS, ids=str)
def test_head_tells_what_get_would(standing: CoreProcess, headers: dict[str, str]) -> None:
    made = put(standing.client, CONTENT, "small.bin").json()
    path = f"/v1/assets/{made['asset_id']}/download"
    # RFC 9110, 14.2: Range has a meaning for GET only, and is ignored with any other method.
    whole = {name: value for name, value in headers.items() if name not in ("Range", "If-Range")}
    got, response = standing.client.get(path, headers=whole), standing.client.head(path, headers=headers)
    assert response.status_code == got.status_code
    assert lasting(response) == lasting(got)
    assert response.content == b""
    assert got.status_code != 200 or got.content == CONTENT


def test_if_range_with_the_present_tag_gives_the_part(standing: CoreProcess) -> None:
    made = put(standing.client, CONTENT, "small.bin").json()
    path = f"/v1/assets/{made['asset_id']}/download"
    tag = standing.client.head(path).headers["etag"]
    assert digest(CONTENT) in tag
    part = standing.client.get(path, headers={"If-Range": tag, "Range": "bytes=256-511"})
    assert (part.status_code, part.content) == (206, bytes(range(256)))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_a_download_that_is_running(tmp_path: Path, number: int) -> None:
    core = CoreProcess(tmp_path / "home")
    content = CONTENT * 40
    made = put(core.client, content, "running.bin").json()
    received: list[Any] = []
    with core.client.stream("GET", f"/v1/assets/{made['asset_id']}/download") as answer:
        pieces = answer.iter_bytes(65536)
        received.append(next(pieces))
        core.signal(number)
        time.sleep(0.5)
        received += pieces
    assert digest(b"".join(received)) == digest(content)
    assert core.wait() == 0
    core.kill()


def test_many_readers_at_once_have_each_the_whole(standing: CoreProcess) -> None:
    made = put(standing.client, CONTENT, "small.bin").json()
    wrong: list[int] = []

    def read(number: int) -> None:
        with httpx.Client(headers=standing.client.headers, trust_env=False, timeout=SECONDS) as client:
            for _ in range(5):
                answer = client.get(f"{standing.url}/v1/assets/{made['asset_id']}/download")
                if answer.content != CONTENT:
                    wrong.append(number)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
