"""Files come in from any page: chosen or dropped, several at once, and what goes wrong is said and can be repeated."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from core_process import CoreProcess, free_port
from drawn_files import ask, choose, create, drop, panel, picture, put
from playwright.sync_api import Browser, Page, expect
from small_core import RunningCore
from visit import Visit

pytestmark = pytest.mark.needs("chromium")

FILES = """query($e: ID!) { assets(entityId: $e, sortBy: FILENAME, sortOrder: ASC) {
    nodes { filename kind userMetadata tags links { entityId role } } } }"""
ADD = "Add files"
BROKEN = re.compile("Paused: the connection broke.*Nothing is lost.")
SOON = 60_000
"""Milliseconds in which files arrive on a busy machine, or Core is missed."""
SLOW = 3_000_000
"""Bytes a second at which a file of 30 MB is still under way when the test looks."""
SLOWER = 200_000
"""The same for files of some megabytes, until the test has seen what it wants to see."""


@pytest.fixture
def mira(real_core: CoreProcess) -> str:
    return create(real_core, "Mira Okonkwo")


def attachments(visit: Visit, entity: str) -> Page:
    return visit.open(f"/entities/{entity}/attachments")


def says(page: Page, heading: str) -> None:
    expect(panel(page).get_by_role("heading")).to_have_text(heading, timeout=SOON)


def names(core: CoreProcess, entity: str) -> list[str]:
    return [each["filename"] for each in ask(core, FILES, e=entity)["assets"]["nodes"]]


def test_chosen_files_arrive_and_belong_to_whom_the_page_is_about(
    library: Visit, real_core: CoreProcess, mira: str, tmp_path: Path
) -> None:
    page = attachments(library, mira)
    expect(page.get_by_text("No files yet.")).to_be_visible()
    given = ["rooftop at night.png", "ميرا.png", "smile 🙂.png"]
    chosen = [put(tmp_path, name, seed=at + 1) for at, name in enumerate(given)]
    choose(page, page.get_by_role("button", name="Choose files"), chosen)

    says(page, "3 files added")
    for name in given:
        expect(page.get_by_role("list", name="Files").get_by_role("link", name=name)).to_be_visible()
    expect(page.locator("#entity-tabs").get_by_role("link", name="Attachments")).to_contain_text("3")
    assert sorted(names(real_core, mira)) == sorted(given)


def test_a_drop_on_a_list_says_where_it_goes_and_belongs_to_nobody(
    library: Visit, real_core: CoreProcess
) -> None:
    page = library.open("/entities")
    here = page.locator("#main")
    drop(here, {"stray.png": picture(seed=20)}, ("dragover",))
    expect(page.get_by_text("Drop to add to the library")).to_be_visible()
    drop(here, {"stray.png": picture(seed=20)})
    expect(page.get_by_text("Drop to add to")).to_be_hidden()
    expect(panel(page).get_by_role("link", name="stray.png")).to_be_visible()
    found = ask(real_core, '{ assets(filename: "stray.png") { nodes { linkedEntityIds } } }')["assets"][
        "nodes"
    ]
    assert found == [{"linkedEntityIds": []}]


def test_a_file_that_is_here_is_linked_and_said_to_be_here(
    library: Visit, real_core: CoreProcess, mira: str, tmp_path: Path
) -> None:
    page = attachments(library, create(real_core, "Tarn Veld"))
    same = put(tmp_path, "shared.png", seed=30)
    choose(page, page.get_by_role("button", name="Choose files"), same)
    says(page, "1 file added")

    page = attachments(library, mira)
    choose(page, page.get_by_role("button", name="Choose files"), same)
    expect(panel(page).get_by_text("Already here. Linked, not copied.")).to_be_visible()
    expect(panel(page)).to_contain_text("1 was already here.")
    assert names(real_core, mira) == ["shared.png"]


def test_a_sidecar_goes_with_its_file_and_clutter_stays_behind(
    library: Visit, real_core: CoreProcess, mira: str
) -> None:
    page = attachments(library, mira)
    drop(
        page.locator("#main"),
        {
            "a.png": picture(seed=40),
            "a_meta.json": b'{"tags": ["arc-1"], "artist": "Ida"}',
            "b.png": picture(seed=41),
            "b.png_meta.json": b'{"kind": "image.sheet"}',
            "alone_meta.json": b"{}",
            ".DS_Store": b"x",
        },
    )
    says(page, "3 files added")
    first, alone, second = ask(real_core, FILES, e=mira)["assets"]["nodes"]
    assert (first["filename"], first["tags"], first["userMetadata"]) == (
        "a.png",
        ["arc-1"],
        {"artist": "Ida"},
    )
    assert (second["filename"], second["kind"]) == ("b.png", "image.sheet")
    assert alone["filename"] == "alone_meta.json"


def test_a_sidecar_that_cannot_be_read_can_be_left_out(
    library: Visit, real_core: CoreProcess, mira: str
) -> None:
    page = attachments(library, mira)
    drop(page.locator("#main"), {"c.png": picture(seed=42), "c_meta.json": b"{oh"})
    expect(panel(page)).to_contain_text(
        "Its _meta.json (a small text file beside it that describes it) cannot be read."
    )
    panel(page).get_by_role("button", name="Send without it").click()
    says(page, "1 file added")
    assert names(real_core, mira) == ["c.png"]
    library.forgive("422")


def test_a_whole_folder_is_walked(library: Visit, real_core: CoreProcess, mira: str, tmp_path: Path) -> None:
    page = attachments(library, mira)
    folder = tmp_path / "Mira's pictures"
    for at in range(30):
        put(folder, f"day {at % 3}/{at:02}.png", seed=at + 100)
    choose(page, page.get_by_role("button", name="Choose a folder"), folder)
    says(page, "30 files added")
    assert len(names(real_core, mira)) == 30


def test_uploads_live_on_while_pages_come_and_go_and_other_tabs_see_them(
    library: Visit, mira: str, tmp_path: Path
) -> None:
    page = attachments(library, mira)
    throttle = slow(page, SLOWER)
    large = [put(tmp_path, f"film {at}.bin", os.urandom(6_000_000)) for at in range(3)]
    choose(page, page.get_by_role("button", name="Choose files"), large)
    says(page, "Uploading 1 of 3")

    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Entities").click()
    page.wait_for_url("**/entities")
    expect(page.get_by_role("heading", level=1)).to_have_text("Entities")
    expect(panel(page).get_by_role("heading")).to_contain_text("of 3")
    other = page.context.new_page()
    other.goto(f"{library.core.address}/entities")
    expect(panel(other).get_by_role("heading")).to_contain_text("of 3 in another tab")

    panel(page).get_by_role("button", name="Stop film").first.click()
    expect(panel(page).get_by_role("heading")).to_contain_text("of 2")
    throttle(-1)
    page.go_back()
    page.wait_for_url("**/attachments")
    says(page, "2 files added")
    says(other, "2 files added in another tab")


def slow(page: Page, bytes_a_second: int = SLOW) -> Callable[[int], None]:
    """From now on the page sends so fast, or as what this answers is told; -1 is as fast as it can."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def throttle(speed: int) -> None:
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": speed}
        session.send("Network.emulateNetworkConditions", conditions)

    throttle(bytes_a_second)
    return throttle


