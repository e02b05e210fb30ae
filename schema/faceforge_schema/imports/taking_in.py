"""The rows of an import: what a batch has brought becomes assets, links and entities, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from faceforge_schema.assets.arrivals import Arrival, Stored, Uploaded, WantedLink, store_arrivals
from faceforge_schema.context import Write
from faceforge_schema.declare.runs import Run
from faceforge_schema.entities import EntityCreate, new_entity
from faceforge_schema.imports.incoming import Incoming, identity_of_plan
from faceforge_schema.imports.results import Results, Step, line_of
from faceforge_storage import entities as entity_rows
from faceforge_storage.errors import FaceForgeError, Forbidden
from faceforge_storage.imports import known_files, matching
from faceforge_storage.imports.plan_format import PlannedEntity, PlanReader
from faceforge_storage.scheduling.collector import collector_at_rest


class _Undo(Exception):
    """Nothing of what was tried is to be kept."""


class TakingIn:
    """Stores what the files of batches mean. `plan_key` is what every checkpoint has of the plan."""

    def __init__(self, run: Run, plan: PlanReader, results: Results, plan_key: Mapping[str, Any]) -> None:
        self._run, self._results, self._plan_key = run, results, plan_key
        self._there: dict[str, str] = {}
        self._to_make: dict[str, dict[str, Any]] = {}
        for each in plan.entities():
            self._note(each)

    def _note(self, entity: PlannedEntity) -> None:
        if entity.entity_id is not None:
            self._there[entity.entity] = entity.entity_id
        elif entity.create is not None:
            self._to_make[entity.entity] = entity.create

    def take(
        self, step: Step, incoming: Sequence[Incoming], uploaded: Mapping[str, Uploaded]
    ) -> list[Incoming]:
        """Store files and the checkpoint after them; answers those that are in. What is wrong with one is its own.

        Raises what ends the run, NoSpace among it; then nothing is stored.
        """
        wrong: dict[int, FaceForgeError] = {}
        try:
            self._store(step, incoming, uploaded)
        except FaceForgeError as error:
            if not _is_of_a_file(error):
                raise
            wrong = self._wrong(incoming, uploaded)
        else:
            return list(incoming)
        good = [each for place, each in enumerate(incoming) if place not in wrong]
        for place, fault in wrong.items():
            step.counts["failed"] += 1
            step.lines.append(line_of(incoming[place].file, "failed", fault.code, fault.detail))
        self._store(step, good, uploaded)
        return good

    def _store(self, step: Step, incoming: Sequence[Incoming], uploaded: Mapping[str, Uploaded]) -> None:
        checkpoint: dict[str, Any] = {}

        def work(tx: Write) -> Step:
            whole = Step(step.end, step.counts.copy(), list(step.lines))
            with collector_at_rest():
                stored = self._rows(tx, whole, incoming, uploaded)
            for each, outcome in zip(incoming, stored, strict=True):
                _count(whole, each, outcome)
            checkpoint.update(self._results.save(whole, self._plan_key))
            return whole

        whole = self._run.write(work, checkpoint=checkpoint)
        self._results.took(whole, checkpoint)

    def _wrong(
        self, incoming: Sequence[Incoming], uploaded: Mapping[str, Uploaded], first: int = 0
    ) -> dict[int, FaceForgeError]:
        """Which files cannot be stored, and why: tried in halves, of which nothing is kept."""

        def work(tx: Write) -> None:
            self._rows(tx, Step(0), incoming, uploaded)
            raise _Undo

        try:
            self._run.write(work)
        except _Undo:
            return {}
        except FaceForgeError as error:
            if not _is_of_a_file(error):
                raise
            if len(incoming) == 1:
                return {first: error}
        half = len(incoming) // 2
        return {
            **self._wrong(incoming[:half], uploaded, first),
            **self._wrong(incoming[half:], uploaded, first + half),
        }

    def _rows(
        self, tx: Write, step: Step, incoming: Sequence[Incoming], uploaded: Mapping[str, Uploaded]
    ) -> list[Stored]:
        arrivals = [self._arrival(tx, step, each) for each in incoming]
        stored = store_arrivals(tx, self._run.context, arrivals, uploaded)
        read = {identity_of_plan(each.file): each.sha256 for each in incoming if each.copied is not None}
        known_files.remember(tx, read)
        return stored

    def _arrival(self, tx: Write, step: Step, each: Incoming) -> Arrival:
        file = each.file
        return Arrival(
            content_hash=each.sha256,
            filename=file.filename,
            kind=file.kind,
            mime_type=None if each.copied is None else each.copied.mime_type,
            tags=file.tags,
            user_metadata=file.user_metadata,
            derived_from=file.derived_from,
            links=[
                WantedLink("/links", self._entity(tx, step, link.entity), link.role)
                for link in file.links
                if link.entity is not None
            ],
        )

    def _entity(self, tx: Write, step: Step, key: str) -> str:
        """The id of an entity of the plan, which is made when a first file needs it."""
        found = self._there.get(key) or self._results.created.get(key) or step.created.get(key)
        if found is not None:
            return found
        new = EntityCreate(**self._to_make[key])
        found = self._made_meanwhile(tx, step, new)
        if found is None:
            self._run.context.actor.check(frozenset({"entities:write"}))
            found = str(new_entity(tx, self._run.context, new).id)
            step.counts["entities"] += 1
        step.created[key] = found
        return found

    def _made_meanwhile(self, tx: Write, step: Step, new: EntityCreate) -> str | None:
        """The id of who is there since the plan was made, perhaps by an earlier run of it.

        That is whoever holds an external id, or without such ids the only one of the name.
        """
        if new.external_ids:
            ids = ((each.namespace, each.value) for each in new.external_ids)
            held = entity_rows.holders(tx.connection, ids)
            return str(next(iter(held.values())).id) if held else None
        called = matching.named(tx.connection, [new.display_name]).get(new.display_name, [])
        ours = (*self._results.created.values(), *step.created.values()) if called else ()
        return called[0].id if len(called) == 1 and called[0].id not in ours else None


def _is_of_a_file(error: FaceForgeError) -> bool:
    """Whether the fault is that of one file; all else ends the run."""
    return error.status < 500 and not isinstance(error, Forbidden)


def _count(step: Step, each: Incoming, stored: Stored) -> None:
    if not stored.duplicate:
        step.counts["copied" if each.copied is not None else "linked"] += 1
        return
    step.counts["linked" if stored.changed else "here"] += 1
    if each.file.asset_id is None:
        message = "Another file has the same bytes; it is this asset too."
        step.lines.append(line_of(each.file, "duplicate", "duplicate", message, asset_id=stored.row.id))
