"""The journal as sentences, of what a real Core wrote down."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running_core import RunningCore, running_core

import faceforge_ui.history
from faceforge_ui.history import lines
from faceforge_ui.history.naming import names_of
from faceforge_ui.history.sentences import who

DOCUMENT = (Path(faceforge_ui.history.__file__).parent / "history.graphql").read_text()
HOSTILE = "{subject} <b>\u202egnp.exe"


class Library:
    """A Core with a history, asked as the page asks it."""

    def __init__(self, core: RunningCore) -> None:
        self.core = core

    def send(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self.core.request(method, f"/v1{path}", **options)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else {}

    def make(self, path: str, **values: Any) -> dict[str, Any]:
        return self.send("POST", path, json=values)

    def entity(self, name: str, **values: Any) -> str:
        return self.make("/entities", display_name=name, **values)["entity_id"]

    def patch(self, path: str, **values: Any) -> None:
        self.send("PATCH", path, json=values)

    async def ask(self, operation: str, **variables: Any) -> dict[str, Any]:
        body = {"query": DOCUMENT, "operationName": operation, "variables": variables}
        answer = await asyncio.to_thread(self.core.request, "POST", "/graphql", json=body)
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]

    async def lines(self, first: int = 100, may: Any = lambda _: True) -> list[lines.Line]:
        """The newest lines first."""
        found = (await self.ask("History", first=first))["changesets"]["nodes"]
        return lines.of_changesets(found, await names_of(lines.changes_of(found), self.ask, may))

    async def last(self, may: Any = lambda _: True) -> lines.Line:
        return (await self.lines(1, may))[0]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with running_core(tmp_path / "core") as core:
        yield Library(core)


def told(line: lines.Line) -> list[Any]:
    """The sentence, and what stands beneath it."""
    return [
        line.sentence.text,
        *((each.label, *each.before, "->", *each.after) for each in line.sentence.differences),
    ]


async def test_each_edit_of_an_entity_is_a_sentence_with_before_and_after(library):
    library.make(
        "/admin/field-defs", field_key="height", scope="both", field_type="number", label="Height", unit="cm"
    )
    assert told(await library.last()) == ["Field Height defined"]
    mira = library.entity("Mira", tags=["guild"], fields={"height": 163})
    assert told(await library.last()) == ["Mira created"]
    path = f"/entities/{mira}"
    library.patch(path, display_name="Mira Okonkwo")
    assert told(await library.last()) == ["Mira Okonkwo renamed", ("Name", "Mira", "->", "Mira Okonkwo")]
    library.patch(path, tags=["guild", "arc-1", "arc-2"])
    assert told(await library.last()) == ["Tags arc-1 arc-2 added to Mira Okonkwo"]
    library.patch(path, tags=["arc-1", "arc-2"])
    assert (await library.last()).sentence.text == "Tag guild removed from Mira Okonkwo"
    library.patch(path, fields={"height": 171})
    assert told(await library.last()) == [
        "Height of Mira Okonkwo changed",
        ("Height", "163 cm", "->", "171 cm"),
    ]
    library.patch(path, fields={"height": None})
    assert told(await library.last()) == ["Height of Mira Okonkwo removed", ("Height", "171 cm", "->")]
    library.patch(path, aliases=["Miri"], external_ids=[{"namespace": "stash", "value": "9f1c"}])
    assert told(await library.last()) == [
        "Other names and external ids of Mira Okonkwo added",
        ("Other names", "->", "Miri"),
        ("External ids", "->", "stash 9f1c"),
    ]
    library.patch(path, fields={"a": 1, "b": True, "c": {"x": 1}}, plugin_data={"ffvoice": {"pitch": 3}})
    assert told(await library.last()) == [
        "4 things of Mira Okonkwo added",
        ("A", "->", "1"),
        ("B", "->", "Yes"),
        ("C", "->", '{"x": 1}'),
        ("Data of ffvoice", "->", '{"pitch": 3}'),
    ]
    library.send("DELETE", path)
    assert told(await library.last()) == ["Mira Okonkwo moved to the trash"]
    library.send("POST", f"{path}/restore")
    assert told(await library.last()) == ["Mira Okonkwo put back"]


async def test_facts_and_relations_are_told_of_whom_they_are_about(library):
    mira, tarn = library.entity("Mira"), library.entity("Tarn Veld")
    fact = library.make(
        f"/entities/{mira}/descriptors", field_key="hair_colour", value="silver", valid_from="2015-05"
    )
    assert told(await library.last()) == [
        "Hair colour of Mira noted",
        ("Hair colour", "->", "silver", "since May 2015"),
    ]
    library.patch(f"/descriptors/{fact['descriptor_id']}", value="ash", confidence=0.8)
    assert told(await library.last()) == [
        "Hair colour of Mira corrected",
        ("Hair colour", "silver", "->", "ash"),
        ("Confidence", "->", "80%"),
    ]
    library.send("DELETE", f"/descriptors/{fact['descriptor_id']}")
    assert told(await library.last()) == [
        "Hair colour of Mira removed",
        ("Hair colour", "ash", "since May 2015", "->"),
    ]
    relation = library.make(
        "/relationships", src_entity_id=mira, dst_entity_id=tarn, relationship_type="arch_rival"
    )
    assert told(await library.last()) == ["Mira and Tarn Veld related: arch rival"]
    library.patch(f"/relationships/{relation['relationship_id']}", valid_from="2015")
    assert told(await library.last()) == ["Mira and Tarn Veld: arch rival changed", ("Since", "->", "2015")]
    library.send("DELETE", f"/relationships/{relation['relationship_id']}")
    assert (await library.last()).sentence.text == "Mira and Tarn Veld no longer related: arch rival"


async def test_files_are_added_to_somebody(library):
    mira = library.entity("Mira")
    sent = {"files": {"file": ("rooftop 1.txt", b"one")}, "data": {"entity_id": mira}}
    asset = library.send("POST", "/assets/upload", **sent)["asset_id"]
    line = await library.last()
    assert (told(line), line.lines) == (["rooftop 1.txt added to Mira"], ())
    library.send("POST", f"/entities/{mira}/assets/{asset}/link", json={"role": "portrait"})
    assert told(await library.last()) == [
        "rooftop 1.txt is now at Mira as portrait",
        ("Role", "->", "portrait"),
    ]
    library.patch(f"/assets/{asset}", user_metadata={"place": "roof"})
    assert told(await library.last()) == ["Place of rooftop 1.txt added", ("place", "->", "roof")]
    library.patch(f"/entities/{mira}", primary_thumbnail_asset_id=asset)
    assert told(await library.last()) == ["Picture of Mira added", ("Picture", "->", "rooftop 1.txt")]
    library.send("POST", f"/entities/{mira}/assets/{asset}/unlink")
    assert (await library.last()).sentence.text == "rooftop 1.txt unlinked from Mira"


async def test_several_of_the_same_are_one_line_that_opens(library):
    people = [library.entity(name) for name in ("Ada", "Mira", "Tarn")]
    for each in people:
        library.patch(f"/entities/{each}", tags=["arc-2"])
    tagged, created = await library.lines()
    assert tagged.sentence.text == "Tag arc-2 added to 3 entities"
    assert [line.sentence.text for line in tagged.lines] == [
        f"Tag arc-2 added to {name}" for name in ("Tarn", "Mira", "Ada")
    ]
    assert (created.sentence.text, created.total, created.more) == ("3 entities created", 3, 0)
    for each in people:
        library.send("DELETE", f"/entities/{each}")
    assert (await library.lines(3))[0].sentence.text == "3 entities moved to the trash"


async def test_one_operation_that_changed_more_than_is_loaded_says_so(library):
    mira = library.entity("Mira")
    for year in range(2000, 2010):
        library.make(f"/entities/{mira}/descriptors", field_key="home", value=str(year), valid_from=str(year))
    assert [line.sentence.text for line in await library.lines(3)] == ["Home of Mira noted"] * 3
    library.send("DELETE", f"/entities/{mira}")
    library.send("POST", f"/entities/{mira}/purge")
    line = await library.last()
    assert (line.sentence.text, line.total, line.more) == ("An entity erased for good", 11, 5)
    assert line.changeset is not None
    oldest = (await library.lines())[-1]
    assert told(oldest) == ["An entity added, and erased since"]


async def test_accesses_for_programs_are_told_without_their_secret(library):
    token = library.make("/tokens", name="Bulk import", permissions=["entities:write"])
    assert told(await library.last()) == ["Access for Bulk import made"]
    made = library.core.request("POST", "/v1/entities", token=token["secret"], json={"display_name": "Ada"})
    assert made.status_code == 201
    assert (await library.last()).who == "Bulk import"
    library.send("POST", f"/tokens/{token['token_id']}/rotate")
    assert told(await library.last()) == ["Access for a program given a new secret"]
    library.send("DELETE", f"/tokens/{token['token_id']}")
    assert told(await library.last()) == ["Access for Bulk import taken away"]


async def test_words_from_the_data_are_never_read_as_a_form(library):
    library.make("/admin/field-defs", field_key="odd", scope="both", field_type="string", label=HOSTILE)
    mira = library.entity(HOSTILE)
    library.patch(f"/entities/{mira}", fields={"odd": HOSTILE}, tags=[HOSTILE])
    line = await library.last()
    assert line.sentence.text == f"Tags and {HOSTILE} of {HOSTILE} added"
    assert all(part.kind != "text" for part in line.sentence.parts if HOSTILE in part.text)
    library.make(f"/entities/{mira}/descriptors", field_key="odd", value=HOSTILE)
    assert (await library.last()).sentence.text == f"{HOSTILE} of {HOSTILE} noted"


async def test_what_may_not_be_read_stays_unnamed(library):
    mira = library.entity("Mira")
    library.make(f"/entities/{mira}/descriptors", field_key="home", value="harbour")
    line = await library.last(lambda permission: permission == "journal:read")
    assert line.sentence.text == "Home of an entity that is gone noted"


def test_the_reader_is_you():
    assert who("install") == "you"
    assert who("token:Bulk import") == "Bulk import"
    assert who("token:me", me="token:me") == "you"
    assert who("install", me="token:me") == "the owner"