def test_the_key_u_chooses_files(library: Visit, real_core: CoreProcess, mira: str, tmp_path: Path) -> None:
    library.page.on(
        "filechooser", lambda _: None
    )  # that it is heard is arranged before the key, not beside it
    page = attachments(library, mira)
    with page.expect_file_chooser() as dialog:
        page.keyboard.press("u")
    dialog.value.set_files(put(tmp_path, "by key.png", seed=50))
    says(page, "1 file added")
    assert names(real_core, mira) == ["by key.png"]


@pytest.fixture
def fragile(tmp_path: Path, chromium: Browser) -> Iterator[tuple[Path, Page, list[CoreProcess]]]:
    """A Core of its own, which a test may end and start again; its home, a page, and the process."""
    home, running = tmp_path / "fragile", []
    running.append(CoreProcess(home, "--port", str(free_port())))
    with chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        core = running[0]
        answer = context.request.post(f"{core.url}/v1/sessions", data={"token": core.token})
        context.add_init_script(f"localStorage.setItem('faceforge.csrf', {answer.json()['csrf_token']!r})")
        visit = Visit(context.new_page(), RunningCore(core.url, core.token))
        yield home, attachments(visit, create(core, "Mira")), running
    running[-1].kill()


def test_a_broken_connection_is_said_and_the_rest_waits_until_core_is_back(
    fragile: tuple[Path, Page, list[CoreProcess]], tmp_path: Path
) -> None:
    home, page, running = fragile
    throttle = slow(page, SLOWER)
    large = [put(tmp_path, f"film {at}.bin", os.urandom(4_000_000)) for at in range(5)]
    choose(page, page.get_by_role("button", name="Choose files"), large)
    expect(panel(page).get_by_text("%").first).to_be_visible()
    port = running[0].url.rsplit(":", 1)[1]
    running[0].kill()
    says(page, "Paused at 0 of 5")
    expect(panel(page)).to_contain_text("FaceForge is not answering. All goes on by itself when it does.")
    expect(panel(page).get_by_text(BROKEN).first).to_be_visible()
    expect(panel(page).get_by_role("button", name="Resume")).to_have_count(2)
    throttle(-1)

    running.append(CoreProcess(home, "--port", port))
    says(page, "5 files added")
    assert {each["content_hash"] for each in stored(running[-1])} == {hash_of(each) for each in large}


