"""The address of a list of files says what the list shows, and nothing that it cannot show."""

from __future__ import annotations

import pytest
from starlette.datastructures import QueryParams

from faceforge_ui.assets.listing import Listing


def listing(address: str) -> Listing:
    return Listing(QueryParams(address))


def test_filters_become_variables() -> None:
    shown = listing(
        "q=mira&tag=a&tag=b&kind=image.*&linked=none&deleted=only&taken_since=2026-05-01&sort_by=filename"
    )
    assert shown.variables == {
        "q": "mira",
        "tag": ["a", "b"],
        "kind": "image.*",
        "linked": "NONE",
        "deleted": "ONLY",
        "takenSince": "2026-05-01T00:00:00Z",
        "sortBy": "FILENAME",
        "sortOrder": "ASC",
    }
    assert shown.trash


@pytest.mark.parametrize(
    "address",
    ["linked=all", "deleted=yes", "taken_since=May", "q=", "tag=%20", "page=2", "sort_by=id&sort_order=up"],
)
def test_what_a_list_cannot_show_is_left_out(address: str) -> None:
    assert listing(address).variables == {"sortBy": "CREATED_AT", "sortOrder": "DESC"}


def test_a_condition_is_taken_away_alone() -> None:
    shown = listing("tag=a&tag=b&sort_by=kind&cursor=x")
    assert shown.without("tag", "a") == "/assets?tag=b&sort_by=kind"
    assert shown.address() == "/assets?tag=a&tag=b&sort_by=kind"
    assert shown.address(mime_type="image/*") == "/assets?tag=a&tag=b&sort_by=kind&mime_type=image%2F%2A"
    assert listing("mime_type=image/*").address(mime_type=None) == "/assets"
