"""`config/core.json` is read strictly, with clear errors, written atomically, and readable by its owner only."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from faceforge_storage.errors import CannotStart
from faceforge_storage.home.home import Home, open_home
from faceforge_storage.home.settings import Settings, load_settings, rotate_install_token


def write(root: Path, text: str) -> Path:
    file = root / "config" / "core.json"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_an_empty_file_has_every_default_and_gets_a_token(tmp_path: Path) -> None:
    write(tmp_path, "{}")
    settings = load_settings(Home(tmp_path).settings_file)
    token = settings.auth.install_token.get_secret_value()
    assert token.startswith("ff_")
    assert len(token) == 3 + 43
    assert settings.model_copy(update={"auth": Settings().auth}) == Settings()


def test_the_token_is_made_once_and_stays(tmp_path: Path) -> None:
    assert open_home(tmp_path)[1].auth == open_home(tmp_path)[1].auth


def test_a_rotated_token_replaces_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, '{"network": {"core_port": 5000}, "mine": 1}')
    before = load_settings(Home(tmp_path).settings_file)
    token = rotate_install_token(Home(tmp_path).settings_file)
    after = load_settings(Home(tmp_path).settings_file)
    assert (
        token == after.auth.install_token.get_secret_value() != before.auth.install_token.get_secret_value()
    )
    assert json.loads((tmp_path / "config/core.json").read_text())["mine"] == 1
    assert after.network == before.network


def test_two_starts_at_once_agree_on_the_token(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from faceforge_storage.home.home import open_home;"
        "print(open_home(Path(sys.argv[1]))[1].auth.install_token.get_secret_value())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "home")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate()[0] for process in started}) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"network": {"core_port": "80"}}', "network.core_port"),
        ('{"network": {"core_port": 65536}}', "network.core_port"),
        ('{"network": {"core_port": true}}', "network.core_port"),
        ('{"network": {"allowed_hosts": "nas.local"}}', "network.allowed_hosts"),
        ('{"network": {"allowed_hosts": ["nas.local", 5]}}', "network.allowed_hosts.1"),
        ('{"limits": {"upload_bytes": -1}}', "limits.upload_bytes"),
        ('{"limits": null}', "limits"),
        ('{"import": {"roots": ["pictures"]}}', "import.roots.0"),
        ('{"metadata": {"undeclared_fields": "drop"}}', "'keep' or 'reject'"),
        ("[]", "the whole file"),
        ("{", "cannot be read"),
        ('{"a": "\udcff"}', "cannot be read"),
    ],
)
def test_what_cannot_be_used_stops_the_start_and_names_the_place(
    tmp_path: Path, text: str, expected: str
) -> None:
    file = tmp_path / "config" / "core.json"
    file.parent.mkdir()
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CannotStart) as refused:
        load_settings(Home(tmp_path).settings_file)
    assert str(file) in refused.value.detail
    assert expected in refused.value.detail
    assert refused.value.hint
    assert file.read_bytes() == text.encode("utf-8", "surrogateescape")


def test_a_refusal_does_not_repeat_the_value_which_may_be_a_secret(tmp_path: Path) -> None:
    write(tmp_path, '{"auth": {"install_token": ["the-secret"]}}')
    with pytest.raises(CannotStart) as refused:
        load_settings(Home(tmp_path).settings_file)
    assert "the-secret" not in refused.value.detail


def test_unknown_keys_are_named_in_a_warning_and_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known = '"import": {"roots": ["/srv", "~/pictures"], "rots": []}'
    file = write(tmp_path, f'{{"colour": "red", "network": {{"core_prot": 1}}, {known}}}')
    with caplog.at_level(logging.WARNING):
        settings = load_settings(Home(tmp_path).settings_file)
    assert settings.imports.roots == ["/srv", "~/pictures"]
    assert "import.rots" in caplog.text
    assert "key import " not in caplog.text
    assert "colour" in caplog.text
    assert "network.core_prot" in caplog.text
    assert json.loads(file.read_text())["colour"] == "red"


@pytest.mark.parametrize(("section", "key"), [("seaweed", "enabled")])
def test_what_there_is_not_yet_is_off_and_turning_it_on_is_taken_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, section: str, key: str
) -> None:
    assert Settings().model_dump()[section][key] is False
    write(tmp_path, json.dumps({section: {key: True}}))
    with caplog.at_level(logging.WARNING):
        settings = load_settings(Home(tmp_path).settings_file)
    assert settings.model_dump()[section][key] is True
    assert f"{section}.{key} is true" in caplog.text


def test_settings_as_they_come_warn_of_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        open_home(tmp_path)
    assert caplog.text == ""


def test_a_byte_order_mark_of_an_editor_is_no_fault(tmp_path: Path) -> None:
    write(tmp_path, '\ufeff{"network": {"core_port": 5000}}')
    assert load_settings(Home(tmp_path).settings_file).network.core_port == 5000


def test_no_printed_settings_show_the_token(tmp_path: Path) -> None:
    settings = open_home(tmp_path)[1]
    token = settings.auth.install_token.get_secret_value()
    assert token not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_secrets_are_closed_to_others(tmp_path: Path) -> None:
    file = write(tmp_path, "{}")
    file.parent.chmod(0o755)
    file.chmod(0o644)
    open_home(tmp_path)
    if os.name == "nt":
        return  # there the rights of the profile folder keep secrets
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("http://127.0.0.1:8188", "http://127.0.0.1:8188"),
        ("HTTPS://Comfy.Example", "https://comfy.example"),
        ("http://localhost:80", "http://localhost"),
        ("https://nas.local:443", "https://nas.local"),
        ("http://nas.local:443", "http://nas.local:443"),
        ("http://[::1]:8188", "http://[::1]:8188"),
        ("tauri://localhost", "tauri://localhost"),
    ],
)
def test_an_allowed_origin_is_kept_as_browsers_send_it(tmp_path: Path, given: str, taken: str) -> None:
    write(tmp_path, json.dumps({"network": {"allowed_origins": [given]}}))
    assert load_settings(Home(tmp_path).settings_file).network.allowed_origins == [taken]


@pytest.mark.parametrize(
    "given",
    [
        "*",
        "null",
        "",
        "127.0.0.1:8188",
        "http://127.0.0.1:8188/",
        "http://a.example/path",
        "http://*.example",
        "http://example:me@a.example",
        "http://a.example:port",
        "http://a.example:123456",
        "http://a.example:65536",
        "http://127.0.0.1:08188",
        "http://127.1:8188",  # allow address: refused, since browsers write 127.0.0.1
        "http://[::0001]:8188",
        "http://[1.2.3.4]:8188",
        "http://..",
        "file://",
        "http://a.example http://b.example",
        "http://example.\u00eb",
    ],
)
def test_what_is_no_origin_is_refused_at_the_start(tmp_path: Path, given: str) -> None:
    write(tmp_path, json.dumps({"network": {"allowed_origins": ["http://a.example", given]}}))
    with pytest.raises(CannotStart) as refused:
        load_settings(Home(tmp_path).settings_file)
    assert "network.allowed_origins.1: " in refused.value.detail
    assert "as in http://127.0.0.1:8188" in refused.value.detail
    assert ("name each site" in refused.value.detail) == (given == "*")
