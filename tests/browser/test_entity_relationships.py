"""Who belongs to an entity: said by search and by a sentence, from both sides, changed, removed and put back."""

from __future__ import annotations

from core_process import CoreProcess
from entity_library import NUMBERS, Library
from playwright.sync_api import Page, expect
from visit import Visit


def test_two_are_related_by_search_and_by_a_sentence(
    page: Page, core_library: Library, somebody: str
) -> None:
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
    expect(row).to_contain_text("their sworn enemy · since May 2019 · unsure: 30 %")
    expect(page.locator("#entity-tabs")).to_contain_text("Relationships1")
    (made,) = core_library.relations(somebody)
    told = (made["src_entity_id"], made["relationship_type"], made["valid_from"], made["confidence"])
    assert told == (tarn, "sworn-enemy", "2019-05", 0.3)


def test_the_other_side_shows_the_inverse_and_can_be_written(
    library: Visit, core_library: Library, real_core: CoreProcess, somebody: str
) -> None:
    pupil = core_library.entity(f"Pupil {next(NUMBERS)}")
    real_core.client.post("/v1/relation-types", json={"name": "teacher", "inverse": "pupil"})
    page = library.open(f"/entities/{pupil}/relationships?add=1&with={somebody}")
    page.get_by_label("Relation", exact=True).fill("pupil")
    page.get_by_role("button", name="Relate").click()
    expect(page.locator("#relation-list")).to_contain_text("pupil of")
    (made,) = core_library.relations(somebody)
    assert (made["src_entity_id"], made["relationship_type"]) == (somebody, "teacher")
    page.goto(f"{real_core.url}/entities/{somebody}/relationships")
    expect(page.locator("#relation-list")).to_contain_text("teacher of")


def test_what_is_missing_in_a_relationship_is_told(library: Visit, somebody: str) -> None:
    page = library.open(f"/entities/{somebody}/relationships?add=1")
    page.get_by_role("button", name="Relate").click()
    expect(page.get_by_text("Choose who it is")).to_be_visible()
    library.forgive("422")


def test_the_form_for_a_relationship_does_not_come_again_after_one_was_removed(
    library: Visit, core_library: Library, real_core: CoreProcess, somebody: str
) -> None:
    name = f"Tarn Veld {next(NUMBERS)}"
    other = core_library.entity(name)
    ends = {"src_entity_id": somebody, "dst_entity_id": other, "relationship_type": "friend"}
    real_core.client.post("/v1/relationships", json=ends)
    page = library.open(f"/entities/{somebody}/relationships?add=1")
    page.get_by_role("button", name=f"Remove the relationship with {name}").click()
    expect(page.get_by_text("Nobody yet.")).to_be_visible()
    core_library.change(somebody, aliases=["Seen Live"])
    expect(page.locator("#who")).to_contain_text("Seen Live")
    expect(page.get_by_text("Nobody yet.")).to_be_visible()


def test_a_relationship_is_changed_removed_and_put_back(
    library: Visit, core_library: Library, real_core: CoreProcess, somebody: str
) -> None:
    name = f"Tarn Veld {next(NUMBERS)}"
    ends = {
        "src_entity_id": somebody,
        "dst_entity_id": core_library.entity(name),
        "relationship_type": "friend",
    }
    real_core.client.post("/v1/relationships", json={**ends, "fields": {"met": "at sea"}})
    page = library.open(f"/entities/{somebody}/relationships")
    page.get_by_role("link", name=f"Edit the relationship with {name}").click()
    page.get_by_label("Until", exact=True).fill("2020")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#relation-list")).to_contain_text("friend of · until 2020")
    page.get_by_role("button", name=f"Remove the relationship with {name}").click()
    undo = page.get_by_role("button", name="Undo")
    undo.hover()  # it stays while somebody is about to press it
    expect(page.get_by_text("Nobody yet.")).to_be_visible()
    assert core_library.relations(somebody) == []
    undo.click()
    expect(page.locator("#relation-list")).to_contain_text("friend of · until 2020")
    (again,) = core_library.relations(somebody)
    assert again["fields"] == {"met": "at sea"}
