"""Start here on a real Core: its steps tick themselves, and who puts it away can have it back."""

from __future__ import annotations

import pytest
from core_process import CoreProcess
from files_for_pages import model, sound
from playwright.sync_api import expect
from visit import Visit

pytestmark = pytest.mark.needs("chromium")


def made(core: CoreProcess, path: str, body: object) -> dict[str, str]:
    answer = core.client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


def test_start_here_ticks_what_is_done_elsewhere_and_goes_when_all_is(
    library: Visit, real_core: CoreProcess
) -> None:
    page = library.open("/entities")
    expect(page.get_by_text("Nobody here yet.")).to_be_visible()
    expect(page.get_by_role("region", name="Start here")).to_have_count(0)
    mira = made(real_core, "/v1/entities", {"display_name": "Mira"})["entity_id"]
    start = page.get_by_role("region", name="Start here")
    expect(start.locator("li.done")).to_have_text(["Create someone, done"])
    expect(start).to_contain_text("once there are two")
    tarn = made(real_core, "/v1/entities", {"display_name": "Tarn"})["entity_id"]
    pair = {"src_entity_id": tarn, "dst_entity_id": mira, "relationship_type": "mentor"}
    made(real_core, "/v1/relationships", pair)
    expect(start.locator("li.done")).to_have_count(2)
    start.get_by_role("link", name="Drop ten pictures").click()
    page.wait_for_url("**/attachments")
    expect(page.get_by_text("No files yet.")).to_be_visible()
    sent = {"files": {"file": ("a.txt", b"a text")}, "data": {"entity_id": mira}}
    assert real_core.client.post("/v1/assets/upload", **sent).status_code == 201
    library.open("/entities")
    expect(page.locator("#entities")).to_contain_text("Tarn")
    expect(start).to_have_count(0)


def test_start_here_is_put_away_for_good_and_brought_back(library: Visit, real_core: CoreProcess) -> None:
    relations = real_core.client.get("/v1/relationships").json()["items"]
    assert real_core.client.delete(f"/v1/relationships/{relations[0]['relationship_id']}").status_code == 204
    page = library.open("/entities")
    start = page.get_by_role("region", name="Start here")
    page.get_by_role("button", name="Put this away").press("Enter")
    expect(start).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(start).to_be_visible()
    page.get_by_role("button", name="Put this away").click()
    page.reload()
    expect(page.locator("#entities")).to_be_visible()
    expect(start).to_be_hidden()
    library.open("/settings/appearance")
    page.get_by_role("switch", name="Show Start here").check()
    library.open("/entities")
    expect(start).to_be_visible()


def test_a_card_says_that_somebody_has_a_voice_and_a_model(library: Visit, real_core: CoreProcess) -> None:
    quill = made(real_core, "/v1/entities", {"display_name": "Quill"})["entity_id"]
    for name, data in {"voice.wav": sound(1), "quill.safetensors": model()}.items():
        sent = {"files": {"file": (name, data)}, "data": {"entity_id": quill}}
        assert real_core.client.post("/v1/assets/upload", **sent).status_code == 201
    page = library.open("/entities")
    card = page.locator(f"#entities [data-id='{quill}']")
    expect(card.locator(".has span")).to_have_text(["Audio", "Model"])
    expect(card.get_by_role("link")).to_have_accessible_name("Quill, 2 files, audio, model")
    expect(page.locator("#entities .has")).to_have_count(1)
