"""The runner that the page on runners shows is the one that tests/clients runs, whole."""

from __future__ import annotations

from pages import DOCS, ROOT, examples


def test_the_runner_of_the_page_is_the_one_that_is_run() -> None:
    (shown,) = [each for each in examples(DOCS / "reference" / "runners.md") if each.language == "python"]
    run = ROOT / "tests" / "clients" / "python" / "runner.py"
    assert shown.text.strip() == run.read_text(encoding="utf-8").strip()
