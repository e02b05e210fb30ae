"""A3: a run of schemathesis over the whole OpenAPI: no 5xx, no undocumented answer, no answer of another shape."""

from __future__ import annotations

import copy
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from random import Random
from typing import Any

import pytest
import requests
import schemathesis
from database_state import index_tables, records
from journal_entries import last_changeset, replayed
from noun import Place
from nouns import NOUNS
from PIL import Image
from running_core import OPERATIONS, RunningCore, not_now, on_a_socket, running_core
from schemathesis import checks
from schemathesis.config import GenerationConfig, SchemathesisConfig
from sqlalchemy import text
from world import World

from faceforge_server.contract_routes import openapi_document
from faceforge_server.jobs.executor import JobExecutor
from faceforge_storage import assets, entities, readings, sessions, tokens, uploads
from faceforge_storage.database import tables
from faceforge_storage.database.clock import now
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.ids import ID_PATTERN, new_id
from faceforge_storage.database.tables import RECORDS
from faceforge_storage.ingest.reader import Found
from faceforge_storage.ingest.thumbnails import RECIPE

WAIT_SECONDS = 25
EXAMPLES = 25
"""How many random requests of each operation, beside those that schemathesis derives from each constraint."""
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
DOCUMENT = openapi_document(list(OPERATIONS.values()))


UNKNOWN_HEADER = "x-schemathesis-unknown-property"
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
COUNT = 400
BYTES = b"stored"
HASH = hashlib.sha256(BYTES).hexdigest()
HOLDERS = ["1".rjust(64, "0"), "2".rjust(64, "0")]
"""Entities that no path names, so that they stay: what needs an entity is theirs as well."""
IN_BODIES = {"src_entity_id": HOLDERS[0], "dst_entity_id": HOLDERS[1], "content_hash": HASH}


def fill(tx: Write) -> None:
    """The records that paths and bodies are led to; every fourth entity and asset is in the trash."""
    content = {"content_hash": HASH, "size_bytes": len(BYTES), "mime_type": "text/plain", "kind": "file"}
    centre, neighbour = (entities.create(tx, {"id": each, "display_name": "Holder"}) for each in HOLDERS)
    for number in range(COUNT):
        entity = entities.create(tx, {"display_name": f"E {number}"})
        asset = assets.create(tx, [{"filename": f"{number}.txt", **content}])[0]
        assets.link(tx, [(asset, entity, {"role": "own"})])
        for noun in NOUNS.values():
            noun.fill(tx, Place(number, entity, asset, neighbour, centre))
        if number % 4 == 3:
            tx.update(tables.entities, entity, {"deleted_at": tx.at})
            tx.update(tables.assets, asset, {"deleted_at": tx.at})


def in_paths(core: RunningCore) -> dict[str, list[Any]]:
    """Parameter of a path -> what it may be so that a record is there."""
    found: dict[str, list[Any]] = {"changeset_id": [1, 2, 3], "algorithm": ["sha256"], "hex": [HASH]}
    found |= {"content_hash": [HASH], "size": ["320", "640"], "recipe": [str(RECIPE)], "reader": ["text"]}
    found["session_id"] = session_ids(core)
    found["upload_id"] = upload_ids(core)
    world, kept = World(core), records(core)
    for noun in NOUNS.values():
        for parameter in noun.which(world) if noun.which else ():
            public = RECORDS[noun.record].info["public"]
            found[parameter] = [
                row[public] for row in kept[noun.record].values() if row[public] not in HOLDERS
            ]
    return found


def session_ids(core: RunningCore) -> list[str]:
    """Sessions that stand on the install token."""
    hashed, client = tokens.hash_of(core.token), {"user_agent": "a test", "address": "127.0.0.1"}

    def make(tx: Write) -> list[str]:
        return [sessions.create(tx, hashed, timedelta(days=1), client).id for _ in range(COUNT)]

    return core.core.database.writing("test", "fill", make)


def upload_ids(core: RunningCore) -> list[str]:
    """Uploads of the install token that have just begun."""
    moment, later = now(), now(timedelta(days=1))

    def make(tx: Write) -> list[str]:
        made = [
            uploads.ResumableUpload(new_id(), tokens.INSTALL, "", 10**9, 0, None, moment, later)
            for _ in range(COUNT)
        ]
        for each in made:
            uploads.save(tx, each)
        return [each.id for each in made]

    return core.core.database.writing("test", "fill", make)


def read_the_file(core: RunningCore) -> None:
    """What a reader and the thumbnails of the stored file would be."""
    outcome = readings.Outcome(HASH, {"text": (1, Found({"lines": 1}))})
    core.core.database.writing("test", "fill", lambda tx: readings.save(tx, [outcome], 1000))
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "WEBP")
    core.core.examiner.renditions.save(HASH, dict.fromkeys((320, 640), file.getvalue()))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_core(tmp_path_factory.mktemp("fuzzed")) as core, on_a_socket(core) as address:
        core.request("PUT", "/v1/assets/upload?filename=stored.txt", content=BYTES).raise_for_status()
        core.core.database.writing("test", "fill", fill)
        read_the_file(core)
        served = Server(core, address)
        yield served
        served.session.close()
        print("\nschemathesis:", served)


