"""How fast 1 GiB is downloaded, beside nginx on the same file, with the same client, in the same run."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from samples import add_asset
from servers import core_command, new_home

GIB = 1024**3
NGINX_PROGRAM = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
NGINX = """
daemon off; master_process off; pid {home}/nginx.pid; error_log stderr crit;
events {{}}
http {{
    access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream;
    client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
    server {{ listen 127.0.0.1:{port}; location / {{ root {root}; }} }}
}}
"""


@dataclass
class Measured:
    """One server: where its file is and what the runs cost, in seconds and MiB."""

    name: str
    url: str
    headers: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: float = 0

    def run(self, pid: int | None) -> None:
        before, start = cpu_seconds(pid), time.perf_counter()
        download(self.url, self.headers)
        self.seconds.append(time.perf_counter() - start)
        self.cpu.append(cpu_seconds(pid) - before)


def download(url: str, headers: list[str]) -> int:
    """Read one answer to its end and throw the bytes away; tells how many there were."""
    address = urlsplit(url)
    path = address.path + (f"?{address.query}" if address.query else "")
    lines = [f"GET {path} HTTP/1.1", f"Host: {address.netloc}", "Connection: close", *headers, "", ""]
    buffer = bytearray(GIB // 1024)
    with socket.create_connection((address.hostname or "127.0.0.1", address.port or 80)) as client:
        client.sendall("\r\n".join(lines).encode())
        stream = client.makefile("rb", buffering=0)
        first = stream.readinto(buffer) or 0
        if b" 200 " not in buffer[:20]:
            raise SystemExit(f"{url} answered {bytes(buffer[:first])!r}")
        total = first
        while count := stream.readinto(buffer):
            total += count
        stream.close()
    return total


def cpu_seconds(pid: int | None) -> float:
    """CPU seconds, user and system, of a process so far; not a number where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mebibytes(pid: int | None) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return float("nan")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """A server process that answers on `port`, ended afterwards."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def serve(port: int, home: Path, digest: str, size: int) -> None:
    """The smallest application around Core's own delivery, on Core's own protocol."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.routing import Route

    from faceforge_server.files.delivery import Download
    from faceforge_server.http.protocol import ZeroCopyProtocol
    from faceforge_storage.database.clock import now
    from faceforge_storage.objects.provider import StoredObject
    from faceforge_storage.objects.providers.filesystem import FilesystemProvider
    from faceforge_storage.objects.store import ObjectStore

    store = ObjectStore([FilesystemProvider(home / "assets")])
    stored = StoredObject(digest, size, "filesystem", "", f"sha256/{digest[:2]}/{digest[2:4]}/{digest}")

    async def answer(_request: Request) -> Download:
        return Download(store, stored, "application/octet-stream", "model.safetensors", now())

    app = Starlette(routes=[Route("/file", answer)])
    uvicorn.run(app, port=port, http=ZeroCopyProtocol, loop="asyncio", access_log=False, log_level="warning")


def publish(home: Path, assets: Path, size: int) -> tuple[str, Path]:
    """A file of `size` random bytes in the object store at `assets`; its hash and its path."""
    from faceforge_storage.objects.providers.filesystem import FilesystemProvider
    from faceforge_storage.objects.staging import Staging

    staging, provider = Staging(home / "tmp"), FilesystemProvider(assets)
    staging.sweep()
    file, block = staging.begin(), os.urandom(1024 * 1024)
    for number in range(size // len(block)):
        file.write(number.to_bytes(8, "big") + block[8:])
    stored = provider.publish([file.finish()])[0]
    return stored.sha256, provider.path(stored)


def report(core: Measured, nginx: Measured, size: int) -> None:
    for server in (nginx, core):
        rate = size / statistics.median(server.seconds) / 1e6
        print(
            f"  {server.name:6} {rate:8.0f} MB/s  {statistics.mean(server.cpu):6.3f} CPU s per GiB"
            f"  peak RSS {server.peak:6.1f} MiB"
        )
    speed = statistics.median(nginx.seconds) / statistics.median(core.seconds)
    cost = sum(core.cpu) / max(sum(nginx.cpu), 0.01)
    print(
        f"  throughput {speed:.2f} of nginx (goal: 0.90 or more); CPU {cost:.2f} of nginx (goal: 2 or less)"
    )


def main() -> None:
    """Print the figures of the real Core; with `--url`, `--header`, `--pid` and `--file`, of one that runs already."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5, help="fresh pairs of servers")
    options.add_argument("--runs", type=int, default=5, help="downloads from each server of a pair")
    options.add_argument("--small", action="store_true", help="only Core's delivery, without all around it")
    options.add_argument("--url", help="a file of a Core that is running already")
    options.add_argument("--header", action="append", default=[], help="'Name: value' to send to --url")
    options.add_argument("--pid", type=int, help="the process behind --url")
    options.add_argument("--file", type=Path, help="the same file on this disk, for nginx")
    options.add_argument("--serve", nargs=4, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.serve:
        port, home, digest, size = asked.serve
        serve(int(port), Path(home), digest, int(size))
    elif NGINX_PROGRAM is None:
        print("  nginx is not installed, so there is nothing to compare with")
    else:
        with tempfile.TemporaryDirectory() as directory:
            measure(Path(directory), asked, NGINX_PROGRAM)


def measure(home: Path, asked: argparse.Namespace, nginx_program: str) -> None:
    """Where a process comes to lie in memory moves its figures by a tenth and more, hence the rounds."""
    core_port, nginx_port = free_port(), free_port()
    target, headers, ours = "/file", asked.header, core_command(home, core_port)
    if asked.file:
        digest, path = "", asked.file
    elif asked.small:
        digest, path = publish(home, home / "assets", GIB)
    else:
        opened, token = new_home(home)
        digest, path = publish(home, opened.assets_dir, GIB)
        target = f"/v1/assets/{add_asset(opened.database_file, digest, GIB)}/download"
        headers = [f"Authorization: Bearer {token}"]
    size = path.stat().st_size
    if asked.small:
        ours = [sys.executable, __file__, "--serve", str(core_port), str(home), digest, str(size)]
    config = home / "nginx.conf"
    config.write_text(NGINX.format(home=home, port=nginx_port, root=path.parent))
    theirs = [nginx_program, "-c", str(config), "-p", str(home)]
    core = Measured("Core", asked.url or f"http://127.0.0.1:{core_port}{target}", headers)
    nginx = Measured("nginx", f"http://127.0.0.1:{nginx_port}/{path.name}")
    for _ in range(asked.rounds):
        ours_running = nullcontext(asked.pid) if asked.url else running(ours, core_port)
        with ours_running as core_pid, running(theirs, nginx_port) as nginx_pid:
            interleave([(core, core_pid), (nginx, nginx_pid)], asked.runs)
    report(core, nginx, size)


def interleave(servers: list[tuple[Measured, int | None]], runs: int) -> None:
    """Measure both by turns, so that what else the machine does falls on both."""
    for server, _ in servers:  # the first read fills the caches and is not counted
        download(server.url, server.headers)
    for number in range(runs):
        for server, pid in servers if number % 2 else reversed(servers):
            server.run(pid)
    for server, pid in servers:
        server.peak = max(server.peak, peak_mebibytes(pid))


if __name__ == "__main__":
    main()
