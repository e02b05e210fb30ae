"""The page on programs shows no code of its own: each example is part of a client that tests/clients runs."""

from __future__ import annotations

from pages import DOCS, ROOT, examples

CLIENTS = {"python": "python/*.py", "typescript": "javascript/*.ts"}


def test_each_example_is_part_of_a_client_that_is_run() -> None:
    shown = [each for each in examples(DOCS / "reference" / "programs.md") if each.language in CLIENTS]
    assert {each.language for each in shown} == set(CLIENTS)
    for each in shown:
        files = (ROOT / "tests" / "clients").glob(CLIENTS[each.language])
        assert any(each.text in file.read_text(encoding="utf-8") for file in files), each.text
