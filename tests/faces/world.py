"""Records to ask about, made when they are first named: each test takes only what it needs.

Two worlds with the same number hold equal records, but for ids and moments.
"""

from __future__ import annotations

import json
import os
import re
import time
from functools import cached_property
from typing import Any

from faces import Face, RestFace
from running_core import RunningCore, SignedIn

from faceforge_storage.ingest.reader import Found, Media
from faceforge_storage.readings import Outcome, save

UNKNOWN = "0" * 64
BYTES = b"a photograph, as far as anybody can tell"


class World:
    """A few records in a Core. `number` keeps the names of several worlds in one Core apart."""

    def __init__(self, core: RunningCore, number: int = 0) -> None:
        self.core, self.number = core, number
        self.face: Face = RestFace(core)
        self._made: dict[str, dict[str, Any]] = {}

    def make(self, operation: str, **arguments: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.face.call(operation, **arguments).ok()
        return made

    def once(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """What `operation` makes when it is first asked for, and again whenever it is asked for."""
        if operation not in self._made:
            self._made[operation] = self.make(operation, **arguments)
        return self._made[operation]

    def named(self, word: str) -> str:
        """A name that no other world of this Core uses."""
        return f"{word}_{self.number}"

    def upload(self, data: bytes, filename: str = "photo.png", **form: Any) -> dict[str, Any]:
        """An asset on new bytes."""
        meta = {"meta": (None, json.dumps(form.pop("meta")))} if "meta" in form else {}
        answer = self.core.request(
            "POST", "/v1/assets/upload", files={"file": (filename, data), **meta}, data=form
        )
        assert answer.status_code in (200, 201), answer.text
        made: dict[str, Any] = answer.json()
        return made

    @cached_property
    def ada(self) -> str:
        """An entity with everything."""
        return str(
            self.make(
                "create_entity",
                input={
                    "display_name": "Ada Lovelace",
                    "aliases": ["Countess"],
                    "tags": ["mathematician", "poet's child"],
                    "fields": {"born": "1815-12-10", "camelCase": {"innerKey": [1, None]}},
                    "external_ids": [{"namespace": "test", "value": self.named("ada")}],
                    "plugin_data": {"ff.graph": {"x": 1}},
                },
            )["entity_id"]
        )

    @cached_property
    def bob(self) -> str:
        return str(self.make("create_entity", input={"display_name": "Bob"})["entity_id"])

    @cached_property
    def trashed(self) -> str:
        """An entity in the trash."""
        made = str(self.make("create_entity", input={"display_name": "Gone"})["entity_id"])
        self.face.call("delete_entity", entity_id=made).ok()
        return made

    @cached_property
    def content(self) -> bytes:
        return BYTES + str(self.number).encode()

    @cached_property
    def photo(self) -> str:
        """An asset linked to Ada."""
        made = self.upload(self.content, entity_id=self.ada, role="portrait", kind="image.original")
        return str(made["asset_id"])

    def read(self, reader: str) -> str:
        """The name of a reader that has read the photo."""
        found = Found({"format": "PNG"}, Media(width=3, height=2, taken_at="2024-05-01T12:00:00.000000Z"))
        outcome = Outcome(self.photo_hash, {reader: (1, found)})
        database = self.core.core.database
        database.writing("core", "read files", lambda tx: save(tx, [outcome], 64 * 1024))
        return reader

    @cached_property
    def sketch(self) -> str:
        """An asset linked to nobody."""
        return str(self.upload(self.content + b"~", "sketch.bin")["asset_id"])

    @cached_property
    def photo_hash(self) -> str:
        return str(self.make("asset", asset_id=self.photo)["content_hash"])

    @cached_property
    def trashed_photo(self) -> str:
        made = str(self.upload(self.content + b"!", "gone.bin")["asset_id"])
        self.face.call("delete_asset", asset_id=made).ok()
        return made

    @cached_property
    def fact(self) -> str:
        made = self.make(
            "create_descriptor",
            entity_id=self.ada,
            input={"field_key": "hair", "value": "auburn", "valid_from": "1830", "confidence": 0.5},
        )
        return str(made["descriptor_id"])

    @cached_property
    def relation(self) -> str:
        made = self.make(
            "create_relationship",
            input={
                "src_entity_id": self.ada,
                "dst_entity_id": self.bob,
                "relationship_type": "mentor",
                "fields": {"since": {"when": 1840}},
            },
        )
        return str(made["relationship_id"])

    @cached_property
    def relation_type(self) -> str:
        """A type that no relationship uses."""
        return str(self.make("create_relation_type", input={"name": self.named("rival")})["name"])

    @cached_property
    def field_key(self) -> str:
        made = self.make(
            "create_field_definition",
            input={"field_key": self.named("height"), "field_type": "number", "min": 0, "unit": "cm"},
        )
        return str(made["field_key"])

    @cached_property
    def token(self) -> str:
        made = self.make("create_token", input={"name": self.named("tool"), "permissions": ["assets:read"]})
        return str(made["token_id"])

    @cached_property
    def signed_in(self) -> SignedIn:
        """A session of the install token."""
        return self.core.sign_in()

    @cached_property
    def job_type(self) -> str:
        """A kind of jobs that a runner runs."""
        schema = {
            "type": "object",
            "properties": {"pages": {"type": "integer"}},
            "additionalProperties": False,
        }
        name = self.named("test.work")
        self.make("register_job_type", name=name, input={"input_schema": schema, "output_schema": schema})
        return name

    @cached_property
    def job(self) -> dict[str, Any]:
        """A job that waits."""
        return self.make("create_job", input={"job_type": self.job_type, "input": {"pages": 1}})

    @cached_property
    def held_job(self) -> dict[str, Any]:
        """A job that is claimed, with the token of its lease."""
        assert self.job
        claimed = self.make(
            "claim_jobs", input={"runner_id": "runner", "types": [self.job_type], "lease_s": 300}
        )
        found: dict[str, Any] = claimed["jobs"][0]
        return found

    @cached_property
    def paused_job(self) -> str:
        paused = self.make("pause_job", job_id=self.job["job_id"])
        return str(paused["job_id"])

    @cached_property
    def folder(self) -> str:
        """The path of a folder with one file, which can be imported."""
        made = self.core.core.home.parent / self.named("folder")
        made.mkdir(exist_ok=True)
        (made / "a.txt").write_text("a")
        os.utime(made / "a.txt", (1, 1))
        return str(made)

    @cached_property
    def plan(self) -> str:
        """The job that has planned an import of that folder."""
        made = self.make("bulk_import", input={"path": self.folder, "dry_run": True})
        return str(self.ended(made["job_id"])["job_id"])

    def ended(self, job_id: str) -> dict[str, Any]:
        """A job, once it has ended."""
        for _ in range(600):
            job: dict[str, Any] = self.face.call("job", job_id=job_id).ok()
            if job["finished_at"] is not None:
                return job
            time.sleep(0.05)
        raise AssertionError(f"The job has not ended: {job}")

    @cached_property
    def changeset(self) -> int:
        """The newest changeset after Ada was made."""
        assert self.ada
        newest = self.make("changesets", first=1)["items"][0]["changeset_id"]
        assert isinstance(newest, int)
        return newest


def compared(value: Any) -> Any:
    """`value` with everything that differs between equal worlds made equal: ids, moments, secrets, cursors."""
    text = json.dumps(value, sort_keys=True)
    seen: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], f"id-{len(seen)}")

    text = re.sub(r"[0-9a-f]{64}|[0-9a-f]{32}", numbered, text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "moment", text)
    text = re.sub(r"ff_[\w-]{40,}", "secret", text)
    text = re.sub(r'"lease_token": "[\w-]+"', '"lease_token": ""', text)
    text = re.sub(r"(expires|signature)=[\w-]+", "signed", text)
    text = re.sub(r"(\w{4}-){6}\w{4}", "code", text)
    text = re.sub(r'"data_directory": "[^"]*"', '"data_directory": ""', text)
    text = re.sub(r'"(free|held|total)_bytes": \d+', r'"\1_bytes": 0', text)
    text = re.sub(r'"(path|root|name|parent)": "/[^"]*"', r'"\1": ""', text)
    text = re.sub(r'"path": "[^"]*"', '"path": ""', text)
    text = re.sub(r'"(ctime_ns|dev|inode)": \d+', r'"\1": 0', text)
    text = re.sub(r'"next_cursor": "[^"]*"', '"next_cursor": "more"', text)
    return json.loads(text)
