"""The pages as an application of their own."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.routing import Route
from visitor import Visitor

import faceforge_ui


@pytest.fixture(scope="session")
def visitor() -> Visitor:
    app = FastAPI(openapi_url=None)
    app.router.routes.extend([*faceforge_ui.routes(), Route("/graphql", faceforge_ui.console)])
    return Visitor(app)
