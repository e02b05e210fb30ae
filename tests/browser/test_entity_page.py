"""The page of an entity: what is edited in place, who is related, the way through a list, trash and conflicts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from itertools import count
from typing import Any

import pytest
from core_process import CoreProcess
from PIL import Image
from playwright.sync_api import Page, expect
from small_core import HOSTILE
from visit import Visit

NUMBERS = count()
FIELDS: list[dict[str, Any]] = [
    {"field_key": "height", "field_type": "number", "min": 20, "max": 320, "unit": "cm"},
    {"field_key": "species", "field_type": "enum", "options": ["Human", "Elf"]},
    {"field_key": "skills", "field_type": "string", "multiple": True},
    {"field_key": "left_handed", "field_type": "boolean"},
    {"field_key": "rival", "field_type": "entity_ref"},
    {"field_key": "notes", "field_type": "text"},
    {"field_key": "born", "field_type": "date", "label": "Birthday"},
    {"field_key": "extra", "field_type": "json"},
]


class Library:
    """What a test puts into Core by the API, and reads there again."""

    def __init__(self, core: CoreProcess) -> None:
        self.core = core

    def entity(self, name: str, **more: Any) -> str:
        answer = self.core.client.post("/v1/entities", json={"display_name": name, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["entity_id"])

    def change(self, entity: str, **more: Any) -> None:
        assert self.core.client.patch(f"/v1/entities/{entity}", json=more).status_code == 200

    def read(self, entity: str) -> dict[str, Any]:
        found: dict[str, Any] = self.core.client.get(f"/v1/entities/{entity}").json()
        return found

    def fields(self, entity: str) -> dict[str, Any]:
        found: dict[str, Any] = self.read(entity)["fields"]
        return found

    def relations(self, entity: str) -> list[dict[str, Any]]:
        answer = self.core.client.get("/v1/relationships", params={"entity_id": entity})
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


@pytest.fixture(scope="module")
def core_library(real_core: CoreProcess) -> Library:
    for each in FIELDS:
        assert real_core.client.post("/v1/admin/field-defs", json=each).status_code == 201
    return Library(real_core)


@pytest.fixture
def mira(core_library: Library) -> str:
    return core_library.entity(f"Mira Okonkwo {next(NUMBERS)}", tags=["protagonist"], fields={"height": 171})


@pytest.fixture
def page(library: Visit, mira: str) -> Page:
    return library.open(f"/entities/{mira}")


def part(page: Page, label: str) -> Any:
    """The line of a field."""
    return page.locator("#fields .kv > div").filter(has=page.get_by_text(label, exact=True))


def test_a_click_on_a_value_opens_it_and_enter_saves_it(page: Page, core_library: Library, mira: str) -> None:
    part(page, "Height").get_by_text("171").click()
    field = page.get_by_label("Height", exact=True)
    expect(field).to_be_focused()
    field.fill("169,5 cm")
    field.press("Enter")
    expect(part(page, "Height")).to_contain_text("169.5 cm")
    expect(page.get_by_text("Height: 169.5 cm")).to_be_visible()
    expect(page.get_by_role("link", name="Edit Height")).to_be_focused()
    assert core_library.fields(mira)["height"] == 169.5


def test_escape_leaves_a_value_as_it_was(page: Page, core_library: Library, mira: str) -> None:
    page.get_by_role("link", name="Edit Height").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Height", exact=True)).to_be_focused()
    page.keyboard.type("5")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Edit Height")).to_be_focused()
    assert core_library.fields(mira)["height"] == 171


@pytest.mark.parametrize("written", ["tall", "7"])
def test_what_does_not_fit_is_told_in_words_beside_what_was_written(
    library: Visit, page: Page, written: str
) -> None:
    page.get_by_role("link", name="Edit Height").click()
    page.get_by_label("Height", exact=True).fill(written)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Height is a number between 20 and 320, such as 170.")).to_be_visible()
    expect(page.get_by_label("Height", exact=True)).to_have_value(written)
    expect(page.get_by_label("Height", exact=True)).to_be_focused()
    library.forgive("422")


def test_a_value_is_added_and_taken_away_again(page: Page, core_library: Library, mira: str) -> None:
    page.get_by_role("link", name="Add birthday").click()
    page.get_by_label("Birthday", exact=True).fill("1990-05-31")
    page.get_by_role("button", name="Save").click()
    expect(part(page, "Birthday")).to_contain_text("31 May 1990")
    assert core_library.fields(mira)["born"] == "1990-05-31"
    page.get_by_role("link", name="Edit Birthday").click()
    page.get_by_label("Birthday", exact=True).fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Add birthday")).to_be_focused()
    assert "born" not in core_library.fields(mira)


def test_fields_of_all_kinds_have_the_control_that_fits(page: Page, core_library: Library, mira: str) -> None:
    page.get_by_role("link", name="Add species").click()
    page.get_by_label("Species", exact=True).select_option("Elf")
    page.get_by_role("button", name="Save").click()
    expect(part(page, "Species")).to_contain_text("Elf")
    page.get_by_role("link", name="Add left handed").click()
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(part(page, "Left handed")).to_contain_text("No")
    page.get_by_role("link", name="Add skills").click()
    page.get_by_label("Skills 1", exact=True).fill("rowing")
    page.get_by_role("button", name="Add another").click()
    page.get_by_label("Skills 2", exact=True).fill("lamps")
    page.get_by_role("button", name="Save").click()
    expect(part(page, "Skills")).to_contain_text("rowing, lamps")
    page.get_by_role("link", name="Add notes").click()
    page.get_by_label("Notes", exact=True).fill("one\ntwo")
    page.keyboard.press("Control+Enter")
    expect(part(page, "Notes")).to_contain_text("one")
    page.get_by_role("link", name="Add extra").click()
    page.get_by_label("Extra", exact=True).fill('{"left": [1, 2]}')
    page.get_by_role("button", name="Save").click()
    expect(part(page, "Extra")).to_contain_text('"left"')
    assert core_library.fields(mira) == {
        "height": 171,
        "species": "Elf",
        "left_handed": False,
        "skills": ["rowing", "lamps"],
        "notes": "one\ntwo",
        "extra": {"left": [1, 2]},
    }


def test_a_field_that_names_somebody_is_filled_by_search(
    page: Page, core_library: Library, mira: str
) -> None:
    name = f"Tarn Veld {next(NUMBERS)}"
    tarn = core_library.entity(name)
    page.get_by_role("link", name="Add rival").click()
    page.keyboard.type(name)
    page.get_by_role("option", name=name).wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save").click()
    expect(part(page, "Rival").get_by_role("link", name=name, exact=True)).to_be_visible()
    assert core_library.fields(mira)["rival"] == tarn


def test_who_was_overtaken_chooses_between_theirs_and_mine(
    library: Visit, page: Page, core_library: Library, mira: str
) -> None:
    page.get_by_role("link", name="Edit Height").click()
    core_library.change(mira, fields={"height": 169})
    page.get_by_label("Height", exact=True).fill("180")
    page.keyboard.press("Enter")
    told = page.get_by_text("Somebody changed this while you were editing. Theirs: 169 cm. Yours: 180 cm.")
    expect(told).to_be_visible()
    assert core_library.fields(mira)["height"] == 169
    page.get_by_role("button", name="Keep mine").click()
    expect(told).to_be_hidden()
    expect(part(page, "Height")).to_contain_text("180 cm")
    assert core_library.fields(mira)["height"] == 180
    library.forgive("412")


def test_theirs_can_be_taken(library: Visit, page: Page, core_library: Library, mira: str) -> None:
    page.get_by_role("link", name="Edit Height").click()
    core_library.change(mira, fields={"height": 169})
    page.get_by_label("Height", exact=True).fill("180")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Take theirs").click()
    expect(part(page, "Height")).to_contain_text("169 cm")
    library.forgive("412")


def test_a_change_elsewhere_is_no_conflict(page: Page, core_library: Library, mira: str) -> None:
    page.get_by_role("link", name="Edit Height").click()
    core_library.change(mira, aliases=["Miri"])
    page.get_by_label("Height", exact=True).fill("180")
    page.keyboard.press("Enter")
    expect(part(page, "Height")).to_contain_text("180 cm")
    assert core_library.read(mira)["aliases"] == ["Miri"]


def test_other_names_are_rows_in_any_script(page: Page, core_library: Library, mira: str) -> None:
    page.get_by_role("link", name="Add other names").click()
    page.get_by_label("Other names 1", exact=True).fill("The Lamplighter, first of her name")
    page.get_by_role("button", name="Add another").click()
    page.get_by_label("Other names 2", exact=True).fill("ميرا أوكونكوو")
    page.keyboard.press("Enter")
    expect(page.locator("#who")).to_contain_text("Also known as The Lamplighter, first of her name")
    assert core_library.read(mira)["aliases"] == ["The Lamplighter, first of her name", "ميرا أوكونكوو"]


def test_tags_are_written_as_tokens(page: Page, core_library: Library, mira: str) -> None:
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
    assert core_library.read(mira)["tags"] == ["arc-1", "half written"]


def test_an_entity_is_renamed(page: Page, core_library: Library, mira: str) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Rename").click()
    field = page.get_by_label("Name", exact=True)
    expect(field).to_be_focused()
    field.fill("Mirabel 🕯️")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mirabel 🕯️")
    assert core_library.read(mira)["display_name"] == "Mirabel 🕯️"


def test_external_ids_are_pairs(library: Visit, page: Page, core_library: Library, mira: str) -> None:
    number = str(next(NUMBERS))
    page.get_by_role("link", name="Add an external id").click()
    page.get_by_label("System 1").fill("wiki data!")
    page.get_by_label("Id 1").fill(number)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The name of a system has letters, digits, dots and dashes only")).to_be_visible()
    page.get_by_label("System 1").fill("Wikidata")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#external-ids")).to_contain_text(number)
    assert core_library.read(mira)["external_ids"] == [{"namespace": "wikidata", "value": number}]
    library.forgive("422")


def test_what_plugins_keep_can_be_read(library: Visit, core_library: Library) -> None:
    entity = core_library.entity("Kept", plugin_data={"ffvoice": {"pitch": 3}})
    expect(library.open(f"/entities/{entity}").locator("#plugin-data")).to_contain_text('"pitch": 3')


def test_a_picture_is_chosen_to_stand_for_an_entity(
    page: Page, core_library: Library, real_core: CoreProcess, mira: str
) -> None:
    made = []
    for name, colour in (("one.png", "teal"), ("two.png", "tomato")):
        written = BytesIO()
        Image.new("RGB", (8, 10), colour).save(written, "PNG")
        sent = {"file": (name, written.getvalue(), "image/png")}
        answer = real_core.client.post("/v1/assets/upload", files=sent, data={"entity_id": mira})
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["asset_id"])
    page.reload()
    page.get_by_role("link", name="Change the picture of").click()
    page.get_by_role("button", name="one.png").click()
    expect(page.get_by_text("has a new picture")).to_be_visible()
    assert core_library.read(mira)["primary_thumbnail_asset_id"] == made[0]
    page.get_by_role("link", name="Change the picture of").click()
    page.get_by_role("button", name="Show the newest picture instead").click()
    expect(page.get_by_text("The newest picture is shown")).to_be_visible()
    assert core_library.read(mira)["primary_thumbnail_asset_id"] is None


def test_an_entity_goes_to_the_trash_and_comes_back_by_undo(
    page: Page, core_library: Library, mira: str
) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Move to the trash").click()
    page.wait_for_url("**/entities")
    assert core_library.core.client.get(f"/v1/entities/{mira}").status_code == 404
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is back")).to_be_visible()
    assert core_library.read(mira)["deleted_at"] is None


def test_an_entity_in_the_trash_is_shown_and_can_be_put_back(
    library: Visit, core_library: Library, real_core: CoreProcess, mira: str
) -> None:
    real_core.client.delete(f"/v1/entities/{mira}")
    page = library.open(f"/entities/{mira}")
    expect(page.get_by_text("In the trash.")).to_be_visible()
    expect(page.get_by_role("link", name="Edit Height")).to_have_count(0)
    page.get_by_role("button", name="Put back").click()
    expect(page.get_by_role("link", name="Edit Height")).to_have_count(1)
    assert core_library.read(mira)["deleted_at"] is None


def test_an_entity_that_is_not_there_is_told_in_words(library: Visit) -> None:
    page = library.open("/entities/" + "0" * 64)
    expect(page.get_by_role("link", name="Go to your entities")).to_be_visible()
    library.forgive("404")


def test_two_are_related_by_search_and_by_a_sentence(page: Page, core_library: Library, mira: str) -> None:
    name = f"Tarn Veld {next(NUMBERS)}"
    tarn = core_library.entity(name)
    page.get_by_role("link", name="Relate", exact=True).click()
    expect(page.get_by_role("combobox", name="Who")).to_be_focused()
    page.keyboard.type(name)
    page.get_by_role("option", name=name).wait_for()
    page.keyboard.press("Enter")
    page.get_by_label("Relation", exact=True).fill("Sworn enemy")
    page.get_by_label(f"{name} is Sworn enemy of").check()
    page.get_by_text("When, how sure, who says so").click()
    page.get_by_label("From", exact=True).fill("May 2019")
    page.get_by_label("How sure").fill("30")
    page.get_by_label("Source").fill("the novel")
    page.get_by_role("button", name="Relate").click()
    row = page.locator("#relation-list li").filter(has_text=name)
    expect(row).to_contain_text("their sworn enemy · since May 2019 · unsure · 30 % sure")
    expect(page.locator("#entity-tabs")).to_contain_text("Relationships1")
    (made,) = core_library.relations(mira)
    told = (made["src_entity_id"], made["relationship_type"], made["valid_from"], made["confidence"])
    assert told == (tarn, "sworn-enemy", "2019-05", 0.3)


def test_the_other_side_shows_the_inverse_and_can_be_written(
    library: Visit, core_library: Library, real_core: CoreProcess, mira: str
) -> None:
    pupil = core_library.entity(f"Pupil {next(NUMBERS)}")
    real_core.client.post("/v1/relation-types", json={"name": "teacher", "inverse": "pupil"})
    page = library.open(f"/entities/{pupil}/relationships?add=1&with={mira}")
    page.get_by_label("Relation", exact=True).fill("pupil")
    page.get_by_role("button", name="Relate").click()
    expect(page.locator("#relation-list")).to_contain_text("pupil of")
    (made,) = core_library.relations(mira)
    assert (made["src_entity_id"], made["relationship_type"]) == (mira, "teacher")
    page.goto(f"{real_core.url}/entities/{mira}/relationships")
    expect(page.locator("#relation-list")).to_contain_text("teacher of")


def test_what_is_missing_in_a_relationship_is_told(library: Visit, mira: str) -> None:
    page = library.open(f"/entities/{mira}/relationships?add=1")
    page.get_by_role("button", name="Relate").click()
    expect(page.get_by_text("Choose who it is")).to_be_visible()
    library.forgive("422")


def test_a_relationship_is_changed_removed_and_put_back(
    library: Visit, core_library: Library, real_core: CoreProcess, mira: str
) -> None:
    name = f"Tarn Veld {next(NUMBERS)}"
    ends = {"src_entity_id": mira, "dst_entity_id": core_library.entity(name), "relationship_type": "friend"}
    real_core.client.post("/v1/relationships", json={**ends, "fields": {"met": "at sea"}})
    page = library.open(f"/entities/{mira}/relationships")
    page.get_by_role("link", name=f"Edit the relationship with {name}").click()
    page.get_by_label("Until", exact=True).fill("2020")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#relation-list")).to_contain_text("friend of · until 2020")
    page.get_by_role("button", name=f"Remove the relationship with {name}").click()
    expect(page.get_by_text("Nobody yet.")).to_be_visible()
    assert core_library.relations(mira) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#relation-list")).to_contain_text("friend of · until 2020")
    (again,) = core_library.relations(mira)
    assert again["fields"] == {"met": "at sea"}


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
    page.keyboard.press("k")
    page.wait_for_url(f"**/{ids[0]}/relationships")
    expect(page.get_by_role("button", name="Previous: none")).to_be_disabled()
    page.keyboard.press("j")
    page.wait_for_url(f"**/{ids[1]}/relationships")
    page.keyboard.press("1")
    page.wait_for_url(f"**/{ids[1]}")
    page.get_by_role("navigation", name="Path").get_by_role("link", name="Entities").click()
    page.wait_for_url(f"**/entities?q={mark}&sort_by=display_name&sort_order=asc")


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
def places(core_library: Library, real_core: CoreProcess, mira: str) -> list[str]:
    other = core_library.entity("Captain Ysolde Vantreight-Ashgrove of the Eastern Isles " * 4)
    ends = {"src_entity_id": mira, "dst_entity_id": other, "relationship_type": "friend"}
    real_core.client.post("/v1/relationships", json=ends)
    core_library.change(
        mira, aliases=["ليلى بن يوسف" * 9], fields={"notes": "x" * 400, "skills": ["a" * 90] * 3}
    )
    edits = ("?edit=name", "?edit=tags", "?edit=field.height", "?edit=external-ids", "?edit=field.skills")
    return [f"/entities/{mira}{place}" for place in ("", *edits, "/relationships?add=1", "/picture")]


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
