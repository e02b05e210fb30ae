"""The memory of a tab that is used for a while: it scrolls, looks at files, swaps parts of pages, and hears of changes.

`.venv/bin/python tests/bench/tab.py --minutes 10 --entities 200000 --keep DIR`; the library is that of `pages.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import threading
import time
from pathlib import Path

from pages import library
from playwright.sync_api import Page
from scrolling import looking, memory
from servers import FACEFORGE, Client
from versions import core

from faceforge_storage.home.home import open_home

CHANGE_SECONDS = 2.0
"""So often an entity is changed by somebody else."""
SHOWN = 12
"""Lines that are printed, at most."""


def change(client: Client, ids: list[str], stop: threading.Event) -> None:
    """Change one entity after the other, so that live events arrive."""
    for number in range(1_000_000):
        if stop.wait(CHANGE_SECONDS):
            return
        body = json.dumps({"aliases": [f"Changed {number}"]}).encode()
        client.ask(client.prepare("PATCH", f"/v1/entities/{ids[number % len(ids)]}", body))


def use(page: Page, ids: list[str], chance: random.Random) -> None:
    """One round. No handle of an element is taken: it would keep the page that it stood in."""
    for _ in range(10):
        page.mouse.wheel(0, chance.choice((600, 900, -300)))
        page.wait_for_timeout(60)
    page.evaluate(
        "(to) => scrollTo({ top: document.body.scrollHeight * to, behavior: 'instant' })", chance.random()
    )
    page.wait_for_timeout(700)
    visit(page, "/assets")
    page.locator("#assets-files.placed").wait_for()
    page.locator("#assets-files a[aria-label]").first.click()
    page.locator("#file-viewer").wait_for()
    for key in ("ArrowRight", "ArrowRight", "i", "i"):
        page.keyboard.press(key)
        page.wait_for_timeout(250)
    page.keyboard.press("Escape")
    page.locator("#assets-files").wait_for()
    visit(page, f"/entities/{chance.choice(ids)}")
    page.locator("#fields").wait_for()
    visit(page, "/entities?view=list")
    page.locator("ff-table.windowed").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("mira")
    page.wait_for_timeout(300)
    page.keyboard.press("Escape")
    visit(page, "/entities")
    page.locator("#entities.windowed").wait_for()


def visit(page: Page, address: str) -> None:
    """Go to a page without loading anew, as links do while files are on their way."""
    page.evaluate(
        """async (address) => {
          const script = document.querySelector("script[src*='/shell/shell.js']").src;
          await (await import(script.replace("shell.js", "swap.js"))).visit(address);
        }""",
        address,
    )


def resident() -> float:
    """Megabytes of the largest renderer of a Chromium that this process has begun; zero where that cannot be read."""
    most, mine = 0.0, {os.getpid()}
    found = sorted(int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())
    for number in found:
        try:
            status = Path(f"/proc/{number}/status").read_text()
            words = Path(f"/proc/{number}/cmdline").read_text()
        except OSError:
            continue
        if int(status.partition("PPid:")[2].split()[0]) not in mine:
            continue
        mine.add(number)
        if "--type=renderer" in words:
            most = max(most, int(status.partition("VmRSS:")[2].split()[0]) / 1024)
    return most


def watch(address: str, token: str, ids: list[str], minutes: float) -> None:
    """Print what the tab takes, from its beginning on."""
    chance = random.Random(11)
    with looking(address, token, 1280, []) as page:
        page.goto(f"{address}/entities")
        page.locator("#entities.windowed").wait_for()
        tab = page.context.new_cdp_session(page)
        begun, rounds, next_line = time.monotonic(), 0, 0.0
        while True:
            passed = time.monotonic() - begun
            if passed >= next_line or passed >= minutes * 60:
                next_line = passed + minutes * 60 / SHOWN
                taken, load = memory(tab), os.getloadavg()[0]
                print(
                    f"  {passed / 60:5.1f} min, {rounds:3} rounds: heap {taken['heap']:5.1f} MB, "
                    f"{taken['nodes']:7,.0f} nodes, {taken['listeners']:5,.0f} listeners, "
                    f"renderer {resident():4.0f} MB; load {load:.1f}",
                    flush=True,
                )
            if passed >= minutes * 60:
                return
            use(page, ids, chance)
            rounds += 1


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=1.0)
    options.add_argument("--entities", type=int, default=2000)
    options.add_argument("--keep", type=Path, help="where the library is kept, and found again")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        root = chosen.keep or Path(directory)
        library(root, chosen.entities)
        with core(FACEFORGE, root) as (_, client):
            listed = client.ask(client.prepare("GET", "/v1/entities?limit=50")).json()
            ids = [str(each["entity_id"]) for each in listed["items"]]  # type: ignore[index, attr-defined]  # as REST answers
            token = open_home(root)[1].auth.install_token.get_secret_value()
            stop = threading.Event()
            changing = threading.Thread(target=change, args=(client, ids, stop))
            changing.start()
            try:
                watch(f"http://127.0.0.1:{client.port}", token, ids, chosen.minutes)
            finally:
                stop.set()
                changing.join()


if __name__ == "__main__":
    main()
