"""S5 in a real browser, on real Cores: links, two homes at once, other pages, and a cookie that is stolen."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
import pytest
from core_process import CoreProcess, run
from drawn_files import SHOW
from playwright.sync_api import Browser, BrowserContext, Page, expect

from faceforge_storage.database.clock import now
from faceforge_storage.database.dialects.sqlite_library import sqlite3

pytestmark = pytest.mark.needs("chromium")

CALL = """async ([address, options]) => {
    try {
        const answer = await fetch(address, options);
        return {status: answer.status, type: answer.type, text: await answer.text()};
    } catch (error) {
        return {failed: String(error)};
    }
}"""
SIGNED_IN = "Sign out"


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CoreProcess, CoreProcess]]:
    """Two Cores at once, on two ports of one host."""
    folder = tmp_path_factory.mktemp("homes")
    first = CoreProcess(folder / "first")
    try:
        second = CoreProcess(folder / "second")
        try:
            yield first, second
        finally:
            second.kill()
    finally:
        first.kill()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile."""
    with chromium.new_context() as context:
        context.set_default_timeout(30_000)
        yield context


class Thief(BaseHTTPRequestHandler):
    """Another server on the host: it keeps what browsers send it."""

    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Cookie", ""))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Another port</title>")

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def another_port() -> Iterator[tuple[str, list[str]]]:
    """(the origin of a page on another port of this host, the cookies its server was sent)."""
    Thief.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Thief) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", Thief.seen
        finally:
            server.shutdown()
            serving.join()


def link(core: CoreProcess) -> str:
    return run("token", "link", home=core.home.root).stdout.strip()


def sign_in(page: Page, core: CoreProcess, address: str | None = None) -> None:
    page.goto(address or link(core))
    page.wait_for_url(f"{core.url}/entities")
    expect(page.get_by_role("button", name=SIGNED_IN, exact=True)).to_be_visible()


def printed_link(core: CoreProcess) -> str:
    return next(line.strip() for line in core.terminal().splitlines() if "/sign-in/" in line)


def a_picture(core: CoreProcess) -> str:
    """The id of an asset that a browser can show: the smallest GIF there is."""
    dot = "47494638396101000100800000000000ffffff2c00000000010001000002024401003b"
    gif = bytes.fromhex(dot)
    made = core.client.post("/v1/assets/upload", files={"file": ("dot.gif", gif)}).json()
    return str(made["asset_id"])


def test_the_printed_link_signs_in_once_and_pictures_and_downloads_work(
    browser: BrowserContext, homes: tuple[CoreProcess, CoreProcess]
) -> None:
    core, page = homes[0], browser.new_page()
    sign_in(page, core, printed_link(core))
    picture = f"/v1/assets/{a_picture(core)}/download"
    assert page.evaluate(SHOW, f"{picture}?disposition=inline") == 1
    with page.expect_download() as saved:
        page.evaluate("(address) => { location.href = address; }", f"{picture}?disposition=attachment")
    assert saved.value.suggested_filename == "dot.gif"
    page.goto(f"{core.url}{picture}?disposition=inline")
    expect(page.locator("img")).to_be_visible()
    answered = page.goto(f"{core.url}/v1/tokens/current")
    assert answered is not None
    assert answered.json()["name"] == "install"
    # The code was used up.
    page.goto(printed_link(core))
    expect(page.locator("#not-needed")).to_contain_text("This code has expired or was used.")
    browser.clear_cookies()
    page.evaluate("localStorage.clear()")
    page.goto(printed_link(core))
    expect(page.locator("#sign-in-notice")).to_contain_text("This code has expired or was used.")


def test_an_address_that_needs_a_session_is_shown_after_the_sign_in(
    browser: BrowserContext, homes: tuple[CoreProcess, CoreProcess]
) -> None:
    core, page = homes[0], browser.new_page()
    page.goto(f"{core.url}/v1/tokens/current")
    page.get_by_label("Sign-in code or access token").fill(core.token)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("body > pre")).to_contain_text('"name":"install"')


def test_an_expired_code_signs_nobody_in(
    browser: BrowserContext, homes: tuple[CoreProcess, CoreProcess]
) -> None:
    core, page = homes[0], browser.new_page()
    address = link(core)
    with sqlite3.connect(core.home.database_file, timeout=20) as database:
        database.execute("UPDATE sign_in_codes SET expires_at = ?", [now(-timedelta(seconds=1))])
    page.goto(address)
    expect(page.locator("#sign-in-notice")).to_contain_text("This code has expired or was used.")
    assert browser.cookies() == []


