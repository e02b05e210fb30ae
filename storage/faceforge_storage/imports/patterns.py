"""Glob patterns for paths below a root: `*.png`, `2026/*`, `**/drafts/*.psd`. Case does not matter."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from functools import lru_cache

ANY_FOLDERS = "**"


class Patterns:
    """Whether a path fits any of several patterns. One without a `/` is about the name alone, wherever it is."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._names = _either([each for each in patterns if "/" not in each.strip("/")])
        self._paths = [each.strip("/").casefold().split("/") for each in patterns if "/" in each.strip("/")]

    def __bool__(self) -> bool:
        return self._names is not None or bool(self._paths)

    def fits(self, path: str, name: str) -> bool:
        """Whether the path below the root, or its last part, fits."""
        if self._names is not None and self._names.match(name.casefold()):
            return True
        if not self._paths:
            return False
        parts = path.casefold().split("/")
        return any(_fits(pattern, parts) for pattern in self._paths)


def _either(patterns: Sequence[str]) -> re.Pattern[str] | None:
    if not patterns:
        return None
    return re.compile("|".join(fnmatch.translate(each.strip("/").casefold()) for each in patterns))


def _fits(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether the parts of a path fit those of a pattern, of which `**` stands for any number of folders.

    Takes time in proportion to the product of their lengths, whatever the pattern is.
    """
    reached = {0}
    for wanted in pattern:
        if wanted == ANY_FOLDERS:
            reached = set(range(min(reached), len(parts) + 1)) if reached else reached
        else:
            part = _part(wanted)
            reached = {each + 1 for each in reached if each < len(parts) and part.match(parts[each])}
    return len(parts) in reached


@lru_cache(maxsize=1024)
def _part(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))
