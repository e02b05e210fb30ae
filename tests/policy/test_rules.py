"""A rule that code, a test or a page cites by its number is explained in docs/rules.md."""

from __future__ import annotations

import re

from sources import ROOT, faults, files, named

PAGE = ROOT / "docs" / "rules.md"
CODE = re.compile(r"\b[ABDJPSU]\d{1,2}\b")
OUTSIDE = r"(?i)\b(?:requirements|spec|design|ui)\.md\b"
OTHERS = [path for path in files(".py", ".md", ".js", ".css", ".html") if path != PAGE]


def entries() -> list[str]:
    return re.findall(r"^- \*\*(\w+)\*\* ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_rule_that_is_cited_is_explained() -> None:
    known = set(entries())
    unexplained = [
        f"{named(path)}: {code}"
        for path in OTHERS
        for code in sorted(set(CODE.findall(path.read_text(encoding="utf-8"))) - known)
    ]
    assert unexplained == []


def test_each_rule_has_one_entry_in_the_order_of_its_number() -> None:
    found = entries()
    letters = sorted({code[0] for code in found})
    counts = {letter: sum(code.startswith(letter) for code in found) for letter in letters}
    assert found == [f"{letter}{number}" for letter in letters for number in range(1, counts[letter] + 1)]


def test_no_file_points_at_a_document_that_is_not_in_the_repository() -> None:
    assert faults(OUTSIDE, OTHERS, "outside") == []
