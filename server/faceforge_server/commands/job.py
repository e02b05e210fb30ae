"""`faceforge job`: one job, looked at, followed, stopped, held, let go on or tried again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter, validators

from faceforge_server.commands.options import HomeOption

if TYPE_CHECKING:
    from faceforge_server.commands.following import Job

DO = Group("Do with it, one of", validator=validators.mutually_exclusive)


def job(
    job_id: Annotated[str, Parameter(help="Its id, or as many digits of it as no other job begins with.")],
    *,
    follow: Annotated[
        bool, Parameter(help="Print its log as it grows, and wait until it has ended.", negative="")
    ] = False,
    cancel: Annotated[
        bool, Parameter(help="Stop it. What it has done stays.", negative="", group=DO)
    ] = False,
    pause: Annotated[bool, Parameter(help="Hold it until --resume.", negative="", group=DO)] = False,
    resume: Annotated[bool, Parameter(help="Let it go on where it was.", negative="", group=DO)] = False,
    retry: Annotated[
        bool, Parameter(help="Make a new job of the same, where it has ended.", negative="", group=DO)
    ] = False,
    home: HomeOption = None,
) -> None:
    """Show a job: its state, how far it is, and how it ended.

    With --follow the exit code is that of the job: 0 done, 1 failed or stopped, 3 done, but something was left out.

    Ctrl-C ends the following, not the job.
    """
    from faceforge_server.commands import following
    from faceforge_server.core_client import core_of
    from faceforge_storage.home.home import open_home

    place, settings = open_home(home, new=False)
    asked = {"cancel": cancel, "pause": pause, "resume": resume, "retry": retry}
    with core_of(place, settings, running=follow) as ask:
        found = following.job_of(ask, job_id)
        for verb in (each for each, wanted in asked.items() if wanted):
            found = ask("POST", f"/v1/jobs/{found['job_id']}/{verb}")
        if follow:
            log, goes_on = following.Log(ask), "The job goes on in FaceForge."
            found = following.follow(
                ask,
                found,
                place.root,
                goes_on=goes_on,
                news=lambda job: map(following.log_line, log.since(job)),
            )
    _show(found)
    if follow:
        from faceforge_server.commands.import_words import exit_code

        sys.exit(exit_code(found))


def _show(found: Job) -> None:
    import json

    from faceforge_server.commands.following import ENDED, how_far
    from faceforge_server.commands.import_words import in_short
    from faceforge_server.commands.terminal import harmless
    from faceforge_storage.words import full

    state = found["state"] if found["state"] in ENDED else f"{found['state']}: {how_far(found)}"
    lines = [
        ("job", found["job_id"]),
        ("type", found["job_type"]),
        ("state", state),
        ("attempt", f"{found['attempt']} of {found['max_attempts']}"),
        ("made", f"{full(found['created_at'])}, by {found['made_by']}"),
        *((name, full(found[f"{name}_at"])) for name in ("started", "finished") if found[f"{name}_at"]),
    ]
    if found["error"]:
        lines.append(("error", f"{found['error']['message']} ({found['error']['code']})"))
    brief = in_short(found)
    if brief:
        lines.append(("import", brief))
    for name, value in lines:
        print(f"{name:9}{harmless(str(value))}")
    if found["output"] is not None and not brief:
        written = json.dumps(found["output"], ensure_ascii=False, indent=2)
        print("output", *(harmless(line) for line in written.splitlines()), sep="\n")
