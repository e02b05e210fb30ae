"""`faceforge import`: brings the files of a folder in, once it has shown what it will do."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from cyclopts import Parameter

from faceforge_server.commands.options import HomeOption

PLANNING = "The plan goes on being made in FaceForge; nothing comes in."
RUNNING = "The import goes on in FaceForge; you may close this terminal."
EACH_PATTERN = "such as '*.png' or 'drafts/**'; several may be given."


@dataclass(kw_only=True)
class Options:
    """Which files come in, and as what: the names are those of `POST /v1/assets/bulk-import`."""

    recursive: Annotated[bool, Parameter(help="Also the folders in the folder.")] = True
    include: Annotated[
        list[str] | None, Parameter(help=f"Only files that fit, {EACH_PATTERN}", negative="")
    ] = None
    exclude: Annotated[
        list[str] | None, Parameter(help=f"No files that fit, {EACH_PATTERN}", negative="")
    ] = None
    hidden: Annotated[bool, Parameter(help="Also hidden files and folders.", negative="")] = False
    kind: Annotated[str | None, Parameter(help="What the files are for, such as image.original.")] = None
    tags: Annotated[
        list[str] | None,
        Parameter(name="--tag", help="A tag for each file; several may be given.", negative=""),
    ] = None
    role: Annotated[str | None, Parameter(help="What the files are to their entities, such as portrait.")] = (
        None
    )
    entity_ids: Annotated[
        list[str] | None,
        Parameter(
            name="--entity",
            help="The id of an entity that gets all files; several may be given.",
            negative="",
        ),
    ] = None
    entities_from: Annotated[
        Literal["none", "folder", "first_folder"],
        Parameter(
            help="Whose names say who gets the files: those of the folder that a file lies in, or of the nearest above "
            "it that is called like an entity; or of the one right below FOLDER."
        ),
    ] = "none"
    create_entities: Annotated[
        bool,
        Parameter(name="--create", help="Make an entity for a folder that is called like none.", negative=""),
    ] = False


def import_folder(
    folder: Annotated[Path | None, Parameter(help="The folder that is brought in.", negative="")] = None,
    *,
    plan: Annotated[bool, Parameter(help="Only show what would be done.", negative="")] = False,
    job: Annotated[
        str | None, Parameter(help="Instead of a folder: run the plan that --plan has made under this id.")
    ] = None,
    decide: Annotated[
        list[str] | None,
        Parameter(help="With --job, what you decide: KEY=VALUE, as the plan shows it; several.", negative=""),
    ] = None,
    move: Annotated[
        bool,
        Parameter(help="Remove each file from the folder once its copy is verified.", negative=""),
    ] = False,
    options: Annotated[Options | None, Parameter(name="*")] = None,
    home: HomeOption = None,
) -> None:
    """Bring the files of a folder in: show what will be done, then do it, where --plan does not say otherwise.

    Files that are here already are not copied again. What needs a decision is left out, and shown.

    FaceForge must be running, and does the work: Ctrl-C, or closing the terminal, does not stop it.

    Exit codes: 0 all is in, 1 failed or stopped, 2 wrong usage, 3 done, but some files were left out, 130 Ctrl-C.
    """
    decisions = _decisions(decide or [])
    if (folder is None) == (job is None):
        _refuse("Name a folder, or the plan that is to be run by --job, and not both.")
    if job is None and decisions:
        _refuse("--decide belongs to a plan: name it by --job.")
    if job is not None and (plan or move or options):
        _refuse("A plan runs as it was made: with --job there is only --decide.")
    from faceforge_server.commands import following
    from faceforge_server.commands.import_words import ImportNews, ending, exit_code
    from faceforge_server.commands.terminal import say
    from faceforge_server.core_client import core_of
    from faceforge_storage.home.home import open_home

    place, settings = open_home(home, new=False)
    with core_of(place, settings, running=True) as ask:
        if folder is not None:
            given = {name: each for name, each in asdict(options or Options()).items() if each is not None}
            path, mode = _whole(folder), "move" if move else "copy"
            asked = {"path": path, "mode": mode, "dry_run": plan, **given}
        else:
            asked = {"plan_job_id": following.job_of(ask, str(job))["job_id"], "decisions": decisions}
        begun = ask("POST", "/v1/assets/bulk-import", asked)
        news = ImportNews(ask, planned=folder is None)
        done = following.follow(ask, begun, place.root, goes_on=PLANNING if plan else RUNNING, news=news)
    say(*ending(done, place.root))
    sys.exit(exit_code(done))


def _decisions(given: list[str]) -> dict[str, str]:
    """KEY=VALUE, each, as a mapping."""
    decisions = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not (key and equals and value):
            _refuse(f"--decide takes KEY=VALUE, not {each}.")
        decisions[key] = value
    return decisions


def _whole(folder: Path) -> str:
    """The whole path of a folder, as JSON can say it."""
    from faceforge_storage.errors import InvalidInput

    path = os.path.abspath(folder)  # noqa: PTH100  # `resolve` would follow links, which Core does
    try:
        path.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            f"The name of the folder {path} is no UTF-8.",
            "Name the folder that it lies in, or give it another name.",
        ) from None
    return path


def _refuse(text: str) -> NoReturn:
    """End the program: its words were not understood."""
    from faceforge_server.commands.terminal import harmless

    print(
        harmless(f"faceforge import: {text}"),
        "`faceforge import --help` explains.",
        sep="\n",
        file=sys.stderr,
    )
    sys.exit(2)
