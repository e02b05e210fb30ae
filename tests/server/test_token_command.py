"""The line that shows the token works when it is pasted, and only who sits at the machine is shown it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from core_process import CoreProcess
from starlette.requests import HTTPConnection

from faceforge_server.token_command import TokenCommand, quoted, token_command
from faceforge_storage.home.home import default_root

HERE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    started = CoreProcess(tmp_path_factory.mktemp("a person's files") / "my home")
    yield started
    started.kill()


def shell(line: str, folder: Path) -> str:
    ran = subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def printed_command(core: CoreProcess) -> str:
    return next(line.strip() for line in core.terminal().splitlines() if " token --home " in line)


def test_the_printed_line_prints_the_token_and_nothing_else_from_another_folder(
    core: CoreProcess, tmp_path: Path
) -> None:
    line = printed_command(core)
    assert f"{HERE / 'dev.py'} token --home " in line
    assert shell(line, tmp_path) == f"{core.token}\n"
    assert shell(f"TOKEN=$({line}); printf %s $TOKEN", tmp_path) == core.token


def test_further_words_go_on_to_the_program(core: CoreProcess, tmp_path: Path) -> None:
    made = token_command(core.home.root, "create", "--name", "two words", "--permission", "assets:read")
    assert shell(made, tmp_path).startswith("ff_")
    assert shell(token_command(core.home.root, "list"), tmp_path).startswith("two words\tassets:read\t")


def test_a_hint_of_the_command_line_names_a_line_that_works(core: CoreProcess, tmp_path: Path) -> None:
    revoking = f"{token_command(core.home.root, 'revoke', 'nobody')}"
    refused = subprocess.run(revoking, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    shell(refused.stderr.splitlines()[-1].split("`")[1], tmp_path)


def test_it_names_the_usual_home_too_which_another_terminal_may_not_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "elsewhere"))
    home = default_root()
    assert token_command(home).endswith(f" token --home {home}")


def test_outside_of_a_checkout_it_is_the_program_in_full(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    for started, program in (
        (f"{tmp_path}/bin/faceforge", f"{tmp_path}/bin/faceforge"),
        (f"{tmp_path}/faceforge_server/__main__.py", f"{sys.executable} -m faceforge_server"),
    ):
        monkeypatch.setattr(sys, "argv", [started])
        assert token_command(Path("/h")) == f"{program} token show --home /h"
        assert token_command(Path("/h"), "list") == f"{program} token list --home /h"


def test_on_windows_a_name_with_a_space_stands_in_quotation_marks() -> None:
    words = ["python", r"C:\Users\Ann Lee\dev.py", "token", "--home", r"D:\data"]
    assert quoted(words, "nt") == r'python "C:\Users\Ann Lee\dev.py" token --home D:\data'
    program = [r"C:\Program Files\faceforge.exe", "token", "show"]
    assert quoted(program, "nt") == r'& "C:\Program Files\faceforge.exe" token show'


@pytest.mark.parametrize(
    ("client", "headers", "shown"),
    [
        ("127.0.0.1", {"host": "127.0.0.1:43210"}, True),
        ("::1", {"host": "[::1]:43210"}, True),
        ("::ffff:127.0.0.1", {"host": "localhost:43210"}, True),
        ("192.168.1.7", {"host": "192.168.1.2:43210"}, False),
        ("192.168.1.7", {"host": "localhost:43210"}, False),
        ("127.0.0.1", {"host": "nas.local"}, False),
        ("127.0.0.1", {"host": "127.0.0.1:43210", "x-forwarded-for": "192.168.1.7"}, False),
        ("127.0.0.1", {"host": "127.0.0.1:43210", "via": "1.1 proxy"}, False),
        ("127.0.0.1", {"host": "127.0.0.1:43210", "origin": "http://127.0.0.1:8188"}, False),
        ("127.0.0.1", {}, False),
        (None, {"host": "127.0.0.1"}, False),
    ],
)
def test_only_who_sits_at_the_machine_is_shown_the_line(
    client: str | None, headers: dict[str, str], shown: bool
) -> None:
    scope = {
        "type": "http",
        "client": client and (client, 5000),
        "headers": [(name.encode(), text.encode()) for name, text in headers.items()],
    }
    command = TokenCommand(Path("/srv/files"))
    assert command.shown_to(HTTPConnection(scope)) == (command.line if shown else None)
