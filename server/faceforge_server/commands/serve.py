"""`faceforge serve`: start Core."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from faceforge_server.commands.options import HomeOption, port_number, unless_empty


def serve(
    *,
    home: HomeOption = None,
    host: Annotated[
        str | None,
        Parameter(
            help="The address to listen on; 127.0.0.1 by default.",
            env_var="FACEFORGE_BIND",
            env_var_split=unless_empty,
        ),
    ] = None,
    port: Annotated[
        int | None,
        Parameter(
            help="The port; 43210 by default, 0 for any free one.",
            env_var="FACEFORGE_PORT",
            env_var_split=unless_empty,
            converter=port_number,
        ),
    ] = None,
    auto_port: Annotated[
        bool,
        Parameter(negative="", help="If the port is busy, take another; config/ports.json names it."),
    ] = False,
    open_: Annotated[
        bool, Parameter(name="--open", negative="", help="Open the browser of this machine, signed in.")
    ] = False,
) -> None:
    """Start FaceForge Core, and stop it with Ctrl-C.

    --host and --port win over FACEFORGE_BIND and FACEFORGE_PORT, and these over config/core.json in the data directory.
    """
    from faceforge_server import serve as core

    core.serve(home, host, port, auto_port, open_browser=open_)
