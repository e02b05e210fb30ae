"""Files for the pages: pictures, sounds and what goes with them, made by code."""

from __future__ import annotations

import base64
import io
import math
import wave
from array import array
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page

DROP = """(element, [files, kinds]) => {
    const transfer = new DataTransfer();
    for (const [name, text] of files) {
        const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: name.endsWith(".png") ? "image/png" : "" }));
    }
    for (const kind of kinds) {
        element.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
}"""
SHOW = """(address) => new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(image.naturalWidth);
    image.onerror = () => resolve(0);
    image.src = address;
})"""
"""Asks for a picture as a page does: how wide it is, or 0."""


def picture(width: int = 80, height: int = 100, seed: int = 0) -> bytes:
    """A PNG of one colour; each seed gives other bytes."""
    made = io.BytesIO()
    colour = (seed * 53 % 256, seed * 97 % 256, (seed * 31 + 90) % 256)
    Image.new("RGB", (width, height), colour).save(made, "PNG")
    return made.getvalue()


def put(folder: Path, name: str, data: bytes | None = None, seed: int = 0) -> Path:
    """A file of that name in a folder; a picture, unless it says otherwise."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture(seed=seed) if data is None else data)
    return path


def put_sound(folder: Path, name: str, seconds: int = 2) -> Path:
    """A WAV of one tone."""
    path = folder / name
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(array("h", (int(9000 * math.sin(at / 9)) for at in range(8000 * seconds))).tobytes())
    return path


def drop(place: Locator, files: dict[str, bytes], kinds: tuple[str, ...] = ("dragover", "drop")) -> None:
    """Drop files on an element, as a file manager does; or only some of what that fires."""
    packed = [[name, base64.b64encode(data).decode()] for name, data in files.items()]
    place.evaluate(DROP, [packed, list(kinds)])


def choose(page: Page, button: Locator, files: list[Path] | Path) -> None:
    """Press a button that opens the file dialog, and choose files, or a folder, there."""
    with page.expect_file_chooser() as dialog:
        button.click()
    dialog.value.set_files(files)


def panel(page: Page) -> Locator:
    """The upload panel."""
    return page.get_by_role("region", name="Uploads")


def ask(core: Any, document: str, **variables: Any) -> Any:
    """What Core itself answers, to compare with what the page shows."""
    answer = core.client.post("/graphql", json={"query": document, "variables": variables}).json()
    assert "errors" not in answer, answer
    return answer["data"]


def create(core: Any, name: str) -> str:
    """The id of a new entity."""
    made = ask(core, "mutation($n: String!) { createEntity(input: {displayName: $n}) { id } }", n=name)
    found: str = made["createEntity"]["id"]
    return found
