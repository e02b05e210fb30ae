"""The markup that every page has many times over, made in Python: as macros it took a fifth of a page's time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup, escape

from faceforge_ui.serving.pages import ROOT
from faceforge_ui.serving.static_files import asset_fingerprint, imports_of

ASSET = f"/ui/{asset_fingerprint()}"
"""Where the files lie that pages load."""


@cache
def style(name: str) -> Markup:
    """The link to a stylesheet of ours; raises FileNotFoundError."""
    return Markup(f'<link rel="stylesheet" href="{ASSET}/{_known(name)}">')  # noqa: S704  # a file name of ours


@cache
def module(name: str) -> Markup:
    """The module and, so that one round brings them all, those it imports."""
    ahead = [f'<link rel="modulepreload" href="{ASSET}/{each}">' for each in imports_of(_known(name))]
    script = f'<script type="module" src="{ASSET}/{name}"></script>'
    return Markup("\n".join([*ahead, script]))  # noqa: S704  # made of file names of ours


@cache
def _known(name: str) -> str:
    if not (ROOT / name).is_file():
        raise FileNotFoundError(f"ui/faceforge_ui/{name}")
    return name


def attributes(given: Mapping[str, Any], leave_out: Collection[str] = ()) -> Markup:
    """What a macro was given beside what it knows, as attributes of its element.

    `data_swap="#list"` becomes `data-swap="#list"`; True stands for an attribute without a value (for `aria_…`:
    "true"), False and None leave it out (for `aria_…`, False is "false").
    """
    written = ""
    for name, value in given.items():
        is_aria = name.startswith("aria_")
        if name in leave_out or value is None or (value is False and not is_aria):
            continue
        written += f" {escape(name.replace('_', '-'))}"
        if isinstance(value, bool) and is_aria:
            written += '="true"' if value else '="false"'
        elif value is not True:
            written += f'="{escape(value)}"'
    return Markup(written)  # noqa: S704  # its parts are escaped


@lru_cache
def icon(name: str) -> Markup:
    """A picture of `design/icons.svg`, by its id there."""
    picture = f'<use href="{ASSET}/design/icons.svg#{escape(name)}"></use>'
    box = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
    return Markup(f"{box}{picture}</svg>")  # noqa: S704  # its parts are escaped
