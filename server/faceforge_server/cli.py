"""The `faceforge` command: its sub-commands by name, and how it reports that something went wrong."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.metadata import entry_points, version

from cyclopts import App

from faceforge_server.commands.terminal import harmless, takes_any_letter
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.helper_process import MODULES

app = App(
    name="faceforge",
    help="FaceForge keeps entities and the files that belong to them, on this machine.",
    help_format="plaintext",
    version=lambda: version("faceforge"),
    version_flags=["--version"],
)
COMMANDS = {each.name: each.value for each in sorted(entry_points(group="faceforge.commands"))}
"""Each package brings its own; a module is imported only when its command is asked for."""
for name, place in COMMANDS.items():
    app.command(place, name=name)


def load_all() -> None:
    """Imports every command, so that the overview can describe each."""
    for name in COMMANDS:
        app[name]


def main() -> None:
    """Runs the words of the command line. Exit codes: 0 done, 1 not done and why, 2 not understood, 3 done in part, and
    what was left out is said, 130 ended by Ctrl-C."""
    if sys.argv[1:] and sys.argv[1] in MODULES:
        import_module(MODULES[sys.argv[1]]).main()
        return
    if sys.argv[1:] in ([], ["-h"], ["--help"]):
        load_all()
    takes_any_letter(sys.stdout)
    try:
        app()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads, such as `head`, has seen enough; nothing may be written at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except FaceForgeError as error:
        said = (f"faceforge: {error.detail}", error.as_json()["hint"])
        print(*map(harmless, said), sep="\n", file=sys.stderr)
        sys.exit(1)
