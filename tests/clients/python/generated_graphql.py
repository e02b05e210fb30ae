"""Make an entity, find it and hear of it, with what ariadne-codegen makes of /schema.graphql and operations."""

from __future__ import annotations

import asyncio
import json
import os

from core_graphql import Client, EntityCreate, GraphQLClientError

url = os.environ["FACEFORGE_URL"] + "/graphql"
socket = url.replace("http", "ws", 1)
signed_in = {"Authorization": f"Bearer {os.environ['FACEFORGE_TOKEN']}"}


async def main() -> dict[str, object]:
    async with Client(url, signed_in, ws_url=socket, ws_connection_init_payload=signed_in) as core:
        before = (await core.last_changeset()).changesets.nodes
        made = (await core.create_entity(EntityCreate(displayName="Ada of ariadne-codegen"))).create_entity
        found = (await core.find_entities("Ada of ariadne-codegen")).entities.nodes
        heard = await anext(core.follow_changesets(after=before[0].id if before else 0))
    async with Client(url, {"Authorization": "Bearer wrong"}) as stranger:
        try:
            await stranger.last_changeset()
        except GraphQLClientError as error:
            refused = str(error)
    return {
        "entity": made.id,
        "found": [each.display_name for each in found],
        "heard": heard.changesets.operation,
        "refused": refused,
    }


print(json.dumps(asyncio.run(main())))
