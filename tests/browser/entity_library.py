"""What tests of entity pages put into Core by the API, and read there again."""

from __future__ import annotations

from itertools import count
from typing import Any

from core_process import CoreProcess

FIELDS: list[dict[str, Any]] = [
    {"field_key": "height", "field_type": "number", "min": 20, "max": 320, "unit": "cm"},
    {"field_key": "species", "field_type": "enum", "options": ["Human", "Elf"]},
    {"field_key": "skills", "field_type": "string", "multiple": True},
    {"field_key": "left_handed", "field_type": "boolean"},
    {"field_key": "rival", "field_type": "entity_ref"},
    {"field_key": "notes", "field_type": "text"},
    {"field_key": "born", "field_type": "date", "label": "Birthday"},
    {"field_key": "extra", "field_type": "json"},
]
NUMBERS = count()
"""Each entity of a test has a name of its own."""


class Library:
    """A Core with some field definitions."""

    def __init__(self, core: CoreProcess) -> None:
        self.core = core
        for each in FIELDS:
            assert core.client.post("/v1/admin/field-defs", json=each).status_code == 201

    def mira(self) -> str:
        return self.entity(f"Mira Okonkwo {next(NUMBERS)}", tags=["protagonist"], fields={"height": 171})

    def entity(self, name: str, **more: Any) -> str:
        answer = self.core.client.post("/v1/entities", json={"display_name": name, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["entity_id"])

    def change(self, entity: str, **more: Any) -> None:
        assert self.core.client.patch(f"/v1/entities/{entity}", json=more).status_code == 200

    def read(self, entity: str) -> dict[str, Any]:
        found: dict[str, Any] = self.core.client.get(f"/v1/entities/{entity}").json()
        return found

    def fields(self, entity: str) -> dict[str, Any]:
        found: dict[str, Any] = self.read(entity)["fields"]
        return found

    def relations(self, entity: str) -> list[dict[str, Any]]:
        answer = self.core.client.get("/v1/relationships", params={"entity_id": entity})
        found: list[dict[str, Any]] = answer.json()["items"]
        return found
