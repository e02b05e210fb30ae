"""`faceforge schema`: prints the GraphQL schema; writes or checks every file that is generated from the code."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter


def schema(
    *,
    write: Annotated[
        bool, Parameter(negative="", help="Write the contract in schema/ and the pages of docs/reference/.")
    ] = False,
    check: Annotated[
        bool, Parameter(negative="", help="Fail when a committed file differs from the code.")
    ] = False,
) -> None:
    """Print the GraphQL schema; or write or check the files generated from the code, naming breaking changes.

    --write and --check are for a checkout of the source.
    """
    if write or check:
        _files(write=write, check=check)
    else:
        from faceforge_codegen.contract_files import sdl
        from faceforge_schema import build_schema

        print(sdl(build_schema()), end="")


def _files(*, write: bool, check: bool) -> None:
    from faceforge_codegen import generated_files as files
    from faceforge_codegen.contract_files import breaking_changes

    if not (files.ROOT / "pyproject.toml").is_file():
        sys.exit("This is no checkout of the source: there are no committed files to write or check.")
    texts = files.generated()
    committed = files.committed(list(texts))
    for change in breaking_changes(committed, texts):
        print(f"breaking change: {change}")
    differing = {name: text for name, text in texts.items() if committed.get(name) != text}
    if write:
        files.write(differing)
    for name in differing:
        print(f"{name} {'was written anew' if write else 'differs from the code'}")
    if check and differing:
        sys.exit("The committed files differ from the code. `python dev.py contract` writes them.")
