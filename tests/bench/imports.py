"""A folder brought in by a real Core, beside `sha256sum`, `cp -r` and `sync` of the same: time, memory, requests.

`dev.py bench imports` takes a small folder; `.venv/bin/python tests/bench/imports.py --small 100000 --large 50` what
people have. `--keep DIR` keeps the folder that is brought in, and finds it again. Needs Linux, whose `/proc` is asked.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from generated_folder import make_large, make_small
from servers import Client, free_port, new_home, running_core

from faceforge_storage.home.atomic import write_json
from faceforge_storage.words import bytes as size_in_words
from faceforge_storage.words import count, duration

MB = 1_000_000
PATIENCE = 3 * 3600
ENDED = ("succeeded", "failed", "cancelled")
PACE = 0.02
"""Seconds between two requests of the one who looks at pages meanwhile."""
IDLE_SECONDS = 8
ROOM = 2.2
"""How many times the files must find room: as they are, and as a copy, of `cp` or of Core; and its database."""


@dataclass
class Folder:
    """What is brought in."""

    path: Path
    files: int
    size: int


class Visitor:
    """Somebody who asks for an entity and a page of entities all the while, and never gets a kept answer."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self.taken: list[float] = []
        self.over = threading.Event()

    def look(self) -> None:
        with Client(self.port, self.token) as client:
            first = json.loads(client.ask(client.prepare("GET", "/v1/entities?limit=1")).body)["items"][0]
            paths = (f"/v1/entities/{first['entity_id']}", "/v1/entities?limit=50")
            asked = [client.prepare("GET", path) for path in paths]
            while not self.over.wait(PACE):
                begun = time.perf_counter()
                client.ask_anew(asked[len(self.taken) % 2])
                self.taken.append(time.perf_counter() - begun)

    @contextmanager
    def there(self) -> Iterator[None]:
        """Looks as long as this lasts."""
        self.taken.clear()
        self.over.clear()
        thread = threading.Thread(target=self.look)
        thread.start()
        try:
            yield
        finally:
            self.over.set()
            thread.join()

    def p95(self) -> float:
        return statistics.quantiles(self.taken, n=20)[-1] * 1000


def folders(place: Path, small: int, large: int, size: int) -> Iterator[tuple[str, Folder]]:
    """Makes the folders, or finds those that an earlier run has kept."""
    for name, files, make in (
        ("small", small, lambda path: make_small(path, small)),
        ("large", large, lambda path: make_large(path, large, size * MB)),
    ):
        path, told = place / f"{name}-{files}", place / f"{name}-{files}.json"
        if not files:
            continue
        if not told.exists():
            shutil.rmtree(path, ignore_errors=True)
            begun = time.perf_counter()
            made = make(path)
            told.write_text(json.dumps({"bytes": made}))
            print(
                f"  made {count(files)} files, {size_in_words(made)}, in {time.perf_counter() - begun:.0f} s"
            )
        yield name, Folder(path, files, json.loads(told.read_text())["bytes"])


def copied(folder: Folder, target: Path) -> float:
    """The seconds that `sha256sum`, `cp -r` and `sync` take."""
    os.sync()
    begun = time.perf_counter()
    names = "\0".join(str(path) for path in sorted(folder.path.rglob("*")) if path.is_file())
    subprocess.run(
        ["xargs", "-0", "sha256sum"], input=names, text=True, stdout=subprocess.DEVNULL, check=True
    )
    subprocess.run(["cp", "-r", str(folder.path), str(target)], check=True)
    subprocess.run(["sync", "-f", str(target)], check=True)
    taken = time.perf_counter() - begun
    shutil.rmtree(target)
    os.sync()
    return taken


def brought_in(client: Client, folder: Folder) -> tuple[float, dict[str, Any]]:
    """The seconds that the import takes, and the job as it ended."""
    body = json.dumps({"path": str(folder.path)}).encode()
    begun = time.perf_counter()
    client.send(client.prepare("POST", "/v1/assets/bulk-import", body))
    answer = client.receive()
    if answer.status not in (200, 201, 202):
        raise SystemExit(f"The import was refused: {answer.body.decode()}")
    job = json.loads(answer.body)
    while job["state"] not in ENDED:
        if time.perf_counter() - begun > PATIENCE:
            raise SystemExit("The import does not come to an end.")
        time.sleep(0.2)
        job = client.ask(client.prepare("GET", f"/v1/jobs/{job['job_id']}")).json()
    taken = time.perf_counter() - begun
    if job["state"] != "succeeded":
        raise SystemExit(f"The import ended {job['state']}: {json.dumps(job['error'])}")
    return taken, job


