"""No committed file knows the machine it was written on, or where packages come from."""

from __future__ import annotations

import json
import re

from sources import ROOT, faults, files, named

REGISTRIES = ("pypi", "pythonhosted", "npmjs", "crates", "debian", "golang", "jsdelivr", "unpkg", "cdnjs")
OURS = r"127\.0\.0\.1|localhost|\[::1\]|[\w.-]*\bexample(?:\.\w+)?|[\w.-]+\.(?:test|invalid|local)"
MEANT = r"www\.w3\.org/|www\.rfc-editor\.org/|json-schema\.org/|spec\.graphql\.org/|www\.gnu\.org/|fsf\.org/"
TEXTS = [path for path in files() if path.suffix not in (".svg", ".png", ".ico", ".webp") and path.name != "LICENSE"]
OTHERS = [path for path in TEXTS if path.name != "test_tracked_text.py"]


def test_no_registry_is_named() -> None:
    assert faults(rf"(?i)\b(?:{'|'.join(REGISTRIES)})\.(?:org|io|com|net)\b", OTHERS, "host") == []


def test_no_path_of_a_machine_is_named() -> None:
    assert faults(r"(?<![\w.])/(?:root|work|home/\w+|Users/(?!ann\b)\w+)/", OTHERS, "path") == []


def test_an_address_on_the_network_has_its_reason() -> None:
    """Documentation may speak of examples; nothing FaceForge runs may fetch from elsewhere."""
    assert faults(rf"(?i)(?:https?|wss?)://(?!{OURS}|{MEANT}|[{{$<\"'`])\w", OTHERS, "address") == []


def test_pinned_requirements_carry_hashes_and_no_place() -> None:
    for name in ("run.txt", "dev.txt", "clients.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        pinned = re.findall(r"^[\w.-]+==\S+.*\\$", text, re.MULTILINE)
        assert pinned
        assert len(pinned) == len(re.findall(r"^[\w.-]+", text, re.MULTILINE))
        assert not re.search(r"://|^-|@", text, re.MULTILINE), name


def test_the_lock_of_npm_carries_hashes_and_no_place() -> None:
    text = (ROOT / "tests" / "clients" / "javascript" / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert packages
    assert [name for name, each in packages.items() if "integrity" not in each] == []
    assert "://" not in text


def test_every_text_is_utf8_with_unix_lines() -> None:
    crooked = [named(path) for path in TEXTS if b"\r\n" in path.read_bytes()]
    assert crooked == []
    for path in TEXTS:
        path.read_text(encoding="utf-8")