ITEM_BY_ITEM = {"POST /v1/entities/bulk-upsert"}
"""What takes items of which a wrong one fails alone: the whole is answered 200."""


class Server:
    """A Core with records, and what it was asked."""

    def __init__(self, core: RunningCore, address: str) -> None:
        self.core, self.address = core, address
        self.session = requests.Session()
        self.session.trust_env = False
        self.start, self.last = records(core), last_changeset(core)
        self.answers: dict[str, Counter[int]] = {}
        mixed = Random(1)
        self.next = {name: cycle(mixed.sample(each, len(each))) for name, each in in_paths(core).items()}

    def __str__(self) -> str:
        statuses = sum(self.answers.values(), Counter[int]())
        by_status = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
        return f"{statuses.total()} requests to {len(self.answers)} operations: {by_status}"

    def ask(self, case: schemathesis.Case) -> None:
        """Send the request and check its answer. Every second one is led to a record that is there: left to
        itself, nearly each would end at an unknown id, a stale version or a key that was used before."""
        count = self.answers.setdefault(case.operation.label, Counter())
        led = count.total() % 2
        if led:
            case.path_parameters = {name: next(self.next[name]) for name in case.path_parameters or {}}
            for name in ("If-Match", "Idempotency-Key"):
                (case.headers or {}).pop(name, None)
            if case.operation.label == "POST /v1/sessions":
                case.body = {"token": self.core.token}
            if isinstance(case.body, dict):
                case.body.update({name: IN_BODIES[name] for name in IN_BODIES if name in case.body})
        wait = str((case.query or {}).get("wait", ""))
        if wait.isdecimal() and int(wait) <= WAIT_SECONDS:
            case.query["wait"] = 0  # as good as any other wait, and over at once
        answer = case.call(
            base_url=self.address,
            session=self.session,
            headers={"Authorization": f"Bearer {self.core.token}"},
            timeout=60,
        )
        count[answer.status_code] += 1
        # What was led is perhaps no longer wrong, what fails alone is answered, and a header that nobody knows is left.
        may_be_right = led or case.operation.label in ITEM_BY_ITEM or UNKNOWN_HEADER in (case.headers or {})
        case.validate_response(
            answer, checks=CHECKS if may_be_right else [*CHECKS, checks.negative_data_rejection]
        )


def asked() -> Any:
    """The document to make requests by. Filters are without the pattern of ids and hashes, which describes them: by
    another text a list finds nothing, which is no error."""
    document = copy.deepcopy(DOCUMENT)
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                schema = parameter["schema"]
                for each in (schema, schema.get("items", {})) if parameter["in"] == "query" else ():
                    if each.get("pattern") == ID_PATTERN:
                        del each["pattern"]
    return document


def fuzzed_schema() -> Any:
    config = SchemathesisConfig()
    config.projects.default.generation = GenerationConfig(
        max_examples=EXAMPLES, deterministic=True, no_shrink=False, with_security_parameters=False
    )
    refusals = config.projects.default.checks.negative_data_rejection
    # A header is looked at before the body: what has two faults may be refused for a stale version.
    refusals.expected_statuses = [*refusals.expected_statuses, "412"]
    return schemathesis.openapi.from_dict(asked(), config=config)


schema = fuzzed_schema()


@schema.parametrize()
def test_every_answer_is_a_documented_one(case: schemathesis.Case, server: Server) -> None:
    server.ask(case)


NEED_MORE = {
    *(f"POST /v1/jobs/{{job_id}}/{call}" for call in ("heartbeat", "log", "complete", "fail", "release")),
    "POST /v1/jobs/{job_id}/retry",
    "PUT /v1/job-types/{name}",
    "POST /v1/assets/bulk-import",
    "GET /v1/jobs/{job_id}/plan",
}
"""What no random request brings: the token of a lease, an ended job, a dotted name, a folder, a plan."""


def test_every_operation_was_reached_and_most_were_answered(server: Server) -> None:
    """Needs the tests above: of each operation some request must have come through."""
    asked = {label.partition(" ")[2] for label in server.answers}
    assert asked == set(DOCUMENT["paths"])
    never = {label for label, statuses in server.answers.items() if not any(s < 400 for s in statuses)}
    # A token has no session of its own.
    assert never - NEED_MORE == {"GET /v1/sessions/current", "DELETE /v1/sessions/current"}, {
        label: server.answers[label] for label in never
    }
    assert sum(counter.total() for counter in server.answers.values()) > 2000


def test_what_was_left_is_whole(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """After thousands of hostile requests the journal still tells the tables, and the indexes the records."""
    monkeypatch.setattr(JobExecutor, "_look", not_now)  # the leases of what was claimed end about now
    kept, expected = index_tables(server.core)
    assert kept == expected
    assert replayed(server.core, server.start, server.last) == records(server.core)
    checked = server.core.core.database.reading(
        lambda db: (
            db.execute(text("PRAGMA integrity_check")).scalar_one(),
            db.execute(text("PRAGMA foreign_key_check")).all(),
        )
    )
    assert checked == ("ok", [])