def test_an_upload_that_is_half_there_goes_on_from_there_after_a_new_start(
    fragile: tuple[Path, Page, list[CoreProcess]], tmp_path: Path
) -> None:
    home, page, running = fragile
    slow(page)
    film = put(tmp_path, "film.bin", os.urandom(30_000_000))
    choose(page, page.get_by_role("button", name="Choose files"), film)
    until_some_came(running[-1])
    running[0].kill()
    expect(panel(page).get_by_text(BROKEN)).to_be_visible()
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.headers.get("upload-offset", "")))
    running.append(CoreProcess(home, "--port", running[0].url.rsplit(":", 1)[1]))
    says(page, "1 file added")
    [first, *_] = [each for each in sent if each]
    assert int(first) > 0
    assert [each["content_hash"] for each in stored(running[-1])] == [hash_of(film)]


def test_after_a_new_page_what_was_unfinished_goes_on_when_the_file_is_chosen_again(
    fragile: tuple[Path, Page, list[CoreProcess]], tmp_path: Path
) -> None:
    _, page, running = fragile
    slow(page)
    film = put(tmp_path, "film.bin", os.urandom(30_000_000))
    choose(page, page.get_by_role("button", name="Choose files"), film)
    until_some_came(running[-1])
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(f"{running[-1].url}/entities")
    says(page, "1 upload to go on with")
    expect(
        panel(page).get_by_text(re.compile("MB of 30 MB are here. Choose the same file again"))
    ).to_be_visible()
    other = put(tmp_path / "other", "film.bin", b"of the same name")
    choose(page, panel(page).get_by_role("button", name="Choose it again"), other)
    expect(page.get_by_text("That is another file")).to_be_visible()
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.headers.get("upload-offset", "")))
    choose(page, panel(page).get_by_role("button", name="Choose it again"), film)
    says(page, "1 file added")
    [first, *_] = [each for each in sent if each]
    assert int(first) > 0
    [asset] = stored(running[-1])
    assert asset["content_hash"] == hash_of(film)
    assert len(asset["linked_entity_ids"]) == 1, "it belongs to whom it was chosen for"
    page.reload()
    expect(panel(page)).to_be_hidden()


def test_what_was_unfinished_can_be_left_out_and_core_forgets_it(
    fragile: tuple[Path, Page, list[CoreProcess]], tmp_path: Path
) -> None:
    home, page, running = fragile
    slow(page)
    choose(
        page,
        page.get_by_role("button", name="Choose files"),
        put(tmp_path, "film.bin", os.urandom(30_000_000)),
    )
    until_some_came(running[-1])
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    panel(page).get_by_role("button", name="Leave out film.bin").click()
    until(lambda: list((home / "tmp").iterdir()) == [])
    page.reload()
    expect(panel(page)).to_be_hidden()


def test_bytes_that_are_here_do_not_travel_again(
    library: Visit, real_core: CoreProcess, mira: str, tmp_path: Path
) -> None:
    page = attachments(library, mira)
    film = put(tmp_path, "known.bin", os.urandom(3_000_000))
    real_core.client.put(
        "/v1/assets/upload", params={"filename": "x"}, content=film.read_bytes()
    ).raise_for_status()
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.method) if "/v1/uploads" in each.url else None)
    choose(page, page.get_by_role("button", name="Choose files"), film)
    expect(panel(page).get_by_text("Already here. Linked, not copied.")).to_be_visible()
    assert sent == ["POST"]


def until_some_came(core: CoreProcess) -> None:
    """Until a piece of an upload is in Core, and it is not the last."""
    until(lambda: any(each.stat().st_size > 8_400_000 for each in core.home.tmp_dir.iterdir()))


def stored(core: CoreProcess) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = core.client.get("/v1/assets").raise_for_status().json()["items"]
    return found


def hash_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON / 1000
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def bounded(home: Path, running: list[CoreProcess], **limits: int) -> None:
    """Start Core again at the same port with other limits."""
    port = running[-1].url.rsplit(":", 1)[1]
    running[-1].kill()
    file = home / "config" / "core.json"
    settings = json.loads(file.read_text())
    settings.setdefault("limits", {}).update(limits)
    file.write_text(json.dumps(settings))
    running.append(CoreProcess(home, "--port", port))


def test_a_file_that_is_too_large_and_a_disk_that_is_too_full_are_said_before_a_byte_is_sent(
    fragile: tuple[Path, Page, list[CoreProcess]], tmp_path: Path
) -> None:
    home, page, running = fragile
    bounded(home, running, upload_bytes=50_000)
    page.reload()
    given = [put(tmp_path, "huge.bin", bytes(60_000)), put(tmp_path, "small.png", seed=60)]
    choose(page, page.get_by_role("button", name="Choose files"), given)
    says(page, "1 of 2 files added")
    expect(panel(page)).to_contain_text("Too large: it has 60 kB; FaceForge takes files up to 50 kB here.")

    bounded(home, running, disk_reserve_bytes=1 << 60)
    page.reload()
    choose(page, page.get_by_role("link", name=ADD), put(tmp_path, "more.png", bytes(4000)))
    expect(panel(page)).to_contain_text("This machine has 0 bytes left; these files need 4.0 kB.")
