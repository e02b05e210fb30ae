"""Whoever silences a check says why, and no test is silenced at all."""

from __future__ import annotations

from sources import faults, files, modules

SILENCED = r"#\s*(?:type:\s*ignore|noqa|pyright:\s*ignore|pragma:\s*no cover)"
REASON = r"(?:\[[\w, -]+\]|:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)\s+#\s*\S+"

OTHERS = [path for path in modules() if path.name != "test_suppressions.py"]


def test_a_silenced_check_names_its_rule_and_gives_a_reason() -> None:
    """`# type: ignore[code]  # reason` or `# noqa: CODE  # reason`."""
    assert faults(rf"{SILENCED}(?!{REASON})", OTHERS, "silence") == []


def test_no_script_silences_a_check_for_itself() -> None:
    assert faults(r"eslint-disable|@ts-ignore", files(".js", ".html"), "silence") == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    """A test that needs a program says `needs(program)`; everything else is mended or removed."""
    words = "|".join(["mark.skip", "mark.xfail", r"pytest\.skip", r"pytest\.xfail", "importorskip"])
    assert faults(words, OTHERS, "skip") == []


def test_no_warning_is_ignored_for_all() -> None:
    assert faults(r"simplefilter\(.ignore|filterwarnings\(.ignore", OTHERS, "warning") == []
