"""FastAPI's application, with layers that every answer passes, the one to an unexpected error too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp


class Application(FastAPI):
    """`middleware` stands inside of what answers unexpected errors, as Starlette has it; `outermost` around that."""

    def __init__(self, *, outermost: Sequence[Middleware], **options: Any) -> None:
        super().__init__(**options)
        self._outermost = outermost

    def build_middleware_stack(self) -> ASGIApp:
        """The layers, each around the next."""
        app = super().build_middleware_stack()
        for layer, arguments, named in reversed(self._outermost):
            app = layer(app, *arguments, **named)
        return app
