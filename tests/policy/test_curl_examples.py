"""Every `curl` that a page or a docstring shows and that writes a file has `--fail`.

Without it curl writes the JSON of a refusal into the file, and `-C -` then goes on behind it: a file of the right size
and wrong bytes. The server cannot tell: such a request names a place to go on at, and nothing of what is before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sources import ROOT, allowed, files, named

SHOWN = [path for path in files(".md", ".sh", ".html", ".py", ".js") if ROOT / "tests" not in path.parents]
CURL = re.compile(r"(?<![\w./-])(?:curl(?:\.exe)?|ff) (?=[-\"$<h@])[^`|;]*")
"""A command, up to where it ends; `ff` is what the reference pages have for curl with a token."""
OUTPUT = {"-o", "--output"}
OTHER_WRITERS = {"-O", "--remote-name", "-C", "--continue-at"}


def commands(text: str) -> Iterator[tuple[int, str]]:
    """(line, command) of each curl in a text; a command goes on over lines that end in a backslash."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        whole, following = line, number + 1
        while whole.rstrip().endswith("\\") and following < len(lines):
            whole, following = f"{whole.rstrip()[:-1]} {lines[following].strip()}", following + 1
        for found in CURL.finditer(re.sub(r"<[^<>]*>", "", whole) if "<pre" in whole else whole):
            yield number + 1, found[0]


def writes(command: str) -> bool:
    """Whether it leaves a file behind."""
    words = command.split()
    written = [
        words[place + 1] for place, word in enumerate(words[:-1]) if word in OUTPUT or shortened(word, "o")
    ]
    others = any(word in OTHER_WRITERS or shortened(word, "O") or shortened(word, "C") for word in words)
    return others or any(file.rstrip(")") not in {"/dev/null", "-"} for file in written)


def fails(command: str) -> bool:
    return any(word in {"-f", "--fail"} or shortened(word, "f") for word in command.split())


def shortened(word: str, option: str) -> bool:
    """Whether several short options in one word, such as `-sSo`, have this one."""
    return re.fullmatch(r"-[a-zA-Z]+", word) is not None and option in word[1:]


def refused(text: str) -> list[tuple[int, str]]:
    lines = text.splitlines()
    return [
        (number, command)
        for number, command in commands(text)
        if writes(command) and not fails(command) and not allowed(lines, number, "curl")
    ]


def test_every_curl_that_writes_a_file_has_fail() -> None:
    found = [
        f"{named(path)}:{number}: {command.strip()[:120]}"
        for path in SHOWN
        for number, command in refused(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_examples_are_looked_at() -> None:
    """The script of the first steps and the page of downloads have one each."""
    for path in ("docs/first-steps.sh", "docs/reference/downloads.md"):
        shown = commands(Path(ROOT / path).read_text(encoding="utf-8"))
        assert any(writes(command) and fails(command) for _, command in shown), path


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("curl -C - -o a.png $url", 1),
        ("curl --fail -C - -o a.png $url", 0),
        ('curl.exe -H "x" -sSo a.png "$url"', 1),
        ("curl -OJ $url", 1),
        ("curl -fOJ $url", 0),
        ("curl -s $url \\\n  -o a.png", 1),
        ("curl -s $url \\\n  -o a.png --fail", 0),
        ("curl --output /dev/null $url", 0),
        ('ff "$url/v1/assets" --output got', 1),
        ("run `curl --continue-at - --output FILE …` again", 1),
        ("curl <span data-origin>$url</span>/v1", 0),
        ("# allow curl: the status is looked at\ncurl -o answer $url", 0),
    ],
)
def test_what_the_policy_finds(text: str, count: int) -> None:
    assert len(refused(text)) == count
