"""Thumbnails of 12 megapixels: a second and core, beside Pillow alone; uploads meanwhile; a page of 50."""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import statistics
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from PIL import Image
from servers import Client, free_port, new_home, running_core

from faceforge_schema.assets.thumbnails import address
from faceforge_storage.home.atomic import write_json
from faceforge_storage.ingest.thumbnails import EFFORT, QUALITY, SIZES

MOTIFS = 8
PAGE = 50
CONNECTIONS = 6
"""As many as a browser opens to one host."""
ALONE = 40
"""How many pictures Pillow alone takes."""
PATIENCE = 1800


def photographs(number: int) -> Iterator[bytes]:
    """JPEGs of 4000 x 3000 pixels with coarse and fine structure, of about 3 MB, each other bytes."""
    motifs = []
    for motif in range(MOTIFS):
        coarse = Image.effect_noise((50, 38), 90 + motif).resize((4000, 3000), Image.Resampling.BICUBIC)
        fine = Image.effect_noise((4000, 3000), 25)
        bands = [Image.blend(coarse.rotate(turn), fine, 0.25) for turn in (0, 180)]
        encoded = io.BytesIO()
        Image.merge("RGB", (bands[0], bands[1], fine)).save(encoded, "JPEG", quality=80)
        motifs.append(encoded.getvalue())
    for each in range(number):
        remark = struct.pack(">HHI", 0xFFFE, 6, each)  # a comment after the first marker
        yield motifs[each % MOTIFS][:2] + remark + motifs[each % MOTIFS][2:]


def pillow_alone(content: bytes) -> None:
    """Both sizes, decoded once, in the shortest way that Pillow has."""
    picture = Image.open(io.BytesIO(content))
    picture.draft("RGB", (SIZES[1], SIZES[1] * picture.height // picture.width))
    for size in reversed(SIZES):
        picture.thumbnail((size, 2 * size), Image.Resampling.LANCZOS)
        picture.save(io.BytesIO(), "WEBP", quality=QUALITY, method=EFFORT)


def cpu_seconds(root: int) -> float:
    """What a process and all below it have taken of the processors, by Linux's `proc(5)`."""
    parents, taken = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
            # in user mode and in the kernel, of itself and of children that have ended
            taken[int(stat.parent.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    tree = {root}
    while below := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= below
    return sum(taken.get(pid, 0.0) for pid in tree)


class Bench:
    """A Core, and what is sent to it."""

    def __init__(self, home: Path, token: str, port: int) -> None:
        self.cache, self.token, self.port = home / "cache" / "thumbnails", token, port
        self.numbers = count()

    def upload(self, core: Client, content: bytes, filename: str) -> str:
        """Upload a file; its hash."""
        target = f"/v1/assets/upload?filename={filename}"
        asked = core.prepare("PUT", target, content, "application/octet-stream")
        return str(core.ask(asked, 201).json()["content_hash"])

    def small_uploads(self, times: int) -> float:
        """The seconds within which 95 of 100 uploads of 20 KB are answered."""
        taken = []
        with Client(self.port, self.token) as core:
            for _ in range(times):
                content = os.urandom(20_000)
                begun = time.perf_counter()
                self.upload(core, content, f"small-{next(self.numbers)}.bin")
                taken.append(time.perf_counter() - begun)
        return statistics.quantiles(taken, n=20)[-1]

    def made(self, hashes: list[str]) -> int:
        """How many of the files with these hashes have their large thumbnail."""
        there = {path.name.partition("-")[0] for path in self.cache.glob(f"*/*-{SIZES[1]}-*.webp")}
        return len(there.intersection(hashes))

    def wait(self) -> None:
        """Until every file has been read."""
        end = time.monotonic() + PATIENCE
        with Client(self.port, self.token) as core:
            asked = core.prepare("GET", "/v1/system/info")
            while json.loads(core.ask(asked).body)["counts"]["unread_files"]:
                if time.monotonic() > end:
                    raise SystemExit("The reading of files does not come to an end.")
                time.sleep(0.2)

    def page(self, hashes: list[str]) -> tuple[float, float]:
        """A page of pictures as a browser asks for it: seconds to the first, and to all."""
        waiting, arrived, lock = list(reversed(hashes)), [], threading.Lock()
        begun = time.perf_counter()

        def connection() -> None:
            with Client(self.port, self.token) as core:
                while True:
                    with lock:
                        if not waiting:
                            return
                        content_hash = waiting.pop()
                    core.ask(core.prepare("GET", address(content_hash, SIZES[0])))
                    arrived.append(time.perf_counter() - begun)

        threads = [threading.Thread(target=connection) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return min(arrived), max(arrived)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--workers", type=int, default=1, help="processes that read files")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        home, token = new_home(Path(directory) / "home")
        settings = {"auth": {"install_token": token}, "reading": {"workers": asked.workers}}
        write_json(home.settings_file, settings)
        port = free_port()
        bench = Bench(home.root, token, port)
        contents = list(photographs(min(asked.count, ALONE)))
        with running_core(home.root, port) as process:
            idle = bench.small_uploads(200)
            bench.wait()
            with Client(port, token) as core:
                named = enumerate(photographs(asked.count))
                hashes = [bench.upload(core, content, f"{number}.jpg") for number, content in named]
            left = asked.count - bench.made(hashes)
            busy = bench.small_uploads(200)
            still = asked.count - bench.made(hashes)
            print(
                f"  uploads of 20 KB, p95   idle {1000 * idle:.1f} ms, while {left} down to {still} are made"
            )
            print(f"                          {1000 * busy:.1f} ms: {busy / idle:.2f} times (goal 1.5)")
            bench.wait()
            warm = bench.page(hashes[:PAGE])
            shutil.rmtree(bench.cache)
            before = time.process_time()
            for content in contents:
                pillow_alone(content)
            reference = len(contents) / (time.process_time() - before)
            before = cpu_seconds(process.pid)
            _, together = bench.page(hashes)
            rate = asked.count / (cpu_seconds(process.pid) - before)
            shutil.rmtree(bench.cache)
            cold = bench.page(hashes[:PAGE])
        print(f"  Pillow alone            {reference:6.1f} pictures a second of one processor, both sizes")
        print(f"  Core, all processes     {rate:6.1f}, {rate / reference:.2f} times as many (goal 0.9)")
        print(f"  {asked.count} on demand            in {together:.1f} s")
        print(f"  a page of {PAGE}, cold      first {1000 * cold[0]:.0f} ms, all {1000 * cold[1]:.0f} ms")
        print(f"  the same, warm          first {1000 * warm[0]:.1f} ms, all {1000 * warm[1]:.0f} ms")


if __name__ == "__main__":
    main()
