"""Who follows the journal hears of a changeset when it is committed, whatever is being done at that moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from running_core import CONTRACT, RunningCore

from faceforge_schema import Actor, Context
from faceforge_schema.journal import POLL_SECONDS
from faceforge_storage.database import tables
from faceforge_storage.database.gateway import Write
from faceforge_storage.scheduling.fair_queue import OWN

FOLLOWED = "subscription { changesets(after: 0) { operation } }"


def name_a_type(name: str) -> Any:
    def work(tx: Write) -> None:
        tx.insert(tables.relation_types, [{"name": name, "symmetric": False}])

    return work


@pytest.mark.alone
def test_what_is_committed_while_news_are_told_is_told_at_once(fresh: RunningCore) -> None:
    """The next look at the journal would come after five seconds."""
    database = fresh.core.database

    async def follow() -> list[str]:
        context = Context(fresh.core, Actor("test", fresh.core.permissions))
        stream = cast("AsyncIterator[Any]", await CONTRACT.subscribe(FOLLOWED, context_value=context))
        await database.write(OWN, "test", "first", name_a_type("one"))
        heard = [await anext(stream)]
        # The journal was read, and what was found in it is sent; nobody waits for more yet.
        await database.write(OWN, "test", "second", name_a_type("two"))
        async with asyncio.timeout(POLL_SECONDS / 2):
            heard.append(await anext(stream))
        return [each.data["changesets"]["operation"] for each in heard]

    assert fresh.wait(follow()) == ["first", "second"]
