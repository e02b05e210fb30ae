"""`faceforge schema`: the contract as the code has it, beside the one that is committed."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter


def schema(
    *,
    write: Annotated[
        bool, Parameter(negative="", help="Write schema/schema.graphql and schema/openapi.json anew.")
    ] = False,
    check: Annotated[
        bool, Parameter(negative="", help="Fail when the committed files differ from the code.")
    ] = False,
) -> None:
    """Print the GraphQL schema; or write or check the files made from it, naming what breaks.

    --write and --check are for a checkout of the source, where schema/ lies beside its package.
    """
    from faceforge_codegen import contract_files as files

    made = files.made()
    if not write and not check:
        print(made["schema.graphql"], end="")
        return
    committed = files.committed()
    for broken in files.broken(committed, made):
        print(f"breaking change: {broken}")
    differing = [name for name, text in made.items() if committed.get(name) != text]
    if write:
        files.write(made)
    for name in differing:
        print(f"schema/{name} {'was written anew' if write else 'differs from the code'}")
    if check and differing:
        sys.exit("The committed contract is not what the code says. `python dev.py contract` writes it anew.")
