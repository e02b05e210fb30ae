"""Query parameters that an address does not have are refused: a misspelt one would be left out unseen."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request

from faceforge_schema.values.inputs import pointer
from faceforge_storage.errors import Fault, InvalidInput


def refuse_unknown(request: Request, known: Iterable[str]) -> None:
    """Raise InvalidInput for a query parameter that is not `known`."""
    if unknown := request.query_params.keys() - set(known):
        name = min(unknown)
        message = "is not a parameter of this address"
        raise InvalidInput(
            f"Query parameter {name[:80]}: {message}.",
            errors=(Fault(pointer([name[:80]]), message, "unknown_parameter", "query"),),
        )
