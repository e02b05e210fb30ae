"""A plan is written as lines and read again piece by piece; a choice changes what it says of a file."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from io import BytesIO

import pytest

from faceforge_storage.imports.plan_format import (
    LEAVE_OUT,
    DamagedPlan,
    Decision,
    Head,
    Link,
    Option,
    PlannedEntity,
    PlannedFile,
    PlanReader,
    PlanWriter,
    Summary,
    decide,
)

ADA = PlannedEntity("e1", "Ada", "folder", "ada", entity_id="1" * 64, files=2, bytes=3)
ZED = PlannedEntity("e2", "Zed", "sidecar", "z_meta.json", create={"display_name": "Zed"})
WHICH = Decision(
    "d1", "several_entities", "?", [Option("x", "X", "e1"), Option("nobody", "-"), Option(LEAVE_OUT, "-")]
)
NEW = PlannedFile(
    "new", "a/😀.png", size=2, mtime_ns=1, inode=2**63 - 1, filename="😀.png", links=[Link("e1", "x")]
)
HERE = PlannedFile("here", "b", asset_id="2" * 64, sha256="3" * 64, stored=True)
OPEN = PlannedFile("undecided", "c", size=1, links=[Link(None, "r", "d1"), Link("e2")], decisions=["d1"])
GONE = PlannedFile(
    "unreadable", "d�", raw=base64.b64encode(b"d\xff").decode(), reason="special", message="No."
)
FILES = (NEW, OPEN, HERE, GONE, OPEN)


def written(files: Iterable[PlannedFile] = FILES) -> BytesIO:
    plan, writer = BytesIO(), PlanWriter()
    plan.write(writer.head(Head("/pictures", {"mode": "copy"})))
    for each in files:
        plan.write(writer.file(each))
    for line in writer.end(iter([ADA, ZED]), iter([WHICH]), Summary(found=5, new=1)):
        plan.write(line)
    plan.seek(0)
    return plan


def test_what_is_written_is_read_again() -> None:
    plan = PlanReader(written())
    assert (plan.head, plan.summary) == (Head("/pictures", {"mode": "copy"}), Summary(found=5, new=1))
    assert [each for _, each in plan.files()] == list(FILES)
    assert (list(plan.entities()), list(plan.decisions())) == ([ADA, ZED], [WHICH])
    assert (NEW.path, GONE.path) == ("a/😀.png".encode(), b"d\xff")


def test_reading_goes_on_where_it_ended() -> None:
    plan = PlanReader(written())
    places = [place for place, _ in plan.files()]
    for number, place in enumerate(places):
        assert [each for _, each in plan.files(place)] == list(FILES[number + 1 :])


def test_files_of_one_state_are_found_without_reading_the_others() -> None:
    plan = PlanReader(written())
    found = [line for _, line in plan.lines("files", state="undecided")]
    assert len(found) == 2
    assert list(plan.lines("files", state="growing")) == []


def test_a_plan_without_files_is_one() -> None:
    assert list(PlanReader(written(())).files()) == []


@pytest.mark.parametrize(
    "harm", ["", "{}", '{"format":2}', "no json", '{"format":1,"root":"/","options":{}}\n[]']
)
def test_what_is_no_plan_is_refused(harm: str) -> None:
    with pytest.raises(DamagedPlan):
        PlanReader(BytesIO(harm.encode()))


def test_a_plan_that_was_cut_off_is_refused() -> None:
    whole = written().getvalue()
    for length in range(0, len(whole) - 2, 97):
        with pytest.raises(DamagedPlan):
            PlanReader(BytesIO(whole[:length]))


def test_a_choice_says_whom_a_file_belongs_to() -> None:
    entity, nobody, leave_out = WHICH.options
    assert decide(NEW, {}) == NEW
    assert decide(HERE, {}) == HERE
    assert decide(GONE, {"d1": entity}) is None
    assert decide(OPEN, {}) is None
    assert decide(OPEN, {"d1": leave_out}) is None
    decided = decide(OPEN, {"d1": entity})
    assert decided is not None
    assert (decided.state, decided.links) == ("new", [Link("e1", "r"), Link("e2")])
    decided = decide(OPEN, {"d1": nobody})
    assert decided is not None
    assert (decided.links, decided.decisions) == ([Link("e2")], [])
