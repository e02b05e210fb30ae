"""S5, S13: whoever may see only a part of the library sees that part: no page is refused whole whose own subject is
open to them, and nothing that is shown leads to a refusal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from types import MappingProxyType

import pytest
from running_core import RunningCore, SignedIn, running_core

from faceforge_ui.serving.menus import found_pages

READS = (
    "entities",
    "assets",
    "descriptors",
    "relationships",
    "field_defs",
    "journal",
    "jobs",
    "system",
    "tokens",
)
PERSONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "entities alone": ("entities:read",),
        "files alone": ("assets:read",),
        "entities and facts": ("entities:read", "descriptors:read"),
        "changing entities": ("entities:write",),
        "changing files": ("assets:write",),
        "changing facts of entities": ("entities:write", "descriptors:write"),
        "jobs alone": ("jobs:read",),
        "changing jobs": ("jobs:write",),
        "bringing folders in": ("imports:write", "jobs:write"),
        "reading everything": tuple(f"{each}:read" for each in (*READS, "sessions")),
        "nothing": (),
    }
)
SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "/assets": "assets:read",
        "/assets/{asset_id}": "assets:read",
        "/assets/{asset_id}/readings/{reader}": "assets:read",
        "/assets/{asset_id}/sources": "assets:write",
        "/entities": "entities:read",
        "/entities/new": "entities:read",
        "/entities/{entity_id}": "entities:read",
        "/entities/{entity_id}/attachments": "entities:read assets:read",
        "/entities/{entity_id}/descriptors": "entities:read descriptors:read",
        "/entities/{entity_id}/descriptors/files": "assets:read",
        "/entities/{entity_id}/history": "entities:read journal:read",
        "/entities/{entity_id}/neighbours": "entities:read",
        "/entities/{entity_id}/place": "entities:read",
        "/entities/{entity_id}/picture": "entities:write assets:read",
        "/entities/{entity_id}/relationships": "entities:read relationships:read",
        "/history": "journal:read",
        "/import": "imports:write",
        "/jobs": "jobs:read",
        "/jobs/schedules": "jobs:read",
        "/jobs/schedules/new": "jobs:write",
        "/jobs/schedules/{schedule_id}/edit": "jobs:write",
        "/jobs/{job_id}": "jobs:read",
        "/jobs/{job_id}/log": "jobs:read",
        "/settings/about": "system:read",
        "/settings/access": "tokens:read",
        "/settings/fields": "field_defs:read",
        "/settings/fields/new": "field_defs:write",
        "/settings/fields/{field_key}": "field_defs:write",
        "/settings/fields/{field_key}/edit": "field_defs:write",
        "/settings/importing": "imports:write",
        "/settings/network": "system:read",
        "/settings/relation-types": "relationships:read",
        "/settings/sessions": "sessions:read",
        "/settings/storage": "system:read",
    }
)
"""What each page is about, as what reading it needs; the others are open to everybody who is signed in."""
EITHER = {"/trash": ("entities:read", "assets:read")}
"""A page about two things, one of which is enough."""
PAGES = sorted({page.path for pages in found_pages() for page in pages.shown if not page.public})
BY_READING = {"share"}
"""The last word of the forms that change nothing of the library."""
UNKNOWN = "0" * 64
HTML = {"Accept": "text/html"}


class Ways(HTMLParser):
    """Where a page leads: its links, and what its forms and their buttons are sent to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a" and (found.get("href") or "").startswith("/"):
            self.links.add(str(found["href"]).partition("#")[0])
        if tag == "form" and found.get("method") == "post":
            self.forms.add(str(found.get("action")))
        if found.get("formaction"):
            self.forms.add(str(found["formaction"]))


