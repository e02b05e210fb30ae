"""`faceforge schema` writes every generated file, and refuses a checkout in which one differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from faceforge_codegen import generated_files
from faceforge_codegen.commands.schema import schema

TEXTS = generated_files.generated()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with every generated file as the code has it."""
    monkeypatch.setattr(generated_files, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    generated_files.write(TEXTS)
    return tmp_path


def output(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_files_that_are_those_of_the_code_pass(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema(check=True)
    assert output(capsys) == []


SDL, CHANGED, MISSING = (
    "schema/schema.graphql",
    "docs/reference/permissions.md",
    "docs/reference/errors.md",
)


@pytest.fixture
def stale(checkout: Path) -> Path:
    """A checkout whose committed schema had one field more, one page other words, and another page is missing."""
    sdl = TEXTS[SDL].replace("type Query {\n", "type Query {\n  promised: String\n")
    (checkout / SDL).write_text(sdl, encoding="utf-8")
    (checkout / CHANGED).write_text(TEXTS[CHANGED] + "Written by hand.\n", encoding="utf-8")
    (checkout / MISSING).unlink()
    return checkout


BREAKING = "breaking change: GraphQL: Field Query.promised was removed."


def test_each_file_that_differs_fails_the_check(stale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="python dev"):
        schema(check=True)
    differing = [f"{name} differs from the code" for name in (SDL, MISSING, CHANGED)]
    assert output(capsys) == [BREAKING, *differing]


def test_each_file_that_differs_is_written(stale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema(write=True)
    assert output(capsys) == [
        BREAKING,
        *(f"{name} was written anew" for name in (SDL, MISSING, CHANGED)),
    ]
    assert generated_files.committed(list(TEXTS)) == TEXTS


def test_where_there_is_no_checkout_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generated_files, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match="no checkout"):
        schema(write=True)
    assert list(tmp_path.iterdir()) == []


def test_without_options_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    schema()
    assert capsys.readouterr().out == TEXTS["schema/schema.graphql"]
