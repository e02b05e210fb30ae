"""Schedules in a browser: made in words, paused, changed, run now and removed, by mouse and by keys."""

from __future__ import annotations

import pytest
from core_process import CoreProcess
from playwright.sync_api import Page, expect
from runner_for_pages import Runner
from visit import Visit

pytestmark = pytest.mark.needs("chromium")
JOB = "Upscale pictures"


@pytest.fixture(scope="module")
def runner(real_core: CoreProcess) -> Runner:
    return Runner(real_core)


def named(page: Page, name: str) -> None:
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label("Job", exact=True).select_option(JOB)


def saved(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/jobs/schedules")


def test_a_schedule_is_made_without_knowing_cron(
    library: Visit, runner: Runner, real_core: CoreProcess
) -> None:
    page = library.open("/jobs/schedules")
    expect(page.get_by_role("heading", name="Nothing begins by itself.")).to_be_visible()
    page.get_by_role("link", name="New schedule").first.click()
    named(page, "Larger pictures")
    expect(page.get_by_label("Cron line")).to_be_hidden()
    expect(page.get_by_label("Folder on this machine")).to_be_hidden()
    page.get_by_label("How often").select_option("Once a week")
    page.get_by_label("On", exact=True).select_option("Friday")
    page.get_by_label("At", exact=True).fill("18:30")
    page.get_by_label("Time zone").fill("Europe/Vienna")
    saved(page)
    expect(page.locator("#schedules")).to_contain_text("every Friday at 18:30 (Europe/Vienna)")
    (held,) = real_core.client.get("/v1/schedules").json()["items"]
    assert (held["cron"], held["time_zone"]) == ("30 18 * * 5", "Europe/Vienna")


def test_a_schedule_is_paused_and_undone_changed_and_run(library: Visit, runner: Runner) -> None:
    page = library.open("/jobs/schedules")
    row = page.get_by_role("listitem").filter(has_text="Larger pictures")
    row.get_by_role("button", name="More for Larger pictures").press("Enter")
    page.get_by_role("button", name="Pause", exact=True).press("Enter")
    expect(row.get_by_text("paused", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(row.get_by_text("paused", exact=True)).to_have_count(0)
    row.get_by_role("button", name="More for Larger pictures").click()
    page.get_by_role("link", name="Change").click()
    expect(page.get_by_label("How often")).to_have_value("weekly")
    expect(page.get_by_label("At", exact=True)).to_have_value("18:30")
    page.get_by_label("How often").select_option("By a cron line")
    page.get_by_label("Cron line").fill("61 * * * *")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#schedule-said")).to_contain_text("minute")
    library.forgive("422")
    page.get_by_label("Cron line").fill("*/20 8-18 * * *")
    saved(page)
    expect(row).to_contain_text("by */20 8-18 * * *")
    row.get_by_role("button", name="Run Larger pictures now").click()
    page.wait_for_url("**/jobs/*")
    expect(page.locator("#job-more")).to_contain_text("Begun by")
    assert runner.state(page.url.rpartition("/")[2]) == "queued"


def test_a_schedule_is_removed_once_that_is_confirmed(library: Visit, runner: Runner) -> None:
    page = library.open("/jobs/schedules")
    page.get_by_role("button", name="More for Larger pictures").click()
    page.get_by_role("button", name="Remove").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Keep")).to_be_focused()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="Nothing begins by itself.")).to_be_visible()
