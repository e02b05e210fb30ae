"""Make entities, give one a file and find it again, with what openapi-python-client makes from /openapi.json."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from core_rest import AuthenticatedClient
from core_rest.api.assets import get_asset_bytes, upload_asset_bytes
from core_rest.api.entities import bulk_upsert_entities, create_entity, entities
from core_rest.models import (
    EntitiesUpsert,
    Entity,
    EntityCreate,
    EntityList,
    EntityUpsert,
    ExternalIdInput,
    Problem,
    TakenAsset,
    UpsertedEntities,
)
from core_rest.types import File

core = AuthenticatedClient(base_url=os.environ["FACEFORGE_URL"], token=os.environ["FACEFORGE_TOKEN"])
file = Path(sys.argv[1])

made = create_entity.sync(client=core, body=EntityCreate(display_name="Ada of openapi-python-client"))
assert isinstance(made, Entity)

# A PUT streams the file as it is; the form of this generator reads it as text, which no picture survives.
with file.open("rb") as opened:
    taken = upload_asset_bytes.sync(
        client=core, body=File(opened), filename=file.name, entity_id=[made.entity_id]
    )
assert isinstance(taken, TakenAsset)

page = entities.sync(client=core, q="Ada of openapi-python-client")
assert isinstance(page, EntityList)
back = get_asset_bytes.sync(taken.asset_id, client=core)
assert isinstance(back, File)

grace = EntityUpsert(
    display_name="Grace", external_ids=[ExternalIdInput("openapi-python-client", "1")], tags=["navy"]
)
upserts = EntitiesUpsert(items=[grace, EntityUpsert(display_name="")])
became = [bulk_upsert_entities.sync(client=core, body=upserts) for _ in range(2)]
statuses = [each.status for one in became if isinstance(one, UpsertedEntities) for each in one.items]

stranger = AuthenticatedClient(base_url=os.environ["FACEFORGE_URL"], token="wrong")
refused = entities.sync(client=stranger)
assert isinstance(refused, Problem)

print(
    json.dumps(
        {
            "entity": made.entity_id,
            "asset": taken.asset_id,
            "found": [each.display_name for each in page.items],
            "same bytes": back.payload.read() == file.read_bytes(),
            "upserted": statuses,
            "refused": refused.title,
        }
    )
)
