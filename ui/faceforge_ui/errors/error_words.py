"""What a page says that cannot be shown: what happened, what is safe, what to do; in words of people."""

from __future__ import annotations

from dataclasses import dataclass

from faceforge_storage.errors import FaceForgeError


@dataclass(frozen=True)
class Words:
    """A sentence that says what happened, one that says what to do, and a sign."""

    title: str
    text: str
    icon: str = "alert"
    again: str = ""
    """What the button says that loads the address again; `plain` then leaves out what stands after its `?`."""
    plain: bool = False


BUSY = Words("FaceForge is busy.", "Nothing is lost. It is free again in a moment.", "clock", "Try again")
UNREADABLE = Words(
    "This address asks for something that cannot be shown.",
    "A part of it may be mistyped or cut off. Nothing was changed.",
    "link",
    "Open the plain page",
    plain=True,
)

BY_CODE = {
    "read_only": Words(
        "FaceForge only shows things now.", "It was started so that nothing can be changed.", "lock"
    ),
    "store_away": Words(
        "A place where files are kept is not there.",
        "Connect the disk or the machine again. Nothing was changed.",
        "disk",
        "Try again",
    ),
    "cursor_expired": Words(
        "This list has moved on.",
        "It can be read again from its beginning.",
        "list",
        "Start at the top",
        plain=True,
    ),
}
BY_STATUS = {
    400: UNREADABLE,
    403: Words(
        "This is not open to you.",
        "What you signed in with does not include it. Whoever gave it to you can give more.",
        "lock",
    ),
    404: Words(
        "This page is not here.",
        "The address may be mistyped, or what it showed was erased for good.",
        "search",
    ),
    405: Words("There is nothing to see at this address.", "It is made for programs.", "code"),
    412: Words(
        "Somebody changed this in the meantime.",
        "Load it again and see what is there now.",
        "refresh",
        "Load it again",
    ),
    422: UNREADABLE,
    429: BUSY,
    500: Words(
        "Something went wrong inside FaceForge.",
        "What you keep is safe. If it happens again, the log says why.",
        again="Try again",
    ),
    503: BUSY,
    504: Words(
        "This took too long.",
        "Nothing was changed. Ask for less at once, or try again.",
        "clock",
        "Try again",
    ),
    507: Words(
        "The disk is full.", "Nothing was changed. Make room on it, and try again.", "disk", "Try again"
    ),
}


def words_for(error: FaceForgeError) -> Words:
    """The words for an error; for one without words of its own, what it says itself."""
    return BY_CODE.get(error.code) or BY_STATUS.get(error.status) or Words(f"{error.title}.", str(error))
