"""Fills the library of a running Core: fields, entities, files, facts, relations; and what lies in the trash."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from sample import lore, studio
from sample.cast import CAST
from sample.client import Client
from sample.library import Planned

PROGRAMS = {"ComfyUI": ["assets:write", "entities:read"], "Voice recorder": ["assets:write", "entities:read"]}
"""Limited tokens, in whose name some of the files come in: history and access have something to show."""
Progress = Callable[[int, int], None]


def is_empty(core: Client) -> bool:
    counts = core.call("GET", "/v1/system/info")["counts"]
    return not counts["entities"] and not counts["assets"]


class Filling:
    """What was made so far, by the names that the plan has."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.core = url, Client(url, token)
        self.people: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.first: dict[tuple[str, str], str] = {}
        """The first file of an entity that something made; of portraits that which stands for it."""

    def fill(self, progress: Progress, files: list[Planned]) -> None:
        """Raises Refused when Core refuses something. `files` may be fewer than are planned."""
        for definition in lore.FIELDS:
            self.core.call("POST", "/v1/admin/field-defs", definition)
        for each in lore.RELATION_TYPES:
            self.core.call("POST", "/v1/relation-types", each)
        # The first of the cast comes last, so that a list of what was made or changed lately begins with it.
        for member in reversed(CAST):
            self._add_entity(member.key)
        self._add_files(progress, files)
        self._add_facts()
        self._choose()
        self._throw_away()

    def _add_entity(self, key: str) -> None:
        member = studio.MEMBERS[key]
        made = self.core.call("POST", "/v1/entities", {
            "display_name": member.name, "aliases": member.aliases, "tags": member.tags, "fields": member.fields,
            "external_ids": member.external_ids,
        })  # fmt: skip
        self.people[key] = made["entity_id"]

    def _add_files(self, progress: Progress, files: list[Planned]) -> None:
        programs = {name: self._program(name) for name in PROGRAMS}
        with _makers() as made:
            for number, (planned, content) in enumerate(zip(files, made(files), strict=True), 1):
                self._add_file(planned, content, programs)
                progress(number, len(files))

    def _program(self, name: str) -> Client:
        body = {"name": name, "permissions": PROGRAMS[name]}
        return Client(self.url, self.core.call("POST", "/v1/tokens", body)["secret"])

    def _add_file(self, planned: Planned, content: bytes, programs: dict[str, Client]) -> None:
        by = {"sound": "Voice recorder"}.get(planned.makes, "ComfyUI" if planned.made_by == "ComfyUI" else "")
        made = programs.get(by, self.core).put(
            content,
            filename=planned.filename,
            kind=planned.kind,
            entity_id=[self.people[key] for key in planned.of],
            role=planned.role if planned.of else "",
            tag=list(planned.tags),
            derived_from_asset_id=self.files.get(planned.from_file, ""),
        )
        self.files[planned.filename] = made["asset_id"]
        for key in planned.of:
            if planned.makes == "portrait" and planned.number == 0:
                self._show_by(key, made["asset_id"])
            if planned.number == 0 or planned.makes != "portrait":
                self.first.setdefault((key, planned.makes), made["asset_id"])

    def _show_by(self, key: str, picture: str) -> None:
        """At once, so that whoever opens the gallery while it fills sees faces."""
        self.core.call("PATCH", f"/v1/entities/{self.people[key]}", {"primary_thumbnail_asset_id": picture})

    def _add_facts(self) -> None:
        for key, name, value, since, until, rest in lore.FACTS:
            said = {word: each for word, each in rest.items() if word != "evidence"}
            if "evidence" in rest:
                made_by = {"picture": "portrait"}.get(rest["evidence"], rest["evidence"])
                said["evidence_asset_id"] = self.first[key, made_by]
            meant = self.people[value[1:]] if isinstance(value, str) and value.startswith("@") else value
            body = {"field_key": name, "value": meant, "valid_from": since, "valid_to": until, **said}
            self.core.call("POST", f"/v1/entities/{self.people[key]}/descriptors", body)
        for one, other, kind, rest in lore.RELATIONS:
            body = {
                "src_entity_id": self.people[one],
                "dst_entity_id": self.people[other],
                "relationship_type": kind,
                **rest,
            }
            self.core.call("POST", "/v1/relationships", body)

    def _choose(self) -> None:
        """One is changed further, and so has a history; what is changed last stands first in lists."""
        mira = {
            "fields": {
                "voice_actor": self.people["marguerite"],
                "reference_sheet": self.first["mira", "paper"],
                "last_seen": "2026-11-24T21:40:00Z",
            },
            "plugin_data": {
                "ffvoice": {
                    "voice": "mira-2",
                    "language": "en",
                    "samples": studio.MEMBERS["mira"].count("sounds"),
                }
            },
        }
        self.core.call("PATCH", f"/v1/entities/{self.people['mira']}", mira)
        meta = {
            "user_metadata": {
                "approved_by": "Anna Velesova",
                "usage": "Print and web",
                "palette": ["#8fb0cc", "#3b362c"],
            }
        }
        self.core.call("PATCH", f"/v1/assets/{self.first['mira', 'portrait']}", meta)

    def _throw_away(self) -> None:
        """Something for the trash to show."""
        for name in ("Mira O. (duplicate)", "Test 1"):
            made = self.core.call("POST", "/v1/entities", {"display_name": name, "tags": ["to sort"]})
            self.core.call("DELETE", f"/v1/entities/{made['entity_id']}")
        for name in ("scan_0003.jpg", "scan_0007.jpg"):
            self.core.call("DELETE", f"/v1/assets/{self.files[name]}")


@contextmanager
def _makers() -> Iterator[Callable[[list[Planned]], Iterator[bytes]]]:
    """Makes files in the order of the plan, on all cores but at most four."""
    workers = min(4, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        try:
            yield lambda files: pool.map(studio.make, files, chunksize=4)
        finally:
            pool.shutdown(cancel_futures=True)


def shown(done: int, whole: int) -> None:
    """Progress as one line of a terminal that counts; elsewhere nothing until all is done."""
    if sys.stdout.isatty() or done == whole:
        print(f"\r{done} of {whole} files", end="\n" if done == whole else "", flush=True)
