"""1,000 small files uploaded one by one, beside `sha256sum` and `cp` of them, and beside durable copies."""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from figures import Side, by_turns, times_slower
from servers import Client, free_port, new_home, running_core

ROUND = 100
"""Files a round: a side takes all of one round at once."""


def make_files(folder: Path, count: int, size: int) -> list[list[Path]]:
    """Files of `size` random bytes, by round."""
    folder.mkdir()
    files = [folder / f"file-{number:05}.bin" for number in range(count)]
    for file in files:
        file.write_bytes(os.urandom(size))
    return [files[begin : begin + ROUND] for begin in range(0, count, ROUND)]


def copy_durably(files: list[Path], target: Path) -> None:
    """What Core promises of the bytes, without a database: hashed, copied, on the disk under the hash."""
    for file in files:
        content = file.read_bytes()
        staged = target / "staged"
        with staged.open("wb") as copy:
            copy.write(content)
            copy.flush()
            os.fsync(copy.fileno())
        staged.rename(target / hashlib.sha256(content).hexdigest())
        directory = os.open(target, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--size", type=int, default=20_000, help="bytes of each file")
    asked = options.parse_args()
    if os.name == "nt" or not shutil.which("sha256sum"):
        print("  this system has no sha256sum and cp to compare with")
        return
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        home, token = new_home(folder / "home")
        rounds = make_files(folder / "files", asked.count, asked.size)
        for name in ("copied", "durable"):
            (folder / name).mkdir()
        port = free_port()
        with running_core(home.root, port), Client(port, token) as core:
            turns: dict[str, Iterator[list[Path]]] = {
                name: itertools.chain(rounds) for name in ("put", "copy", "durable")
            }

            def put() -> None:
                for file in next(turns["put"]):
                    target = f"/v1/assets/upload?filename={file.name}"
                    core.ask(core.prepare("PUT", target, file.read_bytes(), "application/octet-stream"), 201)

            def copy() -> None:
                names = [str(file) for file in next(turns["copy"])]
                subprocess.run(["sha256sum", *names], check=True, stdout=subprocess.DEVNULL)
                subprocess.run(["cp", *names, str(folder / "copied")], check=True)

            sides = [
                Side("PUT /v1/assets/upload", put),
                Side(
                    "hash, copy and fsync", lambda: copy_durably(next(turns["durable"]), folder / "durable")
                ),
                Side("sha256sum and cp", copy),
            ]
            by_turns(sides, len(rounds), times=1)
            for side in sides:
                print(
                    f"  {side.name:21} {len(rounds) * ROUND / side.total:8.0f} files/s"
                    f"   {times_slower(side, sides[-1])} times sha256sum and cp"
                )
            print(f"  PUT takes {times_slower(sides[0], sides[1])} times as long as durable copies")


if __name__ == "__main__":
    main()
