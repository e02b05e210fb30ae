"""About: versions, whose work is in here under which licence, and what to send along with a question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions
from typing import Any

from starlette.responses import Response

from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)

LONGEST = 80
"""Some packages write their whole licence where its name belongs."""


@dataclass(frozen=True)
class Package:
    """A package that is installed with FaceForge."""

    name: str
    version: str
    licence: str


@pages.get(
    "/settings/about",
    entry=Entry("settings", "About", order=90, group="This app", permission="system:read"),
)
async def about(view: View) -> Response:
    """What runs here."""
    info = (await view.ask("About"))["systemInfo"]
    return view.page("settings/about/about.html", info=info, packages=packages(), diagnostics=_text(info))


@cache
def packages() -> tuple[Package, ...]:
    """The packages of this installation by name; the licence as each states it."""
    found = {each.metadata["Name"]: each for each in distributions() if each.metadata["Name"]}
    return tuple(
        Package(name, found[name].version, _licence(found[name])) for name in sorted(found, key=str.lower)
    )


def _licence(package: Distribution) -> str:
    """The SPDX expression, else what the classifiers say, else a short name in the old field (PEP 639)."""
    metadata = package.metadata
    stated = metadata["License-Expression"]
    if stated:
        return str(stated)
    classified = [
        each.rsplit(" :: ", 1)[-1]
        for each in metadata.get_all("Classifier") or []
        if each.startswith("License :: ") and each != "License :: OSI Approved"
    ]
    if classified:
        return ", ".join(classified)
    written = str(metadata["License"] or "").strip().splitlines()
    return written[0][:LONGEST] if written else "stated in the package"


def _text(info: dict[str, Any]) -> str:
    """The diagnostics as lines: nothing of what is kept here, no name and no path."""
    counts = ", ".join(f"{name} {number}" for name, number in info["counts"].items())
    stores = ", ".join(f"{each['provider']} {each['state'].lower()}" for each in info["stores"])
    lines = {
        "FaceForge Core": info["version"],
        "System": info["platform"],
        "Python": info["python"],
        "Database": f"{info['database']}, revision {info['schemaRevision']}",
        "Warning": info["databaseWarning"],
        "Started": info["startedAt"],
        "Stores": stores,
        "Held": counts,
        "Changes": f"{info['oldestChangesetId']} to {info['lastChangesetId']}",
    }
    return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)
