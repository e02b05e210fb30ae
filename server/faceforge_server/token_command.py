"""The command that shows the token of a home, as it works on this machine, and who may be shown it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a command that only prints a line loads no web framework
    from starlette.datastructures import Headers
    from starlette.requests import HTTPConnection

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers by which a proxy on this machine gives away that the client is elsewhere."""
ELSEWHERE = (*FORWARDED, "origin")
"""A page of an allowed origin may read what it asks for, and is no person either."""
PLAIN = re.compile(r"[\w.:/\\+,=@-]+", re.ASCII)


def token_command(home: Path, *words: str) -> str:
    """The line to type for `faceforge token WORDS` on `home`, in whatever folder; without words it prints the install
    token.

    In a checkout that is its `dev.py`, elsewhere the program itself. It always names the home: what another terminal
    would take for the usual one hangs on variables that may be set in this one alone.
    """
    checkout = _checkout()
    command = [_python(), str(checkout / "dev.py"), "token"] if checkout else [*_program(), "token"]
    command += words or ([] if checkout else ["show"])
    return quoted([*command, "--home", str(home)])


def faceforge_command(home: Path, *words: str) -> str:
    """The line to type for `faceforge WORDS` on `home`, by the program that runs."""
    return quoted([*_program(), *words, "--home", str(home)])


def quoted(words: list[str], system: str = os.name) -> str:
    """The words as one line for the shell of this system: on Windows PowerShell, which calls a program in quotation
    marks by `&` only. Windows forbids those marks in names of files."""
    if system != "nt":
        return shlex.join(words)
    line = " ".join(word if PLAIN.fullmatch(word) else f'"{word}"' for word in words)
    return f"& {line}" if line.startswith('"') else line


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
    """The line for one home, for what the words name. It may hold the name of a person, so only who sits at this
    machine is shown it."""

    def __init__(self, home: Path, *words: str) -> None:
        self.line = token_command(home, *words)

    def shown_to(self, connection: HTTPConnection) -> str | None:
        """The line, for a client on this machine; None for one that is elsewhere, or may be."""
        client = connection.client
        if client is None or not _is_loopback(client.host):
            return None
        headers = connection.headers
        if any(name in headers for name in ELSEWHERE) or not _is_loopback(_host(headers)):
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
