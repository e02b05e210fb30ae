"""The page *Add a noun* is true: its diff, put into a copy of the code, is all that a noun needs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from code_copy import added, copy_with, diff_of, run, run_pytest
from pages import DOCS, ROOT, examples

PAGE = DOCS / "add-a-noun.md"
OPERATIONS = ("comment", "comments", "create_comment", "update_comment", "delete_comment")
FACES = [
    "tests/faces/test_every_operation.py",
    "tests/faces/test_who_may_ask.py",
    "tests/faces/test_one_changeset.py",
    "tests/faces/test_nothing_is_written.py",
    "tests/faces/test_patches.py",
    "tests/faces/test_lists.py",
    "tests/faces/test_statement_counts.py",
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_with(diff_of(PAGE), tmp_path_factory.mktemp("copy"))


def test_the_change_is_a_table_with_its_migration_two_modules_and_one_of_tests() -> None:
    assert list(added(diff_of(PAGE))) == [
        "storage/faceforge_storage/database/tables.py",
        "storage/faceforge_storage/database/migrations/versions/0012_comments.py",
        "storage/faceforge_storage/comments.py",
        "schema/faceforge_schema/comments.py",
        "tests/faces/nouns/comments.py",
    ]


def test_its_rows_pass_in_the_tests_of_every_noun(copy: Path) -> None:
    ran = run_pytest(copy, "-v", *FACES, "-k", "omment or _is_here or has_rows")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for operation in OPERATIONS:
        assert re.search(rf"works_alike_on_both_faces\[{operation}\] PASSED", ran.stdout), operation
        assert re.search(rf"without_permissions_is_refused\w*\[rest-{operation}\] PASSED", ran.stdout)
    for operation in OPERATIONS[2:]:
        assert re.search(rf"test_every_mutation\[graphql-{operation}\] PASSED", ran.stdout), operation
    for test in (
        r"test_an_absent_key_keeps_and_a_null_clears\[rest-update_comment\]",
        r"test_by_a_mutation_without_effect\[rest-comments: patched with what it has\]",
        r"test_pages_show_each_record_once\w*\[graphql-comments\]",
        r"test_a_list_by_rest_takes_as_many_statements\w*\[comments\]",
        r"test_no_way_through_the_graph\w*\[comments\(first: 1\) { nodes { entity { __typename } } }\]",
    ):
        assert re.search(rf"{test} PASSED", ran.stdout), test


PURGE = """
def test_a_comment_goes_with_its_entity(face, world):
    made = face.call("create_comment", entity_id=world.ada, input={"text": "x"}).ok()["comment_id"]
    face.call("delete_entity", entity_id=world.ada).ok()
    assert face.call("comment", comment_id=made).code == "not_found"
    face.call("purge_entity", entity_id=world.ada).ok()
    assert [each["erased"] for each in face.call("changes", record_id=made).ok()["items"]] == [True, True]
"""


def test_it_goes_with_its_entity(copy: Path) -> None:
    (copy / "tests" / "faces" / "test_purge_of_comments.py").write_text(PURGE)
    ran = run_pytest(copy, "-q", "tests/faces/test_purge_of_comments.py")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_its_migration_makes_its_table(copy: Path) -> None:
    shutil.copytree(ROOT / "tests" / "storage", copy / "tests" / "storage")
    tests = ["tests/storage/database/test_migrations.py", "-k", "newest_step or steps_make or overlooks"]
    ran = run_pytest(copy, "-q", *tests)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_contract_and_the_reference_have_it_and_break_nothing(copy: Path) -> None:
    wrote = run(copy, "-m", "faceforge_server", "schema", "--write")
    assert wrote.returncode == 0, wrote.stderr
    assert "breaking change" not in wrote.stdout
    contract = (copy / "schema" / "schema.graphql").read_text(encoding="utf-8")
    shown = next(
        each.text for each in examples(PAGE) if "@resource" in each.text and each.language == "graphql"
    )
    assert " ".join(shown.split()) in " ".join(contract.split())
    reference = copy / "docs" / "reference"
    assert "### Comment\n" in (reference / "records.md").read_text(encoding="utf-8")
    assert "### createComment\n" in (reference / "operations.md").read_text(encoding="utf-8")
    for permission in ("comments:read", "comments:write"):
        assert f"| `{permission}` |" in (reference / "permissions.md").read_text(encoding="utf-8")


def test_no_list_of_layers_needs_it(copy: Path) -> None:
    ran = run(copy, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())")
    assert ran.returncode == 0, ran.stdout + ran.stderr
