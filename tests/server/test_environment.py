"""The environment may say where Core is and who asks: below the options of a command, above config/core.json."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from core_process import CoreProcess, free_port, run


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    started = CoreProcess(tmp_path_factory.mktemp("standing") / "home")
    yield started
    started.kill()


def where(root: Path, *words: str) -> tuple[str, int]:
    """The address and the port that Core listens on, started with these words."""
    core = CoreProcess(root, *words)
    core.kill()
    ports = core.home.read_ports()
    return ports["core_host"], ports["core_port"]


def test_an_option_wins_over_the_environment_and_that_over_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_option, by_environment, by_settings = free_port(), free_port(), free_port()
    settings = tmp_path / "home" / "config" / "core.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'{{"network": {{"core_port": {by_settings}}}}}')
    assert where(tmp_path / "home", "--host", "127.0.0.1") == ("127.0.0.1", by_settings)
    monkeypatch.setenv("FACEFORGE_PORT", str(by_environment))
    monkeypatch.setenv("FACEFORGE_BIND", "127.0.0.2")
    assert where(tmp_path / "home", "--auto-port") == ("127.0.0.2", by_environment)
    given = ("--host", "127.0.0.1", "--port", str(by_option))
    assert where(tmp_path / "home", *given) == ("127.0.0.1", by_option)
    monkeypatch.setenv("FACEFORGE_PORT", "")
    monkeypatch.setenv("FACEFORGE_BIND", "")
    assert where(tmp_path / "home", "--auto-port") == ("127.0.0.1", by_settings)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("FACEFORGE_PORT", "many", 2),
        ("FACEFORGE_PORT", "4321O", 2),
        ("FACEFORGE_PORT", "4.5", 2),
        ("FACEFORGE_PORT", "0x10", 2),
        ("FACEFORGE_PORT", "65536", 1),
        ("FACEFORGE_PORT", "-1", 1),
        ("FACEFORGE_BIND", "no.such.host.invalid", 1),
        ("FACEFORGE_BIND", "192.0.2.1", 1),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_the_name_of_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: int
) -> None:
    monkeypatch.setenv("FACEFORGE_PORT", "0")
    monkeypatch.setenv(name, value)
    refused = run("serve", home=tmp_path / "home")
    assert refused.returncode == code
    assert name in refused.stderr
    assert "Traceback" not in refused.stderr


def test_commands_ask_with_the_token_of_the_environment(
    core: CoreProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("token", "create", "--name", "reader", "--permission", "tokens:read")
    reader = run(*words, home=core.home.root).stdout.strip()
    monkeypatch.setenv("FACEFORGE_TOKEN", reader)
    assert run("token", "list", home=core.home.root).stdout.startswith("reader\t")
    refused = run("token", "revoke", "reader", home=core.home.root)
    assert refused.returncode == 1
    assert "This token lacks the permission tokens:write." in refused.stderr
    assert run("token", "show", home=core.home.root).stdout == f"{core.token}\n"


@pytest.mark.parametrize("value", ["ff_wrong", "tökén", "two\nlines"])
def test_a_token_of_the_environment_that_is_none_is_refused_by_the_name_of_its_variable(
    core: CoreProcess, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("FACEFORGE_TOKEN", value)
    refused = run("token", "list", home=core.home.root)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("faceforge: FACEFORGE_TOKEN")
    assert value not in refused.stderr
    assert "Traceback" not in refused.stderr
