"""Every generated page, by its name in `docs/reference`."""

from __future__ import annotations

from typing import Any

from faceforge_codegen.reference import commands, errors, limits, operations, permissions, records, settings
from faceforge_codegen.reference.other_routes import other_routes
from faceforge_schema import Contract
from faceforge_server.rest import RestOperation


def pages(contract: Contract, routes: list[RestOperation], openapi: dict[str, Any]) -> dict[str, str]:
    """The text of each page. `routes` are those generated from the contract, `openapi` describes all there are."""
    others = other_routes(routes, openapi)
    return {
        "errors.md": errors.page(),
        "limits.md": limits.page(),
        "settings.md": settings.page(),
        "commands.md": commands.page(),
        "operations.md": operations.page(contract, routes, others, openapi),
        "records.md": records.page(routes, openapi),
        "permissions.md": permissions.page(contract, others),
    }
