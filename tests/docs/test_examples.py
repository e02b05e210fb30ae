"""Examples are run: what a page tells to type works on a real Core, and answers what the page shows.

The blocks in `bash` of a page run one after another in one shell. A block right after one is its answer: in `json` the
names and the kinds of values must be the same, the values may differ; in `text` each line must be there, in order, and
`…` stands for anything. Blocks in any other language are for reading only.

A page for newcomers names the address and the data directory of a Core on a new machine; here it finds them elsewhere.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from newcomer import USUAL_ADDRESS, newcomer
from pages import DOCS, PAGES, Example, examples, named
from served_core import Served

SHORTHAND = "ff() {"
CUT = "\n\x1e\n"
PRINT_CUT = r"printf '\n\036\n'"
RUN = [
    page
    for page in [DOCS / "index.md", *sorted((DOCS / "reference").glob("*.md"))]
    if any(each.language == "bash" for each in examples(page))
]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_json_can_be_read(page: Path) -> None:
    for example in examples(page):
        if example.language == "json":
            json.loads(example.text)


def shorthand() -> str:
    """How the pages call Core, from the page that explains it."""
    found = [each.text for each in examples(DOCS / "reference" / "index.md") if SHORTHAND in each.text]
    assert len(found) == 1
    return found[0]


@pytest.mark.needs("bash", "curl")
@pytest.mark.parametrize("page", RUN, ids=named)
def test_what_a_page_tells_to_type_works(page: Path, served: Served, tmp_path: Path) -> None:
    shown = examples(page)
    typed = [(place, each) for place, each in enumerate(shown) if each.language == "bash"]
    begin = "" if page.name == "index.md" else shorthand()
    script = "\n".join(["set -euo pipefail", begin, *(f"{each.text}\n{PRINT_CUT}" for _, each in typed)])
    folder, environment = newcomer(tmp_path, served.home)
    ran = subprocess.run(
        ["bash", "-c", script.replace(USUAL_ADDRESS, served.url)],
        cwd=folder,
        env={**environment, "url": served.url, "token": served.token, "home": str(served.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for (place, _), answer in zip(typed, ran.stdout.split(CUT), strict=False):
        following = shown[place + 1] if place + 1 < len(shown) else Example("", "")
        if following.language == "json":
            assert shape(json.loads(answer)) == shape(json.loads(following.text)), answer
        elif following.language == "text":
            lines = "\n".join(line.rstrip() for line in answer.splitlines())
            assert re.search(pattern(following.text), lines, re.DOTALL | re.MULTILINE), answer


def shape(value: Any) -> Any:
    """What kind of value it is: names, and kinds of what stands under them; of a list, its first item."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    return (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )


def pattern(text: str) -> str:
    """The lines of `text` in order, with others between them; `…` stands for anything within a line."""
    lines = [re.escape(line.strip()).replace("…", "[^\\n]*") for line in text.splitlines() if line.strip()]
    return ".*?".join(f"^{line}$" for line in lines)
