"""Make an entity, find it, hear of it and upsert another, with what ariadne-codegen makes of /schema.graphql."""

from __future__ import annotations

import asyncio
import json
import os

from core_graphql import (
    Client,
    EntitiesUpsert,
    EntityCreate,
    EntityUpsert,
    ExternalIdInput,
    GraphQLClientError,
)

url = os.environ["FACEFORGE_URL"] + "/graphql"
socket = url.replace("http", "ws", 1)
signed_in = {"Authorization": f"Bearer {os.environ['FACEFORGE_TOKEN']}"}


async def main() -> dict[str, object]:
    async with Client(url, signed_in, ws_url=socket, ws_connection_init_payload=signed_in) as core:
        before = (await core.last_changeset()).changesets.nodes
        made = (await core.create_entity(EntityCreate(displayName="Ada of ariadne-codegen"))).create_entity
        found = (await core.find_entities("Ada of ariadne-codegen")).entities.nodes
        heard = await anext(core.follow_changesets(after=before[0].id if before else 0))
        grace = EntityUpsert(
            displayName="Grace", externalIds=[ExternalIdInput(namespace="ariadne-codegen", value="1")]
        )
        upserts = EntitiesUpsert(items=[grace, EntityUpsert(displayName="")])
        became = [(await core.upsert_entities(upserts)).bulk_upsert_entities for _ in range(2)]
    async with Client(url, {"Authorization": "Bearer wrong"}) as stranger:
        try:
            await stranger.last_changeset()
        except GraphQLClientError as error:
            refused = str(error)
    return {
        "entity": made.id,
        "found": [each.display_name for each in found],
        "heard": heard.changesets.operation,
        "upserted": [each.status.value for one in became for each in one.items],
        "refused": refused,
    }


print(json.dumps(asyncio.run(main())))
