"""What commands print for people: names made harmless, tables, and one line that shows progress."""

from __future__ import annotations

import shutil
import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import TextIO

JOINERS = "\u200c\u200d"
"""Invisible, but letters of some scripts and many emoji are written with them."""
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of characters that steer a terminal, turn the direction of its text, or are no characters."""
PLAIN_SECONDS = 5.0
"""How far apart two lines of progress are, where there is no terminal that can write one line anew."""
WIDEST = 100
CELLS = 20


def takes_any_letter(stream: TextIO) -> None:
    """Lets a stream write as an escape what its encoding lacks, such as an emoji on an old Windows console."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def harmless(text: str) -> str:
    """`text` on one line, where all that would steer a terminal is written as its escape: a file may have any name."""
    return "".join(
        each.encode("unicode_escape").decode()
        if unicodedata.category(each) in STEERING and each not in JOINERS
        else each
        for each in text
    )


def shortened(text: str, width: int) -> str:
    """`text` made harmless, in at most `width` columns."""
    shown = harmless(text)
    if _columns(shown) <= width:
        return shown
    while shown and _columns(shown) > width - 1:
        shown = shown[:-1]
    return f"{shown}…"


def _columns(text: str) -> int:
    """How many columns a text takes at most."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def say(*lines: str) -> None:
    """Print what was asked for."""
    for line in lines:
        print(harmless(line), flush=True)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines with the columns one below the other. The last column is not padded: there the names stand, whose width a
    terminal alone knows."""
    lines = [tuple(head), *(tuple(harmless(cell) for cell in row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    return [
        "  ".join(
            [*(f"{cell:{width}}" for cell, width in zip(line, widths, strict=False)), line[-1]]
        ).rstrip()
        for line in lines
    ]


class ProgressLine:
    """Shows how far something is: on a terminal one line that is written anew, elsewhere a line now and then."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._anew = self._stream.isatty()
        self._shown, self._next, self._drawn = "", 0.0, False

    def show(self, fraction: float | None, text: str) -> None:
        """Show `text`, behind a bar or a percentage where `fraction` (0 to 1) is known."""
        if self._anew:
            bar = "" if fraction is None else f"[{'#' * int(fraction * CELLS):-<{CELLS}}] "
            width = min(shutil.get_terminal_size().columns, WIDEST) - 1
            print(f"\r\x1b[K{shortened(bar + text, width)}", end="", file=self._stream, flush=True)
            self._drawn = True
        elif text != self._shown and time.monotonic() >= self._next:
            far = "" if fraction is None else f"{int(fraction * 100)} % "
            print(harmless(far + text), file=self._stream, flush=True)
            self._shown, self._next = text, time.monotonic() + PLAIN_SECONDS

    def say(self, text: str) -> None:
        """A line that stays, above the one that shows progress."""
        self.end()
        print(harmless(text), file=self._stream, flush=True)

    def end(self) -> None:
        """Take the line of progress away."""
        if self._drawn:
            print("\r\x1b[K", end="", file=self._stream, flush=True)
            self._drawn = False
