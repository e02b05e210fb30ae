"""`/docs` on a real Core, as a person uses it: upload, look at the picture, change, delete, without a complaint."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from core_process import CoreProcess
from layout import fits
from playwright.sync_api import Locator, Page, Response, expect
from small_core import RunningCore
from visit import Visit

pytestmark = pytest.mark.needs("chromium")
READABLE = (Path(__file__).parent / "readable.js").read_text(encoding="utf-8")
OPERATIONS = ["assets-uploadAsset", "assets-getAssetBytes", "entities-createEntity", "entities-entities"]
NARROW = 390
VisitAt = Callable[[int, str], AbstractContextManager[Visit]]


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    process = CoreProcess(tmp_path_factory.mktemp("docs") / "home")
    yield RunningCore(process.url.rstrip("/"), process.token)
    process.kill()


@pytest.fixture
def docs(visit: Visit) -> Page:
    return visit.open_signed_in("/docs")


def png(path: Path, colour: tuple[int, int, int]) -> Path:
    """A picture of 4 x 3 pixels in one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 4, 3, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes(colour) * 4) * 3)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


def opened(page: Page, operation: str) -> Locator:
    block = page.locator(f"#operations-{operation}")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Execute").wait_for()
    return block


def execute(block: Locator) -> Response:
    with block.page.expect_response("**/v1/**") as answered:
        block.get_by_role("button", name="Execute").click()
    code = block.locator(".live-responses-table .response-col_status").last
    expect(code).to_contain_text(str(answered.value.status))
    return answered.value


def shown(block: Locator) -> Any:
    """The JSON that the page shows as the answer."""
    text = block.locator(".live-responses-table .highlight-code code").first.text_content()
    return json.loads(text or "")


def add(block: Locator, name: str, *values: str) -> None:
    row = block.locator(f"tr[data-property-name={name}]")
    for at, value in enumerate(values):
        row.get_by_role("button", name="Add").click()
        row.get_by_role("textbox").nth(at).fill(value)


def test_a_picture_is_uploaded_by_the_form_seen_and_deleted(docs: Page, visit: Visit, tmp_path: Path) -> None:
    upload = opened(docs, "assets-uploadAsset")
    upload.locator("input[type=file]").set_input_files(png(tmp_path / "Ada's.png", (200, 40, 90)))
    assert execute(upload).status == 201
    asset = shown(upload)
    assert (asset["filename"], asset["tags"]) == ("Ada's.png", [])

    download = opened(docs, "assets-getAssetBytes")
    download.get_by_placeholder("asset_id").fill(asset["asset_id"])
    assert execute(download).status == 200
    picture = download.locator(".live-responses-table img")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") == 4
    with docs.expect_download() as saved:
        download.get_by_role("link", name="Download file").click()
    assert saved.value.suggested_filename == "Ada's.png"
    assert saved.value.path().read_bytes() == (tmp_path / "Ada's.png").read_bytes()

    delete = opened(docs, "assets-deleteAsset")
    delete.get_by_placeholder("asset_id").fill(asset["asset_id"])
    assert execute(delete).status == 204
    assert visit.core.token not in docs.content()


def test_what_is_filled_in_is_sent_and_nothing_else(docs: Page, tmp_path: Path) -> None:
    create = opened(docs, "entities-createEntity")
    assert execute(create).status == 201
    entity = shown(create)["entity_id"]
    upload = opened(docs, "assets-uploadAsset")
    upload.locator("input[type=file]").set_input_files(png(tmp_path / "two.png", (10, 200, 90)))
    add(upload, "tag", "portrait", "it's red")
    add(upload, "entity_id", entity)
    assert execute(upload).status == 201
    assert shown(upload)["tags"] == ["portrait", "it's red"]
    command = upload.locator(".curl-command code").text_content() or ""
    assert command.startswith('curl -H "Authorization: Bearer $TOKEN" ')
    sent = re.findall(r"-F '(\w+)=", command)
    assert sorted({*sent} - {"on_duplicate"}) == ["entity_id", "file", "tag"]
    assert sent.count("tag") == 2
    linked = opened(docs, "entities-entityAssets")
    linked.get_by_placeholder("entity_id").fill(entity)
    assert execute(linked).status == 200
    assert [each["filename"] for each in shown(linked)["items"]] == ["two.png"]