def wait_until_read(client: Client) -> float:
    """The seconds until every file has been read, and has its thumbnails."""
    begun = time.perf_counter()
    asked = client.prepare("GET", "/v1/system/info")
    while json.loads(client.ask(asked).body)["counts"]["unread_files"]:
        if time.perf_counter() - begun > PATIENCE:
            raise SystemExit("The reading of files does not come to an end.")
        time.sleep(0.5)
    return time.perf_counter() - begun


def peak(pid: int) -> float:
    """The most memory that a process ever had at once, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def processor(pid: int) -> float:
    """The seconds of a processor that a process itself has taken, without the readers of files that it has started."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def measure(name: str, folder: Folder, place: Path, *, pictures: bool) -> None:
    """Print what one folder costs, in a library of its own."""
    told = f"{count(folder.files)} {name} files, {size_in_words(folder.size)}"
    reference = copied(folder, place / "copied")
    rates = f"{folder.files / reference:,.0f} files/s, {folder.size / MB / reference:,.0f} MB/s"
    print(f" {told}\n  sha256sum, cp and sync  {reference:7.1f} s  {rates}", flush=True)
    home, token = new_home(place / "home")
    write_json(
        home.settings_file,
        {"auth": {"install_token": token}, "import": {"roots": [str(folder.path.parent)]}},
    )
    port = free_port()
    with running_core(home.root, port) as process, Client(port, token) as client:
        for number in range(60):
            body = json.dumps({"display_name": f"Known {number}", "tags": ["known"]}).encode()
            client.ask(client.prepare("POST", "/v1/entities", body), 201)
        visitor = Visitor(port, token)
        with visitor.there():
            time.sleep(IDLE_SECONDS)
        idle = visitor.p95()
        before = processor(process.pid)
        with visitor.there():
            taken, job = brought_in(client, folder)
        spent = processor(process.pid) - before
        rates = f"{folder.files / taken:,.0f} files/s, {folder.size / MB / taken:,.0f} MB/s"
        print(f"  import                  {taken:7.1f} s  {rates}: {reference / taken:.2f} as fast")
        print(f"  Core's processor        {spent:7.1f} s  {spent / folder.files * 1000:.2f} ms a file")
        print(f"  GET meanwhile           p95 {visitor.p95():.1f} ms, idle {idle:.1f} ms: ", end="")
        print(f"{visitor.p95() / idle:.1f} times")
        print(f"  Core had at most        {peak(process.pid):.0f} MB", flush=True)
        if pictures:
            after = wait_until_read(client)
            print(
                f"  last thumbnail          {duration(after)} later: {after / taken:.2f} of the import's time"
            )
            print(f"  Core had at most        {peak(process.pid):.0f} MB")
        again, second = brought_in(client, folder)
        print(f"  the same again          {again:7.1f} s: {again / taken:.2f} of the first time")
        for each in (job, second):
            print(f"  said                    {json.dumps(each['output']['result'])}", flush=True)
    shutil.rmtree(home.root)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", type=int, default=3000, help="how many small files")
    options.add_argument("--large", type=int, default=5, help="how many large files")
    options.add_argument("--size", type=int, default=50, help="of each large file, in MB")
    options.add_argument("--keep", type=Path, help="where the folders are kept, and found again")
    options.add_argument(
        "--no-pictures", dest="pictures", action="store_false", help="do not wait for thumbnails"
    )
    chosen = options.parse_args()
    if not Path("/proc/self/status").exists():
        print("  this system has no /proc to ask for the memory of Core")
        return
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=chosen.keep) as directory:
        place = Path(directory)
        needed = ROOM * (chosen.small * 12_000 + chosen.large * chosen.size * MB) + 2_000 * MB
        free = shutil.disk_usage(place).free
        if free < needed:
            raise SystemExit(f"{size_in_words(free)} are free; this needs {size_in_words(int(needed))}.")
        kept = chosen.keep or place / "folders"
        kept.mkdir(exist_ok=True)
        for name, folder in folders(kept, chosen.small, chosen.large, chosen.size):
            measure(name, folder, place, pictures=chosen.pictures)


if __name__ == "__main__":
    main()
