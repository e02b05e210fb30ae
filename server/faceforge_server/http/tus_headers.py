"""What every answer about a resumable upload says of the protocol, also one that refuses before it is looked at."""

from __future__ import annotations

from starlette.types import Scope

UPLOADS = "/v1/uploads"
VERSION = "1.0.0"
RESUMABLE = {"Tus-Resumable": VERSION}


def tus_headers(scope: Scope) -> dict[str, str]:
    """The headers of the answer to a request of this scope; none where it is about something else."""
    path = scope.get("path", "")
    return RESUMABLE if path == UPLOADS or path.startswith(f"{UPLOADS}/") else {}
