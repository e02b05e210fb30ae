"""The changelog is assembled from fragments: a change brings one, and a release moves them into CHANGELOG.md."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sources import ROOT, named

UNRELEASED = Path("docs", "changelog", "unreleased")
INTRODUCTION = "# Changelog\n\nWhat changed.\n"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A repository that has nothing but dev.py, a changelog and two fragments."""
    shutil.copy(ROOT / "dev.py", tmp_path)
    (tmp_path / "CHANGELOG.md").write_text(INTRODUCTION)
    (tmp_path / UNRELEASED).mkdir(parents=True)
    (tmp_path / UNRELEASED / "tags.fixed.md").write_text("Tags keep\ntheir order.\n")
    (tmp_path / UNRELEASED / "search.added.md").write_text("Search.\n")
    return tmp_path


def changelog(house: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(house / "dev.py"), "changelog", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


NOTES = "### Added\n\n- Search.\n\n### Fixed\n\n- Tags keep\n  their order.\n"


def test_the_next_release_is_printed_and_nothing_is_written(house: Path) -> None:
    assert changelog(house).stdout == NOTES
    assert (house / "CHANGELOG.md").read_text() == INTRODUCTION
    assert len(list((house / UNRELEASED).iterdir())) == 2


def test_releases_stand_above_earlier_ones_and_use_up_the_fragments(house: Path) -> None:
    assert changelog(house, "--release", "1.0.0").returncode == 0
    assert list((house / UNRELEASED).iterdir()) == []
    (house / UNRELEASED / "more.changed.md").write_text("More.\n")
    assert changelog(house, "--release", "1.1.0-rc1").returncode == 0
    dated = re.sub(r"\d{4}-\d\d-\d\d", "DAY", (house / "CHANGELOG.md").read_text())
    newest = "\n## [1.1.0-rc1] - DAY\n\n### Changed\n\n- More.\n"
    assert dated == f"{INTRODUCTION}{newest}\n## [1.0.0] - DAY\n\n{NOTES}"


@pytest.mark.parametrize("version", ["one", "1.0", "1.0.0.0", "1.0.0 and more", "1.0.0\n## [9"])
def test_what_is_no_version_is_refused(house: Path, version: str) -> None:
    refused = changelog(house, "--release", version)
    assert refused.returncode == 1
    assert (house / "CHANGELOG.md").read_text() == INTRODUCTION


def test_a_version_is_released_once_and_never_empty(house: Path) -> None:
    assert changelog(house, "--release", "1.0.0").returncode == 0
    assert "no fragment" in changelog(house, "--release", "1.0.1").stderr
    (house / UNRELEASED / "more.changed.md").write_text("More.\n")
    assert "1.0.0 already" in changelog(house, "--release", "1.0.0").stderr


@pytest.mark.parametrize("name", ["tags.md", "tags.bettered.md", "tags.v2.fixed.md"])
def test_a_fragment_of_no_kind_is_named(house: Path, name: str) -> None:
    (house / UNRELEASED / name).write_text("Lost.\n")
    assert name in changelog(house).stderr
    assert changelog(house, "--release", "1.0.0").returncode == 1


def test_a_change_is_told_in_the_changelog() -> None:
    """By fragments; a commit that releases has moved them below the version that pyproject.toml has."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    released = f"\n## [{version}] " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert list((ROOT / UNRELEASED).glob("*.md")) or released


def test_every_fragment_has_a_kind_and_is_text_without_headings_or_links() -> None:
    """A fragment becomes an item of a list in another folder, where neither would hold."""
    assert changelog(ROOT).stderr == ""
    texts = {named(each): each.read_text(encoding="utf-8") for each in (ROOT / UNRELEASED).glob("*.md")}
    assert [name for name, text in texts.items() if not text.strip() or re.search(r"(?m)^#|\]\(", text)] == []
