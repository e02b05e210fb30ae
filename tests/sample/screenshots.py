"""`python3 dev.py screenshots`: pictures of the pages, of the sample library, for the guide or of everything."""

from __future__ import annotations

import argparse
import io
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from faceforge_storage.home.home import Home, open_home
from sample.client import Client
from sample.filling import Filling, is_empty, shown
from sample.library import planned
from sample.renders import fill
from sample.shots import GUIDE, SHOTS, Picture, Shot
from sample.start import answering, started

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "guide" / "pictures"
HEIGHTS = {360: 760, 1280: 800, 2560: 1440}
SCHEMES = ("light", "dark")
SECONDS = 300
"""How long Core may take to read all files."""
SETTLED = """() => [...document.images].every((image) => {
  const { top, bottom } = image.getBoundingClientRect();
  return image.complete || bottom < 0 || top > innerHeight;
})"""


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py screenshots", description=__doc__)
    parser.add_argument(
        "--all", type=Path, metavar="DIR", help="every page at each width, light and dark, into DIR"
    )
    parser.add_argument(
        "--home", type=Path, help="a data directory to keep: the next time nothing is drawn anew"
    )
    parser.add_argument("names", nargs="*", help="only these pages; without one, all")
    given = parser.parse_args(words)
    wanted = _every() if given.all else GUIDE
    if given.names:
        wanted = [each for each in wanted if each.shot in given.names]
    folder = given.all or PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    with (
        _library(given.home) as core,
        tempfile.TemporaryDirectory() as empty,
        _core(Path(empty) / "home", Path(empty)) as bare,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for each in wanted:
            _take(browser, bare if SHOTS[each.shot].empty else core, each, folder)
        browser.close()
    return 0


def _every() -> list[Picture]:
    return [Picture(name, width, scheme) for name in SHOTS for width in HEIGHTS for scheme in SCHEMES]


class RunningCore:
    """Where a Core answers, and a client that may do all."""

    def __init__(self, url: str, token: str, folder: Path) -> None:
        """`folder` is one that may be brought in."""
        self.url, self.token, self.client, self.folder = url, token, Client(url, token), folder

    def address(self, shot: Shot) -> str:
        """The address of the page, with the ids of the entity and the file that the shot names."""
        found = {"folder": quote(str(self.folder))}
        if shot.entity:
            people = self.client.call("GET", f"/v1/entities?q={quote(shot.entity)}&limit=1")["items"]
            found["entity"] = people[0]["entity_id"]
        if shot.file:
            files = self.client.call("GET", f"/v1/assets?filename={quote(shot.file)}&limit=1")["items"]
            found["file"] = files[0]["asset_id"]
        return self.url + shot.path.format(**found)


@contextmanager
def _core(home: Path, folder: Path) -> Iterator[RunningCore]:
    settings = Home(home).settings_file
    settings.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(settings.read_text()) if settings.exists() else {}
    settings.write_text(json.dumps({**kept, "import": {"roots": [str(folder.parent)]}}))
    process = started(home, ["--port", "0"])
    try:
        url = answering(process, Home(home))
        if url is None:
            raise SystemExit("FaceForge did not start.")
        yield RunningCore(url, open_home(home)[1].auth.install_token.get_secret_value(), folder)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _library(kept: Path | None) -> Iterator[RunningCore]:
    """The sample library, with every file read, so that pages show what readers found."""
    with (
        tempfile.TemporaryDirectory(prefix="faceforge-sample-", ignore_cleanup_errors=True) as folder,
        _core(
            (kept or Path(folder) / "home").absolute(), Path(folder).resolve() / "Lantern" / "renders"
        ) as core,
    ):
        if is_empty(core.client):
            Filling(core.url, core.token).fill(shown, planned())
        fill(core.folder)
        end = time.monotonic() + SECONDS
        while core.client.call("GET", "/v1/system/info")["counts"]["unread_files"] and time.monotonic() < end:
            time.sleep(0.5)
        yield core


def _take(browser: Browser, core: RunningCore, picture: Picture, folder: Path) -> None:
    shot = SHOTS[picture.shot]
    if shot.anew:
        fill(core.folder, str(time.time()))  # a library that is kept has those of the last time
    with _signed_in(browser, core, picture, shot) as page:
        page.goto(core.address(shot))
        if shot.prepare is not None:
            shot.prepare(page)
        page.wait_for_function(SETTLED, timeout=60_000)
        page.wait_for_timeout(400)
        taken = Image.open(io.BytesIO(page.screenshot()))
    target = folder / picture.filename
    taken.convert("RGB").save(target, "WEBP", quality=80, method=6)
    print(f"{target} ({target.stat().st_size // 1000} kB)", flush=True)


@contextmanager
def _signed_in(browser: Browser, core: RunningCore, picture: Picture, shot: Shot) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        viewport={"width": picture.width, "height": HEIGHTS[picture.width]},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    try:
        page = context.new_page()
        if not shot.signed_out:
            answer = context.request.post(f"{core.url}/v1/sessions", data={"token": core.token})
            page.add_init_script(f"localStorage.setItem('faceforge.csrf', {answer.json()['csrf_token']!r})")
        yield page
    finally:
        context.close()
