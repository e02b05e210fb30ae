"""Scrolling through the gallery in Chromium: frames, requests, elements in the page, memory of the tab."""

from __future__ import annotations

import io
import shutil
import statistics
from typing import Any

from PIL import Image
from playwright.sync_api import CDPSession, Page, Route, sync_playwright

SCREENS = 2.5
"""How many screens a second are scrolled: below the speed over which nothing is asked for."""
HEIGHT = {1280: 900, 2560: 1440}
SCROLL = """([rows, speed]) => new Promise((done) => {
  const list = document.querySelector("#entities"), end = rows * list.layout.row, frames = [];
  let before = performance.now(), most = 0, waiting = 0;
  const step = (now) => {
    frames.push(now - before);
    scrollBy({ top: (now - before) * speed / 1000 * innerHeight, behavior: "instant" });
    before = now;
    most = Math.max(most, list.children.length);
    const seen = document.elementsFromPoint(innerWidth / 2 + 100, innerHeight / 2);
    if (seen.some((each) => each.matches(".waiting"))) waiting++;
    if (scrollY < end) requestAnimationFrame(step);
    else done({ frames, most, waiting, elements: document.querySelectorAll("*").length });
  };
  requestAnimationFrame(step);
})"""


def picture() -> bytes:
    """A thumbnail as Core makes them."""
    file = io.BytesIO()
    Image.effect_noise((320, 400), 60).convert("RGB").save(file, "WEBP", quality=70)
    return file.getvalue()


def scroll(address: str, token: str, cells: int, width: int) -> None:
    """Print the figures of scrolling over so many cells."""
    asked: list[str] = []
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
        page.goto(f"{address}/entities", wait_until="networkidle")
        session_of_tab = context.new_cdp_session(page)
        before, begun = memory(session_of_tab), len(asked)
        columns = page.evaluate("document.querySelector('#entities').layout.columns")
        found = page.evaluate(SCROLL, [cells / columns, SCREENS])
        tell(page, found, cells, columns, [url for url in asked[begun:] if "/entities?" in url])
        after = memory(session_of_tab)
        print(f"  JavaScript heap {before['heap']:.0f} MB before, {after['heap']:.0f} MB after; "
              f"DOM nodes {before['nodes']:,.0f} and {after['nodes']:,.0f}")  # fmt: skip
        browser.close()


def tell(page: Page, found: dict[str, Any], cells: int, columns: int, lists: list[str]) -> None:
    frames = sorted(found["frames"][1:])
    seconds = sum(frames) / 1000
    print(f" scrolling {cells:,} cells in {columns} columns, {seconds:.0f} s at {SCREENS} screens a second")
    print(
        f"  frames: median {statistics.median(frames):.1f} ms, 99 of 100 within "
        f"{frames[int(len(frames) * 0.99)]:.1f} ms, worst {frames[-1]:.1f} ms, "
        f"{sum(each > 50 for each in frames)} of {len(frames)} over 50 ms"
    )
    print(
        f"  {len(lists)} requests for lists; at most {found['most']} cells, {found['elements']} elements in the page; "
        f"a grey cell at the middle in {found['waiting']} frames"
    )


def memory(tab: CDPSession) -> dict[str, float]:
    """Megabytes of the heap and number of DOM nodes, after rubbish was collected."""
    tab.send("Performance.enable")
    tab.send("HeapProfiler.collectGarbage")
    metrics = {each["name"]: each["value"] for each in tab.send("Performance.getMetrics")["metrics"]}
    return {"heap": metrics["JSHeapUsedSize"] / 1e6, "nodes": metrics["Nodes"]}
