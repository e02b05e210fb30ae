"""The pages as an application of their own."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from visitor import Visitor

import faceforge_ui


@pytest.fixture(scope="session")
def visitor() -> Visitor:
    return Visitor(Starlette(routes=[*faceforge_ui.routes(), Route("/graphql", faceforge_ui.console)]))
