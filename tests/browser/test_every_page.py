"""Every page at every width, light and dark: nothing runs that came in as data, nothing leaves the origin, nothing
shifts or overflows, and axe-core finds nothing that keeps people out."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import signed_in
from core_process import CoreProcess
from files_for_pages import model, picture, sound
from layout import fits
from playwright.sync_api import Browser, Page
from runner_for_pages import KIND, Runner
from slow_line import slow_line
from small_core import RunningCore
from visit import Visit

from faceforge_ui.serving.menus import found_pages

pytestmark = pytest.mark.needs("chromium")

WIDTHS = {360: 740, 1280: 900, 2560: 1440}
PAYLOADS = [
    "<script>window.owned=1</script>",
    '"><img src=x onerror="window.owned=1">',
    "'onfocus='window.owned=1' autofocus='",
    "{{7*7}}${7*7}<svg/onload=window.owned=1>",
    "javascript:window.owned=1//</textarea></title><iframe srcdoc='<script>parent.owned=1</script>'>",
    "\u202eevil\u202c \u0000".replace("\u0000", "") + "<b>bold</b>&lt;",
]
"""Texts that would run, were they ever taken for markup (S7)."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHIFTS = """() => new Promise((resolve) => {
    const found = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            const moved = entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80));
            if (!entry.hadRecentInput) found.push([entry.value, ...moved]);
        }
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(found), 200);
})"""
"""What has moved by itself, and by how much (cumulative layout shift, as Web Vitals defines it)."""
MOST_SHIFT = 0.001
"""A hundredth of what Web Vitals calls good: less than anybody sees."""
MAY_MOVE = {"/docs": 0.03, "/redoc": 0.03, "/sign-in/{code}": 0.03}
"""Pages that are not ours for the most part, and the one that says what came of its link in the middle of the page."""
MOST_BYTES = {"css": 15_000, "js": 40_000}
"""What the first view of a page may load, compressed."""
LOADED = re.compile(r'(?:src|href)="(/ui/[^"]+\.(css|js))"')
BEYOND = """() => [...document.querySelectorAll("body *")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width && box.right > innerWidth + 1 && !each.closest(".scroll, .tabs, .nav, .film, .quick, dialog");
}).slice(0, 3).map((each) => each.outerHTML.slice(0, 120))"""
WITHOUT_CODE = """() => [...document.querySelectorAll(":not(:defined)")].map((each) => each.localName)"""
BROUGHT_LATER = {"ff-entity-picker", "ff-rows", "ff-uploads"}
"""Elements in dialogs and panels that are closed, whose code is brought when they are shown."""


@dataclass(frozen=True)
class Hostile:
    """A Core whose every text was written by an enemy."""

    core: CoreProcess
    entity: str
    assets: dict[str, str]
    job: str
    schedule: str

    @property
    def addresses(self) -> dict[str, str]:
        """Each page by the path that declares it, at an address that has something to show."""
        filled = {
            "{entity_id}": self.entity,
            "{asset_id}": self.assets["picture"],
            "{field_key}": "evil",
            "{job_id}": self.job,
            "{schedule_id}": self.schedule,
            "{name}": quote(PAYLOADS[0], safe=""),
            "{code}": "0000-0000",
            "{plugin}": "evil",
            "{reader}": "image",
        }
        found = {}
        for pages in found_pages():
            for page in pages.shown:
                path = page.path
                for name, value in filled.items():
                    path = path.replace(name, value)
                found[page.path] = path
        return found


@pytest.fixture(scope="module")
def hostile(real_core: CoreProcess) -> Hostile:
    """The payloads wherever a text can go in."""
    client = real_core.client

    def made(path: str, body: object) -> dict[str, str]:
        answer = client.post(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, str] = answer.json()
        return found

    made(
        "/v1/admin/field-defs",
        {
            "field_key": "evil",
            "field_type": "text",
            "scope": "both",
            "label": PAYLOADS[0],
            "description": PAYLOADS[1],
        },
    )
    made("/v1/relation-types", {"name": "evil", "label": PAYLOADS[1]})
    made("/v1/tokens", {"name": PAYLOADS[2][:60], "permissions": ["entities:read"]})
    entities = [
        made(
            "/v1/entities",
            {
                "display_name": payload,
                "aliases": PAYLOADS[:3],
                "tags": [payload[:60]],
                "fields": {"evil": payload, "undeclared": PAYLOADS[1]},
                "external_ids": [{"namespace": f"n{number}", "value": payload}],
                "plugin_data": {"evil": {payload: payload}},
            },
        )["entity_id"]
        for number, payload in enumerate(PAYLOADS)
    ]
    first = entities[0]
    files = {"picture": picture(1), "sound": sound(), "model": model(), "text": PAYLOADS[0].encode() * 20}
    assets = {}
    for number, (name, body) in enumerate(files.items()):
        suffix = {"picture": "png", "sound": "wav", "model": "safetensors", "text": "txt"}[name]
        answer = client.post(
            "/v1/assets/upload",
            files={"file": (f"{name}.{suffix}", body)},
            data={
                "filename": f"{PAYLOADS[number].replace('/', '_')}.{suffix}",
                "entity_id": first,
                "tag": PAYLOADS[number][:60],
                "role": PAYLOADS[number][:60],
            },
        )
        assert answer.status_code == 201, answer.text
        assets[name] = answer.json()["asset_id"]
        client.patch(f"/v1/assets/{assets[name]}", json={"user_metadata": {PAYLOADS[1]: PAYLOADS[0]}})
    made(
        f"/v1/entities/{first}/descriptors",
        {
            "field_key": "evil",
            "value": PAYLOADS[1],
            "source": PAYLOADS[0],
            "note": PAYLOADS[1],
            "valid_from": "2015",
        },
    )
    made(
        "/v1/relationships",
        {
            "src_entity_id": first,
            "dst_entity_id": entities[1],
            "relationship_type": "evil",
            "source": PAYLOADS[0],
        },
    )
    assert client.delete(f"/v1/entities/{entities[-1]}").status_code == 204
    while client.get("/v1/system/info").json()["counts"]["unread_files"]:
        time.sleep(0.2)  # what is being read changes on the page
    return Hostile(real_core, first, assets, hostile_job(real_core), hostile_schedule(real_core))


def hostile_job(core: CoreProcess) -> str:
    """A job that runs, whose every text was written by the program that works on it; and one that has failed."""
    runner = Runner(core, title=PAYLOADS[0])
    failed = runner.claimed(runner.made(priority=0, input={PAYLOADS[1]: PAYLOADS[0]}))
    failed.fail(PAYLOADS[1])
    work = runner.claimed(runner.made(priority=0, input={"path": PAYLOADS[3]}))
    work.tell(0.4, PAYLOADS[1], done=12)
    for payload in PAYLOADS:
        work.write(payload, "warning")
    return work.job_id


def hostile_schedule(core: CoreProcess) -> str:
    values = {
        "name": PAYLOADS[1][:60],
        "cron": "0 3 * * *",
        "job_type": KIND,
        "input": {PAYLOADS[0]: PAYLOADS[1]},
    }
    answer = core.client.post("/v1/schedules", json=values)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["schedule_id"])


@pytest.fixture
def guest(hostile: Hostile, chromium: Browser) -> Iterator[Visit]:
    with signed_in(hostile.core, chromium, 1280, "light") as visit:
        yield visit


def settle(page: Page) -> None:
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(150)


def faults_of(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]


ASKED_BY_SCRIPTS = {
    "/entities/{entity_id}/descriptors/files",
    "/entities/{entity_id}/neighbours",
    "/entities/{entity_id}/place",
    "/find",
    "/find/tags",
    "/jobs/{job_id}/log",
    "/shell/counts",
    "/uploads/room",
}
"""Addresses that answer a script of ours with a part, or a file to save, which nobody opens."""
VIEWERS = {"/docs", "/redoc"}
"""Pages most of which is not ours."""
THIRD_PARTY = ("redoc.standalone.js", "swagger-ui-bundle.js", "swagger-ui.css")
"""What is not."""
PAGES = sorted({page.path for pages in found_pages() for page in pages.shown} - ASKED_BY_SCRIPTS)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_at_every_width_light_and_dark(guest: Visit, hostile: Hostile, path: str) -> None:
    page = guest.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message) or dialog.dismiss())
    guest.open(hostile.addresses[path])
    settle(page)
    shifts = page.evaluate(SHIFTS)
    assert sum(each[0] for each in shifts) < MAY_MOVE.get(path, MOST_SHIFT), shifts
    if path == "/sign-in/{code}":
        guest.forgive("401")  # the code is wrong
    viewer = path in VIEWERS
    assert viewer or page.locator("h1").count() == 1
    assert viewer or set(page.evaluate(WITHOUT_CODE)) <= BROUGHT_LATER
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            assert fits(page, width), page.evaluate(BEYOND)
            # A window wider than 1280 shows the same, larger: it is only to overflow nowhere.
            if not viewer and (width == 360 or (scheme, width) == ("light", 1280)):
                assert faults_of(page) == [], f"{scheme}, {width} px"
    assert page.evaluate("window.owned") is None
    assert dialogs == []


@pytest.mark.parametrize("path", [path for path in PAGES if path not in MAY_MOVE])
def test_a_page_that_comes_in_pieces_does_not_move(guest: Visit, hostile: Hostile, path: str) -> None:
    with slow_line(hostile.core.url) as line:
        guest.core = RunningCore(line.url, hostile.core.token)
        guest.open(hostile.addresses[path])
        settle(guest.page)
        guest.page.goto("data:text/html,")
        guest.forgive("localStorage")  # which such a page has not, and every page here is given
        line.slow = True  # styles and scripts are kept from the view before
        guest.open(hostile.addresses[path])
        settle(guest.page)
        shifts = guest.page.evaluate(SHIFTS)
        assert sum(each[0] for each in shifts) < MOST_SHIFT, shifts
        guest.page.close()


@pytest.mark.parametrize("path", PAGES)
def test_the_first_view_of_a_page_loads_little(hostile: Hostile, path: str) -> None:
    client = hostile.core.client
    shown = client.get(
        hostile.addresses[path],
        headers={"Accept": "text/html", "Sec-Fetch-Mode": "navigate"},
        follow_redirects=True,
    )
    files = {found for found in LOADED.findall(shown.text) if not found[0].endswith(THIRD_PARTY)}
    assert {kind for _, kind in files} == {"css", "js"}
    for kind, most in MOST_BYTES.items():
        sizes = {name: len(gzip.compress(client.get(name).content)) for name, each in files if each == kind}
        assert sum(sizes.values()) <= most, sizes


@pytest.mark.parametrize("kind", ["sound", "model", "text"])
def test_a_file_of_each_kind_is_shown_without_fault(guest: Visit, hostile: Hostile, kind: str) -> None:
    page = guest.open(f"/assets/{hostile.assets[kind]}")
    settle(page)
    assert faults_of(page) == []
    assert page.evaluate("window.owned") is None


@pytest.mark.parametrize("path", [path for path in PAGES if path not in VIEWERS])
def test_a_page_holds_when_it_is_zoomed_and_with_forced_colours(
    guest: Visit, hostile: Hostile, path: str
) -> None:
    """Zoomed to 200 % and to 400 %, a window of 1280 px has 640 and 320 (WCAG 1.4.4 and 1.4.10)."""
    page = guest.page
    page.emulate_media(forced_colors="active")
    page.set_viewport_size({"width": 640, "height": 450})
    guest.open(hostile.addresses[path])
    settle(page)
    if path == "/sign-in/{code}":
        guest.forgive("401")
    for width in (640, 320):
        page.set_viewport_size({"width": width, "height": 450})
        assert fits(page, width), page.evaluate(BEYOND)
