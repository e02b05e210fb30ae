"""`faceforge jobs`: what FaceForge does in the background, as a table."""

from __future__ import annotations

import sys
from itertools import islice
from typing import Annotated, Literal

from cyclopts import Parameter

from faceforge_server.commands.options import HomeOption

State = Literal["queued", "running", "succeeded", "failed", "cancelled"]


def jobs(
    *,
    state: Annotated[State | None, Parameter(help="Only jobs in this state.")] = None,
    limit: Annotated[int, Parameter(help="At most so many, the newest first.")] = 30,
    home: HomeOption = None,
) -> None:
    """List the jobs, the newest first: id, state, what, when, and how far or how it ended."""
    from faceforge_server.commands.following import SHORT, all_jobs, how_far
    from faceforge_server.commands.import_words import in_short
    from faceforge_server.commands.terminal import shortened, table
    from faceforge_server.core_client import core_of
    from faceforge_storage.home.home import open_home
    from faceforge_storage.words import ago, moment

    with core_of(*open_home(home, new=False)) as ask:
        found = list(islice(all_jobs(ask, state), max(limit, 0)))
    if not found:
        print("There are no jobs." if not state else "No job is in this state.", file=sys.stderr)
        return
    rows = []
    for each in found:
        result = (each["error"] or {}).get("message") or (
            in_short(each) if each["finished_at"] else how_far(each)
        )
        made = ago(moment(each["created_at"]))
        rows.append((each["job_id"][:SHORT], each["state"], each["job_type"], made, shortened(result, 80)))
    print(*table(("ID", "STATE", "TYPE", "MADE", "PROGRESS"), rows), sep="\n")
