"""What is done with several records at once: each by itself, so that one that fails does not hold up the others."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from faceforge_storage.errors import FaceForgeError, InvalidInput
from faceforge_ui.serving.view import View
from faceforge_ui.serving.windows import STEP

MOST = 1000
"""How many records one action takes: it is done while the person waits."""
ID_DIGITS = 64


async def selected(view: View) -> list[str]:
    """The ids that a form sent, or that the address of an undo has; raises InvalidInput for none or too many."""
    form = await view.form()
    ids = list(dict.fromkeys([*form.texts("id"), *unpacked(view.query.get("ids", ""))]))
    if not ids:
        raise InvalidInput("Nothing is selected.")
    if len(ids) > MOST:
        raise InvalidInput(f"Select at most {MOST:,} at a time.")
    return ids


def parts(view: View, ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """The ids, so many at once as one query may name and one page of its answer holds."""
    most = min(view.context.core.settings.limits.filter_values, STEP)
    return (ids[at : at + most] for at in range(0, len(ids), most))


async def each_of(
    ids: Iterable[str], act: Callable[[str], Awaitable[Any]]
) -> tuple[list[str], list[FaceForgeError]]:
    """Those it was done for, and what the others raised; raises the first of these where it was done for none.

    What is a fault of our own is raised at once.
    """
    done: list[str] = []
    failed: list[FaceForgeError] = []
    for each in ids:
        try:
            await act(each)
            done.append(each)
        except FaceForgeError as error:
            if error.status >= 500:
                raise
            failed.append(error)
    if failed and not done:
        raise failed[0]
    return done, failed


def left(failed: list[FaceForgeError]) -> str:
    """What is added to a sentence about those it was done for: how many stayed, and why."""
    return f"; {len(failed):,} stayed as before: {failed[0]}" if failed else ""


def undo_address(path: str, ids: Iterable[str], **query: Any) -> str:
    """The address whose POST takes an action back for these records; `query` may have lists."""
    return f"{path}?{urlencode({'ids': packed(ids), **query}, doseq=True)}"


def packed(ids: Iterable[str]) -> str:
    """Ids as one short text: an address holds at most 64 KiB, and has to hold a thousand of them."""
    return base64.urlsafe_b64encode(bytes.fromhex("".join(ids))).decode().rstrip("=")


def unpacked(text: str) -> list[str]:
    """The ids of `packed`; raises InvalidInput for anything else."""
    try:
        digits = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()
    except ValueError:
        raise InvalidInput("This cannot be undone any more.") from None
    return [digits[at : at + ID_DIGITS] for at in range(0, len(digits), ID_DIGITS)]
