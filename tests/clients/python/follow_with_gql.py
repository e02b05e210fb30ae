"""Make an entity over HTTP and hear of it over a WebSocket, with the package gql."""

from __future__ import annotations

import asyncio
import json
import os

from gql import Client, gql
from gql.transport.exceptions import TransportConnectionFailed
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

url = os.environ["FACEFORGE_URL"] + "/graphql"
socket = url.replace("http", "ws", 1)
signed_in = {"Authorization": f"Bearer {os.environ['FACEFORGE_TOKEN']}"}

LAST = gql("{ changesets(first: 1) { nodes { id } } }")
CREATE = gql('mutation { createEntity(input: { displayName: "Ada of gql" }) { id } }')
FIND = gql('{ entities(q: "Ada of gql") { nodes { displayName } } }')


async def main() -> dict[str, object]:
    # With the types of the server, gql checks each document before it is sent.
    async with Client(
        transport=HTTPXAsyncTransport(url, headers=signed_in), fetch_schema_from_transport=True
    ) as core:
        before = (await core.execute(LAST))["changesets"]["nodes"]
        made = (await core.execute(CREATE))["createEntity"]
        found = (await core.execute(FIND))["entities"]["nodes"]
    after = before[0]["id"] if before else 0
    heard = {
        "connection_init": await follow(after, WebsocketsTransport(socket, init_payload=signed_in)),
        "handshake": await follow(after, WebsocketsTransport(socket, headers=signed_in)),
    }
    try:
        refused = await follow(0, WebsocketsTransport(socket, init_payload={"Authorization": "Bearer wrong"}))
    except TransportConnectionFailed as error:
        refused = str(error.__cause__)
    return {
        "entity": made["id"],
        "found": [each["displayName"] for each in found],
        "heard": heard,
        "refused": refused,
    }


async def follow(after: int, transport: WebsocketsTransport) -> str:
    """The operation of the first changeset after the one with this id."""
    request = gql("subscription Follow($after: BigInt) { changesets(after: $after) { id operation } }")
    request.variable_values = {"after": after}
    async with Client(transport=transport) as core:
        async for heard in core.subscribe(request):
            return str(heard["changesets"]["operation"])
    raise EOFError("The subscription ended.")


print(json.dumps(asyncio.run(main())))
