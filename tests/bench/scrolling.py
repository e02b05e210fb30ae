"""Scrolling through long lists in Chromium: frames, requests, elements in the page, and jumps to far places."""

from __future__ import annotations

import io
import os
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image
from playwright.sync_api import CDPSession, Page, Route, sync_playwright

SCREENS = 2.5
"""How many screens a second are scrolled: below the speed over which nothing is asked for."""
HEIGHT = {1280: 900, 2560: 1440}
SCROLL = """([selector, end, speed]) => new Promise((done) => {
  const list = document.querySelector(selector), frames = [], deadline = performance.now() + 20 * 60_000;
  let before = performance.now(), most = 0, waiting = 0;
  const step = (now) => {
    frames.push(now - before);
    scrollBy({ top: (now - before) * speed / 1000 * innerHeight, behavior: "instant" });
    before = now;
    most = Math.max(most, list.children.length);
    const seen = document.elementsFromPoint(innerWidth / 2 + 100, innerHeight / 2);
    if (seen.some((each) => each.matches(".waiting"))) waiting++;
    const tiles = list.tiles?.length ?? 0;
    if ((tiles ? tiles < end : scrollY < end) && now < deadline) requestAnimationFrame(step);
    else done({ frames, most, waiting, tiles, elements: document.querySelectorAll("*").length });
  };
  requestAnimationFrame(step);
})"""


JUMP = """(to) => new Promise((done) => {
  const begun = performance.now(), list = document.querySelector("#entities");
  let worst = 0, before = begun;
  if (typeof to === "number") scrollTo({ top: document.documentElement.scrollHeight * to, behavior: "instant" });
  const look = (now) => {
    worst = Math.max(worst, now - before);
    before = now;
    const seen = [...list.children].filter((each) => {
      const { top, bottom } = each.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    });
    const whole = seen.length && !seen.some((each) => each.matches(".waiting"));
    if (whole || now - begun > 20_000) done([now - begun, worst, list.children.length]);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
"""How long until all that is in view is there."""


def picture() -> bytes:
    """A thumbnail as Core makes them."""
    file = io.BytesIO()
    Image.effect_noise((320, 400), 60).convert("RGB").save(file, "WEBP", quality=70)
    return file.getvalue()


@contextmanager
def looking(address: str, token: str, width: int, asked: list[str]) -> Iterator[Page]:
    """A page of a browser that is signed in; `asked` gets the addresses it asks for."""
    shown = picture()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": width, "height": HEIGHT.get(width, 900)})
        session = context.request.post(f"{address}/v1/sessions", data={"token": token}).json()
        page = context.new_page()
        page.add_init_script(f"localStorage.setItem('faceforge.csrf', {session['csrf_token']!r})")

        def thumbnail(route: Route) -> None:
            route.fulfill(body=shown, content_type="image/webp", headers={"Cache-Control": "immutable"})

        page.route("**/thumbnail**", thumbnail)  # the library has no bytes
        page.on("request", lambda request: asked.append(request.url))
        yield page
        browser.close()


def scroll(address: str, token: str, cells: int, width: int) -> None:
    """Print the figures of scrolling over so many cells, of jumps, and of a tenth as many files."""
    asked: list[str] = []
    with looking(address, token, width, asked) as page:
        page.goto(f"{address}/entities", wait_until="networkidle")
        tab = page.context.new_cdp_session(page)
        before, begun = memory(tab), len(asked)
        columns, row = page.evaluate(
            "(({ columns, row }) => [columns, row])(document.querySelector('#entities').layout)"
        )
        found = page.evaluate(SCROLL, ["#entities", cells / columns * row, SCREENS])
        tell(
            found,
            f"{cells:,} cells in {columns} columns",
            [url for url in asked[begun:] if "/entities?" in url],
        )
        tell_memory(before, memory(tab))
        jumps(page)
        page.goto(f"{address}/assets", wait_until="networkidle")
        before, begun = memory(tab), len(asked)
        found = page.evaluate(SCROLL, ["#assets-files", cells / 10, SCREENS])
        tell(found, f"{found['tiles']:,} files in rows", [url for url in asked[begun:] if "/assets?" in url])
        tell_memory(before, memory(tab))


def jumps(page: Page) -> None:
    """Print how long far jumps take."""
    page.locator("#entities a").first.focus()
    for name, key, to in (
        ("End", "End", None),
        ("Home", "Home", None),
        ("the scroll bar at 0.3", "", 0.3),
        ("at 0.8", "", 0.8),
        ("at 0.05", "", 0.05),
    ):
        if key:
            page.keyboard.press(key)
        took, worst, cells = page.evaluate(JUMP, to)
        print(
            f"  {name}: all in view after {took:.0f} ms, worst frame {worst:.0f} ms, {cells} cells",
            flush=True,
        )


def tell(found: dict[str, Any], what: str, lists: list[str]) -> None:
    frames = sorted(found["frames"][1:])
    seconds = sum(frames) / 1000
    load = os.getloadavg()[0]
    print(f" scrolling {what}, {seconds:.0f} s at {SCREENS} screens a second, load of the machine {load:.1f}")
    print(
        f"  frames: median {statistics.median(frames):.1f} ms, 99 of 100 within "
        f"{frames[int(len(frames) * 0.99)]:.1f} ms, worst {frames[-1]:.1f} ms, "
        f"{sum(each > 50 for each in frames)} of {len(frames)} over 50 ms"
    )
    print(
        f"  {len(lists)} requests for lists; at most {found['most']} cells, {found['elements']} elements in the page; "
        f"a grey cell at the middle in {found['waiting']} frames",
        flush=True,
    )


def tell_memory(before: dict[str, float], after: dict[str, float]) -> None:
    print(f"  JavaScript heap {before['heap']:.1f} MB before, {after['heap']:.1f} MB after; "
          f"DOM nodes {before['nodes']:,.0f} and {after['nodes']:,.0f}; "
          f"listeners {before['listeners']:,.0f} and {after['listeners']:,.0f}", flush=True)  # fmt: skip


def memory(tab: CDPSession) -> dict[str, float]:
    """Megabytes of the heap, and numbers of DOM nodes and listeners, after rubbish was collected."""
    tab.send("Performance.enable")
    tab.send("HeapProfiler.collectGarbage")
    metrics = {each["name"]: each["value"] for each in tab.send("Performance.getMetrics")["metrics"]}
    return {
        "heap": metrics["JSHeapUsedSize"] / 1e6,
        "nodes": metrics["Nodes"],
        "listeners": metrics["JSEventListeners"],
    }
