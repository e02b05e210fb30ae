"""The page of an entity: name, tags, picture and external ids, the way through a list, trash, and hostile texts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO

import pytest
from core_process import CoreProcess
from entity_library import NUMBERS, Library
from PIL import Image
from playwright.sync_api import Page, expect
from small_core import HOSTILE
from visit import Visit


def test_tags_are_written_as_tokens(page: Page, core_library: Library, somebody: str) -> None:
    page.get_by_role("link", name="Edit tags").click()
    line = page.locator("#who .tokens input:not([type=hidden])")
    expect(line).to_be_focused()
    page.keyboard.type("arc-1, arc-2")
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    page.get_by_role("button", name="Remove protagonist").click()
    page.keyboard.type("half written")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#who").get_by_role("link", name="half written")).to_be_visible()
    expect(page.get_by_role("link", name="Edit tags")).to_be_focused()
    assert core_library.read(somebody)["tags"] == ["arc-1", "half written"]


def test_an_entity_is_renamed(page: Page, core_library: Library, somebody: str) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Rename").click()
    field = page.get_by_label("Name", exact=True)
    expect(field).to_be_focused()
    field.fill("Mirabel 🕯️")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mirabel 🕯️")
    expect(page.get_by_role("navigation", name="Path")).to_contain_text("Mirabel 🕯️")
    expect(page.get_by_role("button", name="More actions")).to_be_focused()
    assert core_library.read(somebody)["display_name"] == "Mirabel 🕯️"


def test_external_ids_are_pairs(library: Visit, page: Page, core_library: Library, somebody: str) -> None:
    number = str(next(NUMBERS))
    page.get_by_role("link", name="Add an external id").click()
    page.get_by_label("System 1").fill("wiki data!")
    page.get_by_label("Id 1").fill(number)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The name of a system has letters, digits, dots and dashes only")).to_be_visible()
    page.get_by_label("System 1").fill("Wikidata")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#external-ids")).to_contain_text(number)
    assert core_library.read(somebody)["external_ids"] == [{"namespace": "wikidata", "value": number}]
    library.forgive("422")


def test_what_plugins_keep_can_be_read(library: Visit, core_library: Library) -> None:
    entity = core_library.entity("Kept", plugin_data={"ffvoice": {"pitch": 3}})
    expect(library.open(f"/entities/{entity}").locator("#plugin-data")).to_contain_text('"pitch": 3')


def test_a_picture_is_chosen_to_stand_for_an_entity(
    page: Page, core_library: Library, real_core: CoreProcess, somebody: str
) -> None:
    made = []
    for name, colour in (("one.png", "teal"), ("two.png", "tomato")):
        written = BytesIO()
        Image.new("RGB", (8, 10), colour).save(written, "PNG")
        sent = {"file": (name, written.getvalue(), "image/png")}
        answer = real_core.client.post("/v1/assets/upload", files=sent, data={"entity_id": somebody})
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["asset_id"])
    page.reload()
    page.get_by_role("link", name="Change the picture of").click()
    page.get_by_role("button", name="one.png").click()
    expect(page.get_by_text("has a new picture")).to_be_visible()
    assert core_library.read(somebody)["primary_thumbnail_asset_id"] == made[0]
    page.get_by_role("link", name="Change the picture of").click()
    page.get_by_role("button", name="Show the newest picture instead").click()
    expect(page.get_by_text("The newest picture is shown")).to_be_visible()
    assert core_library.read(somebody)["primary_thumbnail_asset_id"] is None


def test_an_entity_goes_to_the_trash_and_comes_back_by_undo(
    page: Page, core_library: Library, somebody: str
) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Move to the trash").click()
    page.wait_for_url("**/entities")
    assert core_library.core.client.get(f"/v1/entities/{somebody}").status_code == 404
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is back")).to_be_visible()
    assert core_library.read(somebody)["deleted_at"] is None


def test_an_entity_in_the_trash_is_shown_and_can_be_put_back(
    library: Visit, core_library: Library, real_core: CoreProcess, somebody: str
) -> None:
    real_core.client.delete(f"/v1/entities/{somebody}")
    page = library.open(f"/entities/{somebody}")
    expect(page.get_by_text("In the trash.")).to_be_visible()
    expect(page.get_by_role("link", name="Edit Height")).to_have_count(0)
    page.get_by_role("button", name="Put back").click()
    expect(page.get_by_role("link", name="Edit Height")).to_have_count(1)
    assert core_library.read(somebody)["deleted_at"] is None


def test_an_entity_that_is_not_there_is_told_in_words(library: Visit) -> None:
    page = library.open("/entities/" + "0" * 64)
    expect(page.get_by_role("link", name="Go to your entities")).to_be_visible()
    library.forgive("404")


def test_next_and_previous_are_those_of_the_list_one_came_from(library: Visit, core_library: Library) -> None:
    mark = f"walk{next(NUMBERS)}"
    names = [f"{mark} {letter}" for letter in "abc"]
    ids = [core_library.entity(name) for name in names]
    page = library.open(f"/entities?q={mark}&sort_by=display_name&sort_order=asc")
    page.get_by_role("link", name=names[1]).first.click()
    page.wait_for_url(f"**/{ids[1]}")
    page.get_by_role("navigation", name="Parts of this entity").get_by_role(
        "link", name="Relationships"
    ).click()
    expect(page.get_by_role("link", name=f"Next: {names[2]} (J)")).to_be_visible()
    expect(page.locator("[data-neighbours]")).to_contain_text("2 of 3 in Entities")
    page.keyboard.press("k")
    page.wait_for_url(f"**/{ids[0]}/relationships")
    expect(page.get_by_role("button", name="Previous: none")).to_be_disabled()
    expect(page.locator("[data-neighbours]")).to_contain_text("1 of 3 in Entities")
    page.keyboard.press("j")
    page.wait_for_url(f"**/{ids[1]}/relationships")
    page.keyboard.press("1")
    page.wait_for_url(f"**/{ids[1]}")
    page.get_by_role("navigation", name="Path").get_by_role("link", name="Entities").click()
    page.wait_for_url(f"**/entities?q={mark}&sort_by=display_name&sort_order=asc")


def test_who_is_not_in_the_list_one_came_from_has_no_number_in_it(
    library: Visit, core_library: Library, somebody: str
) -> None:
    library.open("/entities?q=nobody-is-called-so")
    page = library.open(f"/entities/{somebody}")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-neighbours] .num")).to_have_text("")


def test_names_tags_and_values_stay_text(library: Visit, core_library: Library) -> None:
    other = core_library.entity(HOSTILE)
    entity = core_library.entity(
        HOSTILE,
        aliases=[HOSTILE[:190].strip()],
        tags=[HOSTILE[:190].strip()],
        fields={"notes": HOSTILE, "rival": other, HOSTILE: HOSTILE},
        plugin_data={"a": {HOSTILE: HOSTILE}},
    )
    for place in ("", "?edit=name", "?edit=tags", "?edit=field.notes", "/relationships?add=1", "/picture"):
        page = library.open(f"/entities/{entity}{place}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        page.wait_for_load_state("networkidle")
        assert "owned" not in page.evaluate("document.title.split(' · ')[1]")


@pytest.fixture
def places(core_library: Library, real_core: CoreProcess, somebody: str) -> list[str]:
    other = core_library.entity("Captain Ysolde Vantreight-Ashgrove of the Eastern Isles " * 4)
    ends = {"src_entity_id": somebody, "dst_entity_id": other, "relationship_type": "friend"}
    real_core.client.post("/v1/relationships", json=ends)
    core_library.change(
        somebody, aliases=["ليلى بن يوسف" * 9], fields={"notes": "x" * 400, "skills": ["a" * 90] * 3}
    )
    edits = ("?edit=name", "?edit=tags", "?edit=field.height", "?edit=external-ids", "?edit=field.skills")
    return [f"/entities/{somebody}{place}" for place in ("", *edits, "/relationships?add=1", "/picture")]


@pytest.mark.parametrize("width", [360, 1280, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_window(
    library_at: Callable[[int, str], AbstractContextManager[Visit]],
    places: list[str],
    width: int,
    scheme: str,
) -> None:
    with library_at(width, scheme) as visit:
        for place in places:
            page = visit.open(place)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, place


@pytest.mark.parametrize("left_by", ["Save", "Cancel"])
@pytest.mark.parametrize(
    ("path", "label"), [("?edit=name", "Name"), ("/relationships?add=1&with={other}", "Relation")]
)
def test_a_form_that_an_address_opened_is_done_with(
    library: Visit, core_library: Library, somebody: str, path: str, label: str, left_by: str
) -> None:
    """What comes live reads the page anew, by its address: the form is not to come again."""
    other = core_library.entity(f"Other {next(NUMBERS)}")
    page = library.open(f"/entities/{somebody}{path.format(other=other)}")
    page.get_by_label(label, exact=True).fill("Mirabel")
    if left_by == "Cancel":
        page.get_by_role("link", name="Cancel").click()
    else:
        page.get_by_label(label, exact=True).press("Enter")
    form = page.locator("ff-edit form")
    expect(form).to_have_count(0)
    core_library.change(somebody, aliases=["Seen Live"])
    expect(page.locator("#who")).to_contain_text("Seen Live")
    expect(form).to_have_count(0)
    expect(page).to_have_url(page.url.split("?")[0])


def test_going_back_from_an_edit_without_loading_shows_the_page_before(page: Page, somebody: str) -> None:
    """While uploads run, pages replace each other in one that lives on."""
    page.evaluate("document.documentElement.dataset.stay = ''")
    page.get_by_role("navigation", name="Parts of this entity").get_by_role(
        "link", name="Descriptors"
    ).click()
    page.wait_for_url("**/descriptors")
    page.get_by_role("link", name="Edit tags").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("#who form")).to_have_count(0)
    page.go_back()
    page.wait_for_url(f"**/{somebody}")
    expect(page.get_by_role("heading", name="External ids")).to_be_visible()


def test_an_undo_that_cannot_be_had_now_is_there_to_be_tried_again(
    library: Visit, core_library: Library, somebody: str
) -> None:
    page = library.open(f"/entities/{somebody}")
    page.route("**/shell/undo.js", lambda route: route.abort())
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Move to the trash").click()
    page.wait_for_url("**/entities")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Try this again when it does.")).to_be_visible()
    library.forgive("Failed to load resource")
    page.unroute_all()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is back")).to_be_visible()
    assert core_library.read(somebody)["deleted_at"] is None


def test_a_form_that_is_open_outlives_what_others_change(
    page: Page, core_library: Library, somebody: str
) -> None:
    page.get_by_role("link", name="Edit tags").click()
    line = page.locator("#who .tokens input:not([type=hidden])")
    expect(line).to_be_focused()
    line.blur()
    core_library.change(somebody, aliases=["Seen Live"])
    expect(page.locator("#lately")).to_contain_text("names")
    expect(line).to_be_visible()
