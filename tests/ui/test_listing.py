"""The address of the list of entities holds all of it, and ids fit into the address of an undo."""

from __future__ import annotations

import secrets
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.datastructures import QueryParams

from faceforge_storage.errors import InvalidInput
from faceforge_ui.entities.listing import Listing, listing
from faceforge_ui.serving.selection import packed, undo_address, unpacked

ALL = (
    "/entities?view=list&q=mi&tag=ranger&tag=%C3%A9lan&external_id=stash%3A1&deleted=include"
    "&sort_by=display_name&sort_order=asc&column=tags&column=field.height"
)


def of(address: str) -> Listing:
    query = QueryParams(urlsplit(address).query)
    return listing(cast("Any", SimpleNamespace(query=query)))


def test_an_address_reproduces_the_list() -> None:
    assert of(ALL).address() == ALL


def test_the_usual_list_has_the_short_address() -> None:
    assert of("/entities?view=gallery&q=&sort_by=updated_at&sort_order=desc").address() == "/entities"


def test_what_an_address_says_wrong_is_left_out() -> None:
    assert of("/entities?view=maze&sort_by=height&deleted=maybe&tag=%20").address() == "/entities"


def test_no_column_at_all_is_a_choice_too() -> None:
    assert of("/entities?column=none").columns == ()
    assert of(of("/entities?column=none").address()).columns == ()
    assert of("/entities").columns is None


def test_each_condition_leads_to_the_list_without_it() -> None:
    found = {each.words: of(each.without) for each in of(ALL).conditions}
    assert found["mi"].q == ""
    assert found["ranger"].tags == ("élan",)
    assert found["stash:1"].external_id == ""
    assert found["Also in the trash"].deleted == ""
    assert of(of(ALL).plain).conditions == []


def test_what_follows_a_cursor_keeps_the_list() -> None:
    query = parse_qs(urlsplit(of(ALL).after("abc")).query)
    assert query["cursor"] == ["abc"]
    assert query["tag"] == ["ranger", "élan"]


def test_a_thousand_ids_fit_into_an_address() -> None:
    ids = [secrets.token_hex(32) for _ in range(1000)]
    assert unpacked(packed(ids)) == ids
    assert len(undo_address("/entities/restore", ids)) < 48 * 1024


def test_what_is_no_list_of_ids_cannot_be_undone() -> None:
    with pytest.raises(InvalidInput):
        unpacked("a")
