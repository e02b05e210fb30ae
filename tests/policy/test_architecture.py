"""The page of the architecture is true: its picture shows the layers, its tables show every folder."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from sources import PACKAGES, ROOT, files, named

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PYPROJECT: Any = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LAYERED = [each for each in PYPROJECT["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
BUILT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "docs/architecture.md")]
BUILT += sorted((ROOT / "docs" / "decisions").glob("*.md"))
"""The pages that say how FaceForge is built."""
TOP = "schema|storage|server|ui|codegen|docs|tests|requirements"
FOLDER = re.compile(r"^\| `([\w/]+)/` \|", re.MULTILINE)


def layers(container: str | None) -> list[list[str]]:
    """The layers of a package, the highest first; of the packages themselves for None."""
    found = [each["layers"] for each in LAYERED if each.get("containers", [None]) == [container]]
    return [re.split(r"\s*\|\s*", layer) for layer in found[0]] if found else []


def folders(package: str) -> list[str]:
    """The folders in the table of a package, from top to bottom."""
    place = named(PACKAGES[package])
    section = PAGE.split(f"\n### `{place}/`\n")[1].split("\n#")[0]
    return FOLDER.findall(section)


def test_the_picture_has_an_arrow_from_each_layer_to_the_next() -> None:
    picture = PAGE.split("```mermaid\n")[1].split("```")[0]
    drawn = {
        (f"faceforge_{above}", f"faceforge_{below}")
        for above, below in re.findall(r"(\w+) --> (\w+)", picture)
    }
    assert drawn == {pair for above, below in pairwise(layers(None)) for pair in product(above, below)}
    shown = re.findall(r"^ +(\w+)\[\"<b>(\w+)/</b> (\w+)<", picture, re.MULTILINE)
    assert {(name, f"{folder}/{package}") for name, folder, package in shown} == {
        (name, named(path)) for name, path in PACKAGES.items()
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_the_table_of_a_package_has_each_of_its_folders_once(package: str) -> None:
    root = PACKAGES[package]
    real = {path.parent.relative_to(root) for path in files() if root in path.parents} - {Path()}
    shown = [Path(folder) for folder in folders(package)]
    assert len(shown) == len(set(shown))
    assert set(shown) <= real
    assert {each for each in real if not is_page(root / each, root)} <= set(shown)


def is_page(folder: Path, root: Path) -> bool:
    """Whether a folder is a page group or part of one: it says in its own first line what it is, and a new one is named
    nowhere."""
    return any((above / "page.py").exists() for above in (folder, *folder.parents) if root in above.parents)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_table_of_a_package_is_in_the_order_of_its_layers(package: str) -> None:
    depths = {name: depth for depth, layer in enumerate(layers(f"faceforge_{package}")) for name in layer}
    shown = [depths[folder] for folder in folders(package) if folder in depths]
    assert shown == sorted(shown)


@pytest.mark.parametrize("page", BUILT, ids=named)
def test_every_place_that_a_page_names_exists(page: Path) -> None:
    written = re.findall(rf"`((?:{TOP})/[a-z\d_./-]*)`", page.read_text(encoding="utf-8"))
    assert [place for place in written if not (ROOT / place).exists()] == []
