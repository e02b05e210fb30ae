"""The guard at the writer's connection: no statement changes data but those of the gateway."""

from __future__ import annotations

import re

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import ExecutionContext

_CHANGING = re.compile(r"\b(?:INSERT|UPDATE|DELETE|REPLACE)\s", re.IGNORECASE)


def guard(engine: Engine) -> None:
    """Refuse every data-changing statement on `engine` that does not come from a `Write`."""

    @event.listens_for(engine, "before_cursor_execute")
    def refuse(
        _connection: Connection,
        _cursor: object,
        statement: str,
        _parameters: object,
        context: ExecutionContext | None,
        _many: bool,
    ) -> None:
        # A comment or a WITH may stand before the word that changes; what begins with SELECT can only read.
        if statement.startswith("SELECT") or not _CHANGING.search(statement):
            return
        if context is None or not context.execution_options.get("gateway"):
            raise RuntimeError(f"data changes only through the gateway, not by: {statement[:80]}")