@dataclass(frozen=True)
class Shared:
    """A Core with one of everything, and the sessions of people who may see some of it."""

    core: RunningCore
    records: Mapping[str, str]
    persons: Mapping[str, SignedIn]

    def at(self, path: str) -> str:
        for name, value in self.records.items():
            path = path.replace(name, value)
        return path

    def get(self, person: str, path: str) -> tuple[int, str]:
        answer = self.core.request("GET", path, token=self.persons[person], headers=HTML)
        for _ in range(3):
            if answer.status_code not in (302, 303, 307):
                break
            answer = self.core.request(
                "GET", answer.headers["location"], token=self.persons[person], headers=HTML
            )
        return answer.status_code, answer.text

    def sent(self, person: str, action: str) -> int:
        """What an empty form answers that is sent about a record that is not there."""
        for record in self.records.values():
            action = action.replace(record, UNKNOWN) if len(record) == len(UNKNOWN) else action
        token, headers = self.persons[person], {"Content-Type": "application/x-www-form-urlencoded"}
        return self.core.request("POST", action, token=token, headers=headers, content="a=b").status_code


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    with running_core(tmp_path_factory.mktemp("shared")) as core:

        def made(path: str, body: object) -> dict[str, str]:
            answer = core.request("POST", path, json=body)
            assert answer.status_code == 201, answer.text
            found: dict[str, str] = answer.json()
            return found

        made("/v1/admin/field-defs", {"field_key": "height", "field_type": "number", "scope": "both"})
        ada, bob = (
            made("/v1/entities", {"display_name": name, "tags": ["old"], "fields": {"height": 1.7}})
            for name in ("Ada", "Bob")
        )
        sent = core.request(
            "POST",
            "/v1/assets/upload",
            files={"file": ("note.txt", b"a note")},
            data={"entity_id": ada["entity_id"]},
        )
        asset = sent.json()["asset_id"]
        made(
            f"/v1/entities/{ada['entity_id']}/descriptors",
            {"field_key": "height", "value": 1.6, "evidence_asset_id": asset},
        )
        ends = {"src_entity_id": ada["entity_id"], "dst_entity_id": bob["entity_id"]}
        made("/v1/relationships", {**ends, "relationship_type": "friend"})
        gone = made("/v1/entities", {"display_name": "Gone"})
        assert core.request("DELETE", f"/v1/entities/{gone['entity_id']}").status_code == 204
        assert core.request("PUT", "/v1/job-types/shop.upscale", json={"title": "Upscale"}).status_code == 200
        job = made("/v1/jobs", {"job_type": "shop.upscale"})
        schedule = made(
            "/v1/schedules", {"name": "Every night", "cron": "0 3 * * *", "job_type": "shop.upscale"}
        )
        records = {
            "{job_id}": job["job_id"],
            "{schedule_id}": schedule["schedule_id"],
            "{entity_id}": ada["entity_id"],
            "{asset_id}": asset,
            "{field_key}": "height",
            "{reader}": "text",
        }
        persons = {
            name: core.sign_in(core.limited_token(*permissions)) for name, permissions in PERSONS.items()
        }
        yield Shared(core, records, persons)


def held(person: str) -> frozenset[str]:
    given = frozenset(PERSONS[person])
    return given | {each.replace(":write", ":read") for each in given}


@pytest.mark.parametrize("person", PERSONS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_what_the_person_may_see(shared: Shared, person: str, path: str) -> None:
    status, text = shared.get(person, shared.at(path))
    needed = frozenset(SUBJECTS.get(path, "").split())
    either = EITHER.get(path)
    open_to_them = bool(held(person) & set(either)) if either else needed <= held(person)
    assert status < 500
    assert (status != 403) == open_to_them
    if not text.startswith(("{", "[")):  # what scripts ask for
        assert "<h1" in text


@pytest.mark.parametrize("person", PERSONS)
@pytest.mark.parametrize("path", PAGES)
def test_nothing_that_is_shown_leads_to_a_refusal(shared: Shared, person: str, path: str) -> None:
    """Also on the page that refuses. What a form needs is asked with a record that is not there."""
    _, text = shared.get(person, shared.at(path))
    ways = Ways(text)
    refused = {each for each in ways.links if shared.get(person, each)[0] in (401, 403)}
    reads_only = all(one.endswith(":read") for one in PERSONS[person])
    for each in ways.forms:
        word = each.partition("?")[0].rsplit("/", 1)[-1]
        if (reads_only and word not in BY_READING) or shared.sent(person, each) == 403:
            refused.add(each)
    assert refused == set()


def test_whoever_does_not_see_the_evidence_does_not_take_it_away(shared: Shared) -> None:
    person, entity = "changing facts of entities", shared.records["{entity_id}"]
    before = shared.core.request("GET", f"/v1/entities/{entity}/descriptors").json()["items"][0]
    _, text = shared.get(person, f"/entities/{entity}/descriptors?fact={before['descriptor_id']}&edit=1")
    assert "note.txt" not in text
    sent = shared.core.request(
        "POST",
        f"/entities/{entity}/descriptors/{before['descriptor_id']}",
        token=shared.persons[person],
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        content="value=1.9&version=1",
    )
    assert sent.status_code == 201, sent.text
    after = shared.core.request("GET", f"/v1/entities/{entity}/descriptors").json()["items"][0]
    assert (after["value"], after["evidence_asset_id"]) == (1.9, before["evidence_asset_id"])


def test_the_first_page_is_one_that_is_open(shared: Shared) -> None:
    first = {
        person: shared.core.request("GET", "/", token=session).headers["location"]
        for person, session in shared.persons.items()
    }
    assert first["reading everything"] == first["entities alone"] == "/entities"
    assert (first["files alone"], first["nothing"]) == ("/assets", "/settings")
