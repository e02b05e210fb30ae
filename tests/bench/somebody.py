"""An entity about whom much is known, made over the API: fields, facts, files, relationships and a history."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from servers import Client
from versions import BOUNDARY, form

FIELDS = {"height": "number", "eye_colour": "string", "birthday": "date", "home": "string", "story": "text"}
FACTS = ("rank", "hair_colour", "residence", "alias", "weapon", "mood")
FILES, RELATIONS, TIMES = 40, 20, 10
"""TIMES: how many facts there are of each kind, and how often the name was changed."""


def somebody(client: Client, root: Path) -> dict[str, str]:
    """The ids of the `entity` and of one `asset` of it; made once, and kept beside the library."""
    kept = root / "somebody.json"
    if not kept.exists():
        kept.write_text(json.dumps(_made(client)), "utf-8")
    found: dict[str, str] = json.loads(kept.read_text("utf-8"))
    return found


def _made(client: Client) -> dict[str, str]:
    def send(path: str, body: dict[str, Any], method: str = "POST", status: int = 201) -> dict[str, Any]:
        return client.ask(client.prepare(method, f"/v1{path}", json.dumps(body).encode()), status).json()

    for position, (key, kind) in enumerate(FIELDS.items()):
        send("/admin/field-defs", {"field_key": key, "field_type": kind, "position": position})
    fields = {
        "height": 171,
        "eye_colour": "amber",
        "birthday": "1994-03-02",
        "home": "Veld",
        "story": "x " * 200,
    }
    made = send("/entities", {"display_name": "Mira Okonkwo", "tags": ["ranger", "arc-1"], "fields": fields})
    entity = str(made["entity_id"])
    for number in range(TIMES):
        send(f"/entities/{entity}", {"display_name": f"Mira Okonkwo {number}"}, "PATCH", 200)
        for key in FACTS:
            dates = {"valid_from": str(2000 + number), "valid_to": f"{2001 + number}-06"}
            fact = {
                "field_key": key,
                "value": f"{key} {number}",
                "source": "Book 1",
                "confidence": 0.8,
                **dates,
            }
            send(f"/entities/{entity}/descriptors", fact)
    others = client.ask(client.prepare("GET", f"/v1/entities?limit={RELATIONS}&sort_by=display_name")).json()
    for other in _items(others):
        relation = {
            "src_entity_id": entity,
            "dst_entity_id": other["entity_id"],
            "relationship_type": "friend",
        }
        send("/relationships", relation)
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    asset = ""
    for number, picture in enumerate(_pictures()):
        body = form(picture, f"picture {number}.png", entity_id=entity, tag="portrait")
        uploaded = client.ask(client.prepare("POST", "/v1/assets/upload", body, kind), 201).json()
        asset = str(uploaded["asset_id"])
    return {"entity": entity, "asset": asset}


def _items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer["items"]
    return found


def _pictures() -> Iterator[bytes]:
    for number in range(FILES):
        file = io.BytesIO()
        Image.new("RGB", (320, 400), (number * 6, 90, 120)).save(file, "PNG")
        yield file.getvalue()
