"""The command that shows the token of a home, as it works on this machine, and who may be shown it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from faceforge_storage.home.home import default_root

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers by which a proxy on this machine gives away that the client is elsewhere."""
PLAIN = re.compile(r"[\w.:/\\+,=@-]+", re.ASCII)


def token_command(home: Path, *words: str, environ: Mapping[str, str] = os.environ) -> str:
    """The line to type for `faceforge token WORDS` on `home`, in whatever folder; without words it prints the install
    token.

    In a checkout that is its `dev.py`, elsewhere the program itself; `--home` stands in it only where it is needed.
    """
    checkout = _checkout()
    command = [_python(), str(checkout / "dev.py"), "token"] if checkout else [*_program(), "token"]
    command += words or ([] if checkout else ["show"])
    # Another terminal does not have the FACEFORGE_HOME of this one, or has one that names another home.
    if environ.get("FACEFORGE_HOME") or home != default_root({**environ, "FACEFORGE_HOME": ""}):
        command += ["--home", str(home)]
    return quoted(command)


def quoted(words: list[str], system: str = os.name) -> str:
    """The words as one line for the shell of this system. Windows forbids quotation marks in names of files."""
    if system == "nt":
        return " ".join(word if PLAIN.fullmatch(word) else f'"{word}"' for word in words)
    return shlex.join(words)


def _checkout() -> Path | None:
    """The folder of the repository whose code runs in the `.venv` that `dev.py` has made; None elsewhere."""
    folder, code = Path(sys.prefix).parent, Path(__file__).resolve()
    runs_it = (folder / "server").resolve() in code.parents and (folder / "dev.py").is_file()
    return folder if runs_it else None


def _python() -> str:
    """What starts the Python that `.venv` was made with: its short name, when that is the one a terminal finds."""
    made_with = Path(getattr(sys, "_base_executable", sys.executable))
    ours = Path(sys.prefix)
    elsewhere = [each for each in os.environ.get("PATH", "").split(os.pathsep) if Path(each).parent != ours]
    for name in ("python3", "python"):
        found = shutil.which(name, path=os.pathsep.join(elsewhere))
        if found and Path(found).resolve() == made_with.resolve():
            return name
    return str(made_with)


def _program() -> list[str]:
    started = Path(sys.argv[0])
    return (
        [str(started.absolute())]
        if started.stem == "faceforge"
        else [sys.executable, "-m", "faceforge_server"]
    )


class TokenCommand:
    """The line for one home. It may hold the name of a person, so only who sits at this machine is shown it."""

    def __init__(self, home: Path) -> None:
        self.line = token_command(home)

    def shown_to(self, connection: HTTPConnection) -> str | None:
        """The line, for a client on this machine; None for one that is elsewhere, or may be."""
        client = connection.client
        if client is None or not _is_loopback(client.host):
            return None
        headers = connection.headers
        if any(name in headers for name in FORWARDED) or not _is_loopback(_host(headers)):
            return None
        return self.line


def _host(headers: Headers) -> str:
    host = headers.get("host", "")
    name = host.partition("]")[0].strip("[") if host.startswith("[") else host.partition(":")[0]
    return "127.0.0.1" if name.lower() == "localhost" else name


def _is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return (mapped or parsed).is_loopback