def test_the_bytes_alone_are_uploaded_too(docs: Page, tmp_path: Path) -> None:
    upload = opened(docs, "assets-uploadAssetBytes")
    upload.get_by_placeholder("filename").fill("raw.png")
    upload.locator("input[type=file]").set_input_files(png(tmp_path / "any.png", (10, 20, 90)))
    assert execute(upload).status == 201
    asset = shown(upload)
    assert (asset["filename"], asset["size_bytes"]) == ("raw.png", (tmp_path / "any.png").stat().st_size)


@pytest.mark.parametrize(
    "operation", ["assets-assets", "entities-entities", "changesets-changesets", "system-systemInfo"]
)
def test_a_list_is_asked_for_with_nothing_filled_in(docs: Page, operation: str) -> None:
    assert execute(opened(docs, operation)).status == 200


def test_a_file_that_is_no_picture_is_offered_to_save(docs: Page, tmp_path: Path) -> None:
    (tmp_path / "voice.safetensors").write_bytes(bytes(range(256)))
    upload = opened(docs, "assets-uploadAsset")
    upload.locator("input[type=file]").set_input_files(tmp_path / "voice.safetensors")
    execute(upload)
    download = opened(docs, "assets-getAssetBytes")
    download.get_by_placeholder("asset_id").fill(shown(upload)["asset_id"])
    execute(download)
    expect(download.get_by_role("link", name="Download file")).to_have_attribute(
        "download", "voice.safetensors"
    )


def test_anybody_may_read_and_a_call_without_a_token_says_what_is_missing(visit: Visit) -> None:
    page = visit.open("/docs")
    for name in ("/openapi.json", "/schema.graphql"):
        expect(page.get_by_role("link", name=name)).to_have_attribute("href", name)
        assert page.request.get(visit.core.address + name).ok
    info = opened(page, "system-systemInfo")
    assert execute(info).status == 401
    assert shown(info)["code"] == "unauthorized"
    visit.forgive("401")
    visit.sign_in(visit.core.token)
    page.get_by_role("button", name="Sign out", exact=True).wait_for()
    assert execute(info).status == 200


def test_what_was_shown_is_gone_after_signing_out(docs: Page) -> None:
    info = opened(docs, "system-systemInfo")
    execute(info)
    docs.get_by_role("button", name="Sign out", exact=True).click()
    expect(docs.locator(".live-responses-table")).to_have_count(0)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_summary_shows_raw_markdown(visit: Visit, path: str) -> None:
    page = visit.open(path)
    titles = page.locator(".opblock-summary-description, #viewer h2")
    titles.first.wait_for()
    assert [text for text in titles.all_text_contents() if "`" in text] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_real_description_can_be_read_and_fits_a_phone(visit_at: VisitAt, path: str, scheme: str) -> None:
    with visit_at(1280, scheme) as visit:
        visit.open_signed_in("/docs")
        page = visit.open(path)
        if path == "/docs":
            for operation in OPERATIONS:
                opened(page, operation)
            execute(page.locator("#operations-entities-entities"))
        else:
            page.locator("#viewer h5").first.wait_for()
        assert page.evaluate(READABLE, "body") == []
        page.set_viewport_size({"width": NARROW, "height": 844})
        assert fits(page, NARROW)
        assert page.evaluate(CUT_OFF, NARROW) == []


CUT_OFF = """(width) => [...document.querySelectorAll("#viewer *")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > width + 1)
  .filter((one) => { for (let up = one.parentElement; up; up = up.parentElement)
    if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return false; return true; })
  .map((one) => `${one.tagName}.${one.className}`.slice(0, 80)).slice(0, 5)"""


@pytest.mark.parametrize(("scheme", "is_light"), [("light", True), ("dark", False)])
def test_the_whole_reference_is_light_or_dark(visit_at: VisitAt, scheme: str, is_light: bool) -> None:
    with visit_at(1280, scheme) as visit:
        page = visit.open("/redoc")
        page.locator("#viewer h5").first.wait_for()
        light = page.evaluate(
            """() => [100, 700, 1200].map((x) => {
              let one = document.elementFromPoint(x, 400);
              while (one && getComputedStyle(one).backgroundColor === "rgba(0, 0, 0, 0)") one = one.parentElement;
              const paint = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
              paint.fillStyle = getComputedStyle(one).backgroundColor;  // in whatever space it is written
              paint.fillRect(0, 0, 1, 1);
              return Math.min(...paint.getImageData(0, 0, 1, 1).data.slice(0, 3)) > 127;
            })"""
        )
        assert light == [is_light] * 3
