"""Why a file cannot be brought in, in words, by the code of the reason."""

from __future__ import annotations

WORDS = {
    "permission_denied": "This machine does not let FaceForge read it.",
    "gone": "It is not there any more.",
    "changed": "It changed after the plan was made.",
    "growing": "It is still being written; look again later.",
    "outside": "It is a link to a place outside the folder.",
    "broken_link": "It is a link to something that is not there.",
    "not_a_file": "It is no file that could be kept.",
    "read_error": "The disk could not read it.",
    "too_large": "It is larger than files may be here.",
    "too_deep": "It lies too many folders deep.",
    "io_error": "The disk could not read it.",
}


def reason(code: str | None, message: str | None = None) -> str:
    """The words for a reason; for an unknown one its message, or the code itself."""
    return WORDS.get(code or "") or message or (code or "It cannot be read.").replace("_", " ").capitalize()
