"""The settings, as a person changes them: fields in their order, relation types, access for programs, sessions."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect
from visit import Visit

pytestmark = pytest.mark.needs("chromium")


def define(page: Page, label: str, kind: str = "Text on one line") -> None:
    page.get_by_role("link", name="New field").or_(
        page.get_by_role("link", name="Define the first")
    ).first.click()
    page.get_by_label("Name", exact=True).fill(label)
    page.get_by_label("Kind").select_option(kind)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Fields", exact=True)).to_be_visible()


def order(page: Page) -> list[str]:
    return page.locator("#fields ol strong").all_inner_texts()


def test_a_field_is_defined_with_a_preview_of_what_it_makes(library: Visit) -> None:
    page = library.open("/settings/fields")
    page.get_by_role("link", name="Define the first").click()
    page.get_by_label("Name", exact=True).fill("Height")
    page.get_by_label("Kind").select_option("Number")
    page.get_by_label("Unit").fill("cm")
    page.get_by_label("At least").fill("20")
    look = page.locator("#look")
    expect(look.get_by_text("Height")).to_be_visible()
    expect(look.get_by_text("cm", exact=True)).to_be_visible()
    page.get_by_label("At most").fill("10")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("must not be less than min").first).to_be_visible()
    library.forgive("422")
    page.get_by_label("At most").fill("320")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("number in cm")).to_be_visible()
    held = httpx.get(
        f"{library.core.address}/v1/admin/field-defs/height",
        headers={"Authorization": f"Bearer {library.core.token}"},
        trust_env=False,
    ).json()
    assert (held["min"], held["max"], held["unit"]) == (20, 320, "cm")


def test_fields_are_ordered_taken_out_of_use_and_removed(library: Visit) -> None:
    page = library.open("/settings/fields")
    define(page, "Birthday", "Day")
    define(page, "Eye colour", "Text on one line")
    before = order(page)
    page.get_by_role("button", name="Move Eye colour up").click()
    at = before.index("Eye colour")
    moved = [*before[: at - 1], before[at], before[at - 1], *before[at + 1 :]]
    expect(page.locator("#fields ol strong")).to_have_text(moved)
    page.reload()
    assert order(page) == moved
    page.get_by_role("button", name="More for Birthday").click()
    page.get_by_role("button", name="Take out of use").click()
    expect(page.get_by_text("out of use", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("out of use", exact=True)).to_be_hidden()
    page.get_by_role("button", name="More for Birthday").click()
    page.get_by_role("button", name="Remove").last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Keep")).to_be_focused()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.locator("#fields").get_by_text("Birthday")).to_have_count(0)


def test_a_relation_type_is_added_changed_and_removed_with_the_keyboard(library: Visit) -> None:
    page = library.open("/settings/relation-types")
    page.get_by_role("button", name="New type").press("Enter")
    page.get_by_label("Name", exact=True).fill("rival")
    page.keyboard.press("Tab")
    page.keyboard.type("Rival of")
    page.get_by_role("dialog").get_by_label("The same from both ends").press("Space")
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(page.locator("#types").get_by_text("Rival of", exact=True)).to_be_visible()
    page.get_by_role("button", name="More for rival").press("Enter")
    page.get_by_role("button", name="Remove").last.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Remove").press("Enter")
    expect(page.locator("#types").get_by_text("Rival of")).to_have_count(0)


def test_a_token_is_shown_once_works_as_far_as_said_and_ends(library: Visit) -> None:
    page = library.open("/settings/access")
    page.get_by_role("button", name="Give access").click()
    page.get_by_label("What it is for").fill("ComfyUI <script>alert(1)</script>")
    page.get_by_role("dialog").get_by_role("button", name="Give access").click()
    expect(page.get_by_text("Choose at least one thing")).to_be_visible()
    library.forgive("422")
    page.get_by_label("Files", exact=True).select_option("see")
    page.get_by_role("dialog").get_by_role("button", name="Give access").click()
    secret = page.locator("#secret").inner_text()
    expect(page.get_by_text("May see files.")).to_be_visible()

    def status(path: str) -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        return httpx.get(library.core.address + path, headers=headers, trust_env=False).status_code

    assert [status("/v1/assets"), status("/v1/entities")] == [200, 403]
    page.reload()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="More for ComfyUI").click()
    page.get_by_role("button", name="New token").click()
    page.get_by_role("button", name="Make a new token").click()
    expect(page.locator("#secret")).to_be_visible()
    assert page.locator("#secret").inner_text() != secret
    assert status("/v1/assets") == 401
    page.get_by_role("button", name="More for ComfyUI").click()
    page.get_by_role("button", name="End access").first.click()
    page.get_by_role("dialog").get_by_role("button", name="End access").click()
    expect(page.get_by_text("No program has access.")).to_be_visible()


def test_other_browsers_are_seen_and_signed_out(library: Visit) -> None:
    other = httpx.post(
        f"{library.core.address}/v1/sessions",
        json={"token": library.core.token},
        headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/150.0"},
        trust_env=False,
    )
    assert other.status_code == 201
    page = library.open("/settings/sessions")
    expect(page.get_by_text("this browser")).to_be_visible()
    expect(page.get_by_text("Firefox on Windows")).to_be_visible()
    page.get_by_role("button", name="Sign out all others").click()
    expect(page.get_by_text("Firefox on Windows")).to_have_count(0)
    expect(page.get_by_text("this browser")).to_be_visible()


def test_a_code_signs_in_another_device(library: Visit) -> None:
    page = library.open("/settings/sessions")
    page.get_by_role("button", name="Sign in another device").click()
    code = page.locator("#sign-in-code").inner_text()
    answer = httpx.post(f"{library.core.address}/v1/sessions", json={"code": code}, trust_env=False)
    assert answer.status_code == 201


def test_looks_are_taken_at_once_and_kept(library: Visit) -> None:
    page = library.open("/settings/appearance")
    root = page.locator("html")
    page.get_by_label("Dark", exact=True).check()
    expect(root).to_have_attribute("data-theme", "dark")
    page.get_by_label("Compact").check()
    expect(root).to_have_attribute("data-density", "compact")
    page.get_by_role("switch", name="Single keys do something").uncheck()
    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")
    expect(page.get_by_label("Compact")).to_be_checked()
    page.keyboard.press("t")
    expect(root).to_have_attribute("data-theme", "dark")


def test_storage_network_and_about_say_what_is_there(library: Visit) -> None:
    page = library.open("/settings/storage")
    expect(page.get_by_text("new files go here")).to_be_visible()
    expect(page.get_by_text("free").first).to_be_visible()
    library.open("/settings/network")
    expect(page.get_by_text("This machine only.")).to_be_visible()
    library.open("/settings/about")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.wait_for_function(
        "navigator.clipboard.readText().then((text) => text.startsWith('FaceForge Core: '))"
    )
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "/tmp" not in copied
    expect(page.get_by_role("cell", name="starlette", exact=True)).to_be_visible()


def test_what_cannot_be_done_is_said_where_one_looks(library: Visit) -> None:
    headers = {"Authorization": f"Bearer {library.core.token}"}
    with httpx.Client(base_url=library.core.address, headers=headers, trust_env=False) as rest:
        ends = [rest.post("/v1/entities", json={"display_name": name}).json()["entity_id"] for name in "ab"]
        tie = {"src_entity_id": ends[0], "dst_entity_id": ends[1], "relationship_type": "in-use"}
        rest.post("/v1/relationships", json=tie).raise_for_status()
        rest.post("/v1/tokens", json={"name": "Reader", "permissions": ["entities:read"]}).raise_for_status()
    page = library.open("/settings/relation-types")
    page.get_by_role("button", name="More for in-use").click()
    page.get_by_role("button", name="Remove").last.click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(1)
    expect(page.locator("#types").get_by_text("in-use", exact=True)).to_be_visible()
    page = library.open("/settings/access")
    page.get_by_role("button", name="More for Reader").click()
    page.get_by_role("button", name="Change").click()
    page.get_by_role("dialog").get_by_label("Entities", exact=True).select_option("no")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="Choose at least one thing")).to_be_visible()
    library.forgive("40")
    library.forgive("42")


def test_a_second_copy_says_so_and_the_button_keeps_its_name(library: Visit) -> None:
    page = library.open("/settings/about")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(
        "document.documentElement.dataset.stay = ''"
    )  # as while files are uploaded: the page lives on
    page.evaluate(
        "import(document.querySelector('script[src*=shell]').src.replace('shell/shell.js', 'viewer/viewer.js'))"
    )
    button = page.get_by_role("button", name="Copy", exact=True)
    button.click()
    button.click()
    expect(page.locator("#toasts").get_by_text("Copied").first).to_be_visible()
    page.get_by_role("link", name="Signed-in browsers").click()
    page.get_by_role("button", name="Sign in another device").click()
    page.get_by_role("button", name="Copy the code").click()
    code = page.locator("#sign-in-code").inner_text()
    page.wait_for_function("code => navigator.clipboard.readText().then((text) => text === code)", arg=code)