def test_two_homes_at_once_keep_their_sessions_apart(
    browser: BrowserContext, homes: tuple[CoreProcess, CoreProcess]
) -> None:
    pages = [browser.new_page(), browser.new_page()]
    for page, core in zip(pages, homes, strict=True):
        sign_in(page, core)
    assert len({each["name"] for each in browser.cookies()}) == 2
    for page, core in zip(pages, homes, strict=True):
        core.client.post("/v1/entities", json={"display_name": core.home.root.name}).raise_for_status()
        page.reload()
        expect(page.get_by_text(core.home.root.name, exact=True)).to_be_visible()
    pages[0].get_by_role("button", name=SIGNED_IN, exact=True).click()
    expect(pages[0].get_by_role("heading", name="Sign in")).to_be_visible()
    pages[1].reload()
    expect(pages[1].get_by_text(homes[1].home.root.name, exact=True)).to_be_visible()


def test_a_page_of_another_port_or_site_changes_nothing_and_reads_nothing(
    browser: BrowserContext, homes: tuple[CoreProcess, CoreProcess]
) -> None:
    core = homes[0]
    sign_in(browser.new_page(), core)
    picture = f"{core.url}/v1/assets/{a_picture(core)}/download?disposition=inline"
    before = core.client.get("/v1/entities?include_total=true&limit=1").json()["total"]
    made = json.dumps({"display_name": "By another page"})
    with another_port() as (origin, _):
        for site in (origin, origin.replace("127.0.0.1", "localhost")):
            page = browser.new_page()
            page.goto(site)
            for mode, kind in (("cors", "application/json"), ("no-cors", "text/plain")):
                options = {
                    "method": "POST",
                    "body": made,
                    "mode": mode,
                    "credentials": "include",
                    "headers": {"Content-Type": kind},
                }
                answer = page.evaluate(CALL, [f"{core.url}/v1/entities", options])
                assert "failed" in answer or answer["type"] == "opaque"
            read = page.evaluate(CALL, [f"{core.url}/v1/entities", {"credentials": "include"}])
            assert "failed" in read
            assert page.evaluate(SHOW, picture) == 0
            # A form is sent by navigation, with an answer that the page never sees.
            page.evaluate(
                """(address) => {
                    const form = document.createElement("form");
                    Object.assign(form, { method: "post", action: address, enctype: "text/plain" });
                    document.body.append(form);
                    form.submit();
                }""",
                f"{core.url}/v1/entities",
            )
            page.wait_for_url(f"{core.url}/v1/entities")
            expect(page.get_by_text("foreign_origin")).to_be_visible()
            page.close()
    assert core.client.get("/v1/entities?include_total=true&limit=1").json()["total"] == before


def test_a_stolen_cookie_reads_and_changes_nothing(
    browser: BrowserContext, homes: tuple[CoreProcess, CoreProcess]
) -> None:
    """Browsers send a cookie to every port of its host: a server there has it as soon as its page is opened."""
    core, page = homes[0], browser.new_page()
    sign_in(page, core)
    with another_port() as (origin, seen):
        other = browser.new_page()
        other.goto(origin)
        assert other.evaluate("document.cookie") == "", "its scripts do not see it, but its server does"
        assert other.evaluate("Object.keys(localStorage)") == []
    [cookie] = [each for each in seen if "faceforge_" in each][:1]
    with httpx.Client(base_url=core.url, headers={"Cookie": cookie}, trust_env=False) as thief:
        assert thief.get("/v1/entities").status_code == 200
        for method, path in (
            ("POST", "/v1/entities"),
            ("POST", "/graphql"),
            ("PUT", "/v1/assets/upload?filename=a"),
            ("POST", "/v1/tokens"),
            ("POST", "/v1/sign-in-codes"),
            ("DELETE", "/v1/sessions/current"),
        ):
            refused = thief.request(method, path, json={})
            assert (refused.status_code, "csrf_required" in refused.text) == (403, True), path
        # The person sees the session and ends it; then the cookie is worth nothing.
        with page.expect_response("**/v1/sessions/current") as ended:
            page.get_by_role("button", name=SIGNED_IN, exact=True).click()
        assert ended.value.status == 204
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert thief.get("/v1/entities").status_code == 401


def test_no_secret_of_a_session_reaches_the_log_or_an_address(
    browser: BrowserContext, homes: tuple[CoreProcess, CoreProcess]
) -> None:
    core, page = homes[1], browser.new_page()
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    address = link(core)
    sign_in(page, core, address)
    page.goto(f"{core.url}/graphql")
    page.wait_for_load_state("networkidle")
    secrets = [each["value"] for each in browser.cookies() if urlsplit(core.url).hostname == each["domain"]]
    secrets.append(page.evaluate("localStorage.getItem('faceforge.csrf')"))
    logged = core.log() + Path(core.output.name).read_text()
    for secret in secrets:
        assert len(secret) >= 43
        assert secret not in logged + " ".join(addresses)
    assert address.rpartition("/")[2] not in core.log()
