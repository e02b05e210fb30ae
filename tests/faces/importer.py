"""A folder that is imported from, and the plans of it, as tests ask for them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from running_core import RunningCore
from world import World


@dataclass
class Planned:
    """A plan that was made, as it can be read."""

    job: dict[str, Any]
    files: dict[str, dict[str, Any]]
    entities: dict[str, dict[str, Any]]
    decisions: dict[str, dict[str, Any]]

    @property
    def totals(self) -> dict[str, int]:
        return {name: value for name, value in self.job["output"]["plan"].items() if value}

    def of(self, file: str) -> list[str]:
        """The names of those who get a file."""
        links = self.files[file].get("links", [])
        return [self.entities[link["entity"]]["name"] for link in links if link["entity"]]


class Importer:
    """A Core and a folder to import from."""

    def __init__(self, core: RunningCore, source: Path) -> None:
        self.core, self.source, self.world = core, source, World(core)
        source.mkdir()

    def put(self, **files: str | bytes | dict[str, Any]) -> None:
        """Make files that were written long ago."""
        for path, content in files.items():
            data = json.dumps(content) if isinstance(content, dict) else content
            place = self.source / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data.encode() if isinstance(data, str) else data)
            os.utime(place, (1, 1))

    def entity(self, name: str, **more: Any) -> str:
        made = self.world.make("create_entity", input={"display_name": name, **more})
        return str(made["entity_id"])

    def begin(self, token: str = "install", **options: Any) -> str:
        """The id of the job of an import."""
        asked = {"path": str(self.source), "dry_run": True, **options}
        answer = self.core.request("POST", "/v1/assets/bulk-import", token=token, json=asked)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    def plan(self, token: str = "install", **options: Any) -> Planned:
        job = self.world.ended(self.begin(token, **options))
        assert job["state"] == "succeeded", job
        files, entities, decisions = (
            self.lines(job["job_id"], each) for each in ("files", "entities", "decisions")
        )
        return Planned(
            job,
            {each["file"]: each for each in files},
            {each["entity"]: each for each in entities},
            {each["question"]: each for each in decisions},
        )

    def lines(self, job_id: str, part: str, limit: int = 500, state: str = "") -> list[dict[str, Any]]:
        """All lines of a part of a plan, page by page."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            more = f"&after={after}" if after else ""
            more += f"&state={state}" if state else ""
            answer = self.core.request("GET", f"/v1/jobs/{job_id}/plan?part={part}&limit={limit}{more}")
            assert answer.status_code == 200, answer.text
            page = answer.json()
            assert len(page["items"]) <= limit
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            after = page["next_cursor"]
