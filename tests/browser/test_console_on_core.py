"""The GraphQL console on a real Core: the first query, drafts of every operation, and a live subscription."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from core_process import SECONDS, CoreProcess
from graphql import build_schema, parse, validate
from playwright.sync_api import Page, expect
from small_core import RunningCore
from visit import Visit

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    process = CoreProcess(tmp_path_factory.mktemp("console") / "home")
    yield process
    process.kill()


@pytest.fixture(scope="module")
def core(process: CoreProcess) -> RunningCore:
    return RunningCore(process.url.rstrip("/"), process.token)


@pytest.fixture
def console(visit: Visit) -> Page:
    page = visit.open_signed_in("/graphql")
    expect(page.get_by_role("heading", name="Queries")).to_be_visible()
    return page


def result(page: Page) -> Any:
    expect(page.locator("#outcome")).to_have_text(re.compile(r"^\d+ in \d+ ms$"))
    return json.loads(page.locator("#result").text_content() or "")


def test_the_first_query_shows_what_is_here_be_it_nothing_or_something(
    console: Page, process: CoreProcess
) -> None:
    console.get_by_role("button", name="Run", exact=True).click()
    nothing = result(console)["data"]
    assert nothing["systemInfo"]["version"]
    assert nothing["entities"] == {"totalCount": 0, "nodes": []}
    process.client.post("/v1/entities", json={"display_name": "Ada"}).raise_for_status()
    console.get_by_role("button", name="Run", exact=True).click()
    expect(console.locator("#result")).to_contain_text('"displayName": "Ada"')


def test_a_limited_token_is_told_what_the_first_query_would_need(visit: Visit, process: CoreProcess) -> None:
    made = process.client.post("/v1/tokens", json={"name": "few", "permissions": ["entities:read"]})
    made.raise_for_status()
    page = visit.open("/graphql")
    visit.sign_in(made.json()["secret"])
    expect(page.get_by_role("heading", name="Queries")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#faults")).to_contain_text("assets:read, system:read")
    visit.complaints.clear()  # the console says that a request was refused


def test_every_draft_fits_the_schema_and_names_each_field_once(console: Page, process: CoreProcess) -> None:
    schema = build_schema(httpx.get(f"{process.url.rstrip('/')}/schema.graphql", trust_env=False).text)
    editor = console.get_by_role("textbox", name="Query")
    wrong = []
    buttons = console.locator("#schema .use").all()
    assert len(buttons) > 30
    for button in buttons:
        button.click()
        draft = editor.input_value()
        fields = re.findall(r"^    +(\w+)$", draft, re.MULTILINE)
        if validate(schema, parse(draft)) or len(fields) != len(set(fields)):
            wrong.append(draft)
    assert wrong == []


def test_a_change_is_seen_by_who_listens(console: Page, process: CoreProcess) -> None:
    console.get_by_role("button", name="Use changesets", exact=True).last.click()
    console.get_by_role("button", name="Run", exact=True).click()
    expect(console.locator("#outcome")).to_have_text("Listening…")
    end, heard = time.monotonic() + SECONDS, False
    while not heard:  # when Core begins to listen is not said, and what came before it is not told
        assert time.monotonic() < end
        process.client.post("/v1/entities", json={"display_name": "Grace"}).raise_for_status()
        console.wait_for_timeout(300)
        heard = "received, newest first" in console.locator("#outcome").inner_text()
    expect(console.locator("#result")).to_contain_text("createEntity")
    console.get_by_role("button", name="Stop").click()
    expect(console.locator("#outcome")).to_have_text(re.compile(r"Stopped, [1-9]\d* received"))
