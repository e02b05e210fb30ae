"""What is known of an entity is changed where it stands: by click and by keys, in words, and beside others."""

from __future__ import annotations

from typing import Any

import pytest
from entity_library import NUMBERS, Library
from playwright.sync_api import Page, expect
from visit import Visit


def part(page: Page, label: str) -> Any:
    """The line of a field."""
    return page.locator("#fields .kv > div").filter(has=page.get_by_text(label, exact=True))


def value(page: Page, label: str) -> Any:
    """What is shown in the line of a field that is not being edited: a form has the words of its choices, too."""
    return part(page, label).locator(".shown")


def test_a_click_on_a_value_opens_it_and_enter_saves_it(
    page: Page, core_library: Library, somebody: str
) -> None:
    part(page, "Height").get_by_text("171").click()
    field = page.get_by_label("Height", exact=True)
    expect(field).to_be_focused()
    field.fill("169,5 cm")
    field.press("Enter")
    expect(value(page, "Height")).to_contain_text("169.5 cm")
    expect(page.get_by_text("Height: 169.5 cm")).to_be_visible()
    expect(page.get_by_role("link", name="Edit Height")).to_be_focused()
    assert core_library.fields(somebody)["height"] == 169.5


def test_escape_leaves_a_value_as_it_was(page: Page, core_library: Library, somebody: str) -> None:
    page.get_by_role("link", name="Edit Height").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Height", exact=True)).to_be_focused()
    page.keyboard.type("5")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Edit Height")).to_be_focused()
    assert core_library.fields(somebody)["height"] == 171


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


def test_a_value_is_added_and_taken_away_again(page: Page, core_library: Library, somebody: str) -> None:
    page.get_by_role("link", name="Add birthday").click()
    page.get_by_label("Birthday", exact=True).fill("1990-05-31")
    page.get_by_role("button", name="Save").click()
    expect(value(page, "Birthday")).to_contain_text("31 May 1990")
    assert core_library.fields(somebody)["born"] == "1990-05-31"
    page.get_by_role("link", name="Edit Birthday").click()
    page.get_by_label("Birthday", exact=True).fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Add birthday")).to_be_focused()
    assert "born" not in core_library.fields(somebody)


def test_fields_of_all_kinds_have_the_control_that_fits(
    page: Page, core_library: Library, somebody: str
) -> None:
    page.get_by_role("link", name="Add species").click()
    page.get_by_label("Species", exact=True).select_option("Elf")
    page.get_by_role("button", name="Save").click()
    expect(value(page, "Species")).to_contain_text("Elf")
    page.get_by_role("link", name="Add left handed").click()
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(value(page, "Left handed")).to_contain_text("No")
    page.get_by_role("link", name="Add skills").click()
    page.get_by_label("Skills 1", exact=True).fill("rowing")
    page.get_by_role("button", name="Add another").click()
    page.get_by_label("Skills 2", exact=True).fill("lamps")
    page.get_by_role("button", name="Save").click()
    expect(value(page, "Skills")).to_contain_text("rowing, lamps")
    page.get_by_role("link", name="Add notes").click()
    page.get_by_label("Notes", exact=True).fill("one\ntwo")
    page.keyboard.press("Control+Enter")
    expect(value(page, "Notes")).to_contain_text("one")
    page.get_by_role("link", name="Add extra").click()
    page.get_by_label("Extra", exact=True).fill('{"left": [1, 2]}')
    page.get_by_role("button", name="Save").click()
    expect(value(page, "Extra")).to_contain_text('"left"')
    assert core_library.fields(somebody) == {
        "height": 171,
        "species": "Elf",
        "left_handed": False,
        "skills": ["rowing", "lamps"],
        "notes": "one\ntwo",
        "extra": {"left": [1, 2]},
    }


def test_a_field_that_names_somebody_is_filled_by_search(
    page: Page, core_library: Library, somebody: str
) -> None:
    name = f"Tarn Veld {next(NUMBERS)}"
    tarn = core_library.entity(name)
    page.get_by_role("link", name="Add rival").click()
    expect(page.locator("ff-entity-picker input").first).to_be_focused()
    page.keyboard.type(name)
    page.get_by_role("option", name=name).wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save").click()
    expect(part(page, "Rival").get_by_role("link", name=name, exact=True)).to_be_visible()
    assert core_library.fields(somebody)["rival"] == tarn


def test_who_was_overtaken_chooses_between_theirs_and_mine(
    library: Visit, page: Page, core_library: Library, somebody: str
) -> None:
    page.get_by_role("link", name="Edit Height").click()
    expect(page.get_by_label("Height", exact=True)).to_be_focused()
    core_library.change(somebody, fields={"height": 169})
    page.get_by_label("Height", exact=True).fill("180")
    page.keyboard.press("Enter")
    told = page.get_by_text("Somebody changed this while you were editing. Theirs: 169 cm. Yours: 180 cm.")
    expect(told).to_be_visible()
    assert core_library.fields(somebody)["height"] == 169
    page.get_by_role("button", name="Keep mine").click()
    expect(told).to_be_hidden()
    expect(value(page, "Height")).to_contain_text("180 cm")
    assert core_library.fields(somebody)["height"] == 180
    library.forgive("412")


def test_theirs_can_be_taken(library: Visit, page: Page, core_library: Library, somebody: str) -> None:
    page.get_by_role("link", name="Edit Height").click()
    expect(page.get_by_label("Height", exact=True)).to_be_focused()
    core_library.change(somebody, fields={"height": 169})
    page.get_by_label("Height", exact=True).fill("180")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Take theirs").click()
    expect(value(page, "Height")).to_contain_text("169 cm")
    library.forgive("412")


def test_a_change_elsewhere_is_no_conflict(page: Page, core_library: Library, somebody: str) -> None:
    page.get_by_role("link", name="Edit Height").click()
    core_library.change(somebody, aliases=["Miri"])
    page.get_by_label("Height", exact=True).fill("180")
    page.keyboard.press("Enter")
    expect(value(page, "Height")).to_contain_text("180 cm")
    assert core_library.read(somebody)["aliases"] == ["Miri"]


def test_other_names_are_rows_in_any_script(page: Page, core_library: Library, somebody: str) -> None:
    page.get_by_role("link", name="Add other names").click()
    page.get_by_label("Other names 1", exact=True).fill("The Lamplighter, first of her name")
    page.get_by_role("button", name="Add another").click()
    page.get_by_label("Other names 2", exact=True).fill("ميرا أوكونكوو")
    page.keyboard.press("Enter")
    expect(page.locator("#who")).to_contain_text("Also known as The Lamplighter, first of her name")
    assert core_library.read(somebody)["aliases"] == ["The Lamplighter, first of her name", "ميرا أوكونكوو"]


def test_what_both_have_written_is_no_conflict(page: Page, core_library: Library, somebody: str) -> None:
    page.get_by_role("link", name="Edit Height").click()
    expect(page.get_by_label("Height", exact=True)).to_be_focused()
    core_library.change(somebody, fields={"height": 180})
    page.get_by_label("Height", exact=True).fill("180")
    page.keyboard.press("Enter")
    expect(value(page, "Height")).to_contain_text("180 cm")
    expect(page.get_by_label("Height", exact=True)).to_be_hidden()
