"""Jobs in a browser: what runs with its bar and its log, what came of the rest, and what is done with them."""

from __future__ import annotations

import re

import pytest
from core_process import CoreProcess
from playwright.sync_api import Page, expect
from runner_for_pages import Runner
from visit import Visit

pytestmark = pytest.mark.needs("chromium")
HOSTILE = "<img src=x onerror=document.title='owned'>"


@pytest.fixture(scope="module")
def runner(real_core: CoreProcess) -> Runner:
    return Runner(real_core)


def connected(page: Page) -> None:
    page.locator("#live-state", has_text="Connected").wait_for(state="attached")


def test_without_jobs_the_page_says_what_will_be_there(library: Visit) -> None:
    page = library.open("/jobs")
    expect(page.get_by_role("heading", name="Nothing is running.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Import a folder").first.click()
    page.wait_for_url("**/import")


def test_a_bar_follows_the_job_without_a_request(library: Visit, runner: Runner) -> None:
    job = runner.made(priority=0)
    work = runner.claimed(job)
    work.tell(0.1, "first.png", done=10)
    with library.page.expect_response(
        lambda one: one.request.resource_type == "fetch" and one.url.endswith("/jobs")
    ):
        page = library.open("/jobs")  # once there are news, it looks whether it missed some
    bar = page.locator(f"ff-job[data-job='{job}']")
    expect(bar.locator("[data-part=percent]")).to_have_text("10 %")
    expect(page.locator(".nav [data-count=jobs]")).to_have_text("1")
    before = len(library.addresses)
    for step in range(2, 7):
        page.wait_for_timeout(300)  # Core tells it at most four times a second
        work.tell(step / 10, f"picture {step}.png {HOSTILE}", done=step * 10)
        expect(bar.locator("[data-part=percent]")).to_have_text(f"{step * 10} %")
    expect(bar.locator("[data-part=message]")).to_have_text(f"picture 6.png {HOSTILE}")
    expect(bar.locator("progress").first).to_have_js_property("value", 0.6)
    assert [each for each in library.addresses[before:] if "/jobs" in each] == []
    work.complete(created=4)
    expect(page.get_by_role("row", name="Upscale pictures")).to_contain_text("4 created")
    expect(page.locator(".nav [data-count=jobs]")).to_be_empty()


def test_a_log_follows_until_one_scrolls_up_and_counts_warnings(library: Visit, runner: Runner) -> None:
    job = runner.made(priority=0)
    work = runner.claimed(job)
    for number in range(60):
        work.write(f"line {number}")
    page = library.open(f"/jobs/{job}")
    connected(page)
    log, follow = page.locator(".log"), page.get_by_label("Follow")
    at_end = "log => log.scrollTop + log.clientHeight > log.scrollHeight - 24"
    page.wait_for_function(f"() => ({at_end})(document.querySelector('.log'))")
    work.write(HOSTILE, "warning")
    expect(log.locator("li").last).to_contain_text(f"Warning: {HOSTILE}")
    expect(page.get_by_text("1 warning", exact=True)).to_be_visible()
    page.wait_for_function(f"() => ({at_end})(document.querySelector('.log'))")
    log.evaluate("log => log.scrollTo(0, 0)")
    expect(follow).not_to_be_checked()
    work.write("one more")
    expect(log.locator("li").last).to_contain_text("one more")
    assert log.evaluate("log => log.scrollTop") == 0
    follow.check()
    page.wait_for_function(f"() => ({at_end})(document.querySelector('.log'))")
    page.get_by_label("Which lines").select_option("Warnings")
    expect(log.locator("li:visible")).to_have_count(1)
    assert page.title() != "owned"
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save").click()
    text = saved.value.path().read_text("utf-8")
    assert f"warning: {HOSTILE}\n" in text
    assert text.count("line ") == 60
    work.complete()
    expect(page.locator("#job")).to_contain_text("done")


def test_a_job_is_paused_resumed_and_stopped_with_the_keyboard(library: Visit, runner: Runner) -> None:
    job = runner.made()
    page = library.open("/entities")
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.wait_for_url("**/jobs")
    card = page.get_by_role("article").filter(has=page.locator(f"a[href='/jobs/{job}']"))
    card.get_by_role("button", name="Pause").press("Enter")
    expect(card).to_contain_text("Paused just now")
    card.get_by_role("button", name="Resume").press("Enter")
    expect(card).to_contain_text("Waits for its turn.")
    card.get_by_role("button", name="Stop…").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Let it run")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert runner.state(job) == "queued"
    card.get_by_role("button", name="Stop…").press("Enter")
    expect(dialog.get_by_role("button", name="Let it run")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(dialog.get_by_role("button", name="Stop", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name=re.compile("stopped"))).to_be_visible()
    assert runner.state(job) == "cancelled"


def test_one_that_runs_hears_that_it_is_to_stop(library: Visit, runner: Runner) -> None:
    job = runner.made(priority=0)
    work = runner.claimed(job)
    page = library.open(f"/jobs/{job}")
    connected(page)
    page.get_by_role("button", name="Stop…").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stop…")).to_have_count(0)
    assert work.tell(0.5)["cancel_requested"] is True
    work.stop()
    expect(page.locator("#job")).to_contain_text("It was stopped.")


def test_what_failed_says_why_and_is_tried_again(library: Visit, runner: Runner) -> None:
    job = runner.made(priority=0)
    runner.claimed(job).fail(f"The shop is closed. {HOSTILE}")
    page = library.open(f"/jobs/{job}")
    expect(page.locator("#job .note.bad")).to_contain_text(f"The shop is closed. {HOSTILE}")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url(re.compile(f"/jobs/(?!{job})"))
    expect(page.locator("#job-more")).to_contain_text("Tries again")
    page.get_by_role("link", name="one that ended before").click()
    page.wait_for_url(f"**/jobs/{job}")
    page.get_by_text("Details").click()
    expect(page.get_by_text("shop.upscale")).to_be_visible()


def test_jobs_are_found_by_state_and_kind(library: Visit, runner: Runner) -> None:
    page = library.open("/jobs")
    page.get_by_label("State").select_option("Failed")
    page.wait_for_url("**/jobs?state=failed*")
    rows = page.get_by_role("row").filter(has=page.locator(".badge"))
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("failed")
    page.get_by_label("Kind").select_option("Upscale pictures")
    expect(rows).to_have_count(1)
    page.reload()
    expect(page.get_by_label("State")).to_have_value("failed")
    library.open("/jobs?state=running&type=core.nothing")
    expect(page.get_by_text("No job is like that.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(rows.first).to_be_visible()
