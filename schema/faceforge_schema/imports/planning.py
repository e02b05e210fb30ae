"""The first half of an import: a folder is walked, and what would come of each of its files is written down."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from faceforge_schema.context import Reader
from faceforge_schema.declare.runs import Run
from faceforge_schema.imports.options import BulkImportInput, EntitiesFrom
from faceforge_schema.imports.places import roots_of
from faceforge_schema.imports.planned_files import FilePlanner
from faceforge_schema.imports.who import Who, names_alike
from faceforge_schema.values.reference_checks import require_records
from faceforge_storage.database import tables
from faceforge_storage.imports import matching
from faceforge_storage.imports.matching import Known
from faceforge_storage.imports.names import folded, readable
from faceforge_storage.imports.plan_format import (
    Head,
    PlannedFile,
    PlanWriter,
    Summary,
)
from faceforge_storage.imports.seen import SeenHashes
from faceforge_storage.imports.source_folder import SourceFolder
from faceforge_storage.imports.spool import Counted, Spool
from faceforge_storage.imports.walk import Entered, Found, Walk, Wanted

OF_THE_PLAN = frozenset(
    {"recursive", "include", "exclude", "hidden", "kind", "tags", "role", "entity_ids", "entities_from"}
    | {"create_entities", "mode"}
)
"""What of the input a plan keeps, to be read and to be carried out."""
SHARE = 0.1
"""How much of the progress of an import that also runs is its plan."""


@dataclass
class _Totals:
    """What the files of a plan add up to."""

    summary: Summary = field(default_factory=Summary)
    _seen: SeenHashes = field(default_factory=SeenHashes)

    def add(self, file: PlannedFile, who: Who) -> None:
        """Count one file, and say of it whether its bytes came before."""
        total = self.summary
        total.found += 1
        setattr(total, file.state, getattr(total, file.state) + 1)
        total.bytes += file.size
        if file.state in ("unreadable", "growing"):
            return
        if file.sha256 is not None and self._seen.add(file.sha256):
            file.repeated = True
            total.repeated += 1
        elif file.state == "new" and not file.stored:
            total.new_bytes += file.size
        for key in file.decisions:
            decision = who.decisions[key]
            decision.files += 1
            decision.example = decision.example or file.file
        for link in file.links:
            if link.entity is not None:
                entity = who.entities[link.entity]
                entity.files += 1
                entity.bytes += file.size
                total.links += 1


def make_plan(run: Run, input: BulkImportInput, only: Container[str] | None = None) -> str:
    """Walk the folder of an import, and keep its plan as an asset of the job; answers its id.

    Of the files those are meant whose paths, as the system has them, are among `only`; all when that is None.

    Nothing is kept of a plan that is interrupted but the hashes of what was read: to begin again costs one walk.
    Raises InvalidInput where the folder may not be read, UnknownReference, and what ends a run.
    """
    assert input.path is not None
    roots = roots_of(run.context)
    real = roots.check(input.path)
    given = run.read(_given, input.entity_ids)
    with SourceFolder(real, roots.closed) as folder:
        spool = Spool(run.core.home / "tmp")
        try:
            _walk(run, input, folder, spool, only)
            return _write(run, input, folder, spool, given)
        finally:
            spool.close()


def _given(db: Reader, ids: Sequence[str]) -> list[Known]:
    found = require_records(db, tables.entities, "/entity_ids", list(dict.fromkeys(ids)))
    return [Known(each.id, each.display_name) for each in found]


def _walk(
    run: Run, input: BulkImportInput, folder: SourceFolder, spool: Spool, only: Container[str] | None
) -> None:
    wanted = Wanted(bool(input.recursive), input.include, input.exclude, bool(input.hidden))

    def tell(counted: Counted) -> None:
        run.progress(None, "Reading the folder", 1, _steps(input), done=counted.files)

    walk: Iterable[Found | Entered] = Walk(folder, wanted, run.check)
    if only is not None:
        walk = (each for each in walk if isinstance(each, Entered) or each.path in only)
    spool.fill(walk, tell)
    run.wait(spool.seconds_to_settle())


def _write(run: Run, input: BulkImportInput, folder: SourceFolder, spool: Spool, given: list[Known]) -> str:
    who, totals = Who(run.context, input.role), _Totals()
    planner = FilePlanner(run, input, folder, spool, who, _named(run, input, folder, spool))
    options = input.model_dump(mode="json", include=set(OF_THE_PLAN))
    writer = PlanWriter()

    def lines() -> Iterator[bytes]:
        yield writer.head(Head(str(folder.real), options))
        for files in planner.files(given, _hashing(run, input, spool, totals)):
            for file in files:
                totals.add(file, who)
                yield writer.file(file)
            _tell(run, input, spool, totals.summary.found)
        summary = totals.summary
        summary.sidecars = planner.sidecars.read
        summary.entities = sum(each.files > 0 for each in who.entities.values())
        summary.creates = sum(each.files > 0 and each.create is not None for each in who.entities.values())
        summary.decisions = len(who.decisions)
        yield from writer.end(iter(who.entities.values()), iter(who.decisions.values()), summary)

    return run.store(lines(), "import-plan.ndjson", kind="job.plan")


def _named(run: Run, input: BulkImportInput, folder: SourceFolder, spool: Spool) -> dict[str, list[Known]]:
    """The live entities that are called like a folder of the import, by folded name."""
    if input.entities_from is EntitiesFrom.NONE:
        return {}
    wanted = {*spool.folders, folded(readable(folder.real.name))} - {""}

    def some(after: int) -> tuple[list[tuple[str, Known]], int | None]:
        run.check()
        return run.read(matching.alike, wanted, after)

    return names_alike(some)


def _hashing(run: Run, input: BulkImportInput, spool: Spool, totals: _Totals) -> Callable[[int], None]:
    """Hears of the bytes that are hashed: lets a run that is to end do so, and tells that it goes on."""
    read = 0

    def heard(count: int) -> None:
        nonlocal read
        run.check()
        read += count
        run.progress(
            _fraction(input, spool, totals.summary.found),
            "Checking what is here already",
            2,
            _steps(input),
            done=totals.summary.found,
            hashed=read,
        )

    return heard


def _tell(run: Run, input: BulkImportInput, spool: Spool, done: int) -> None:
    fraction = _fraction(input, spool, done)
    run.progress(fraction, "Making the plan", 2, _steps(input), done=done)


def _fraction(input: BulkImportInput, spool: Spool, done: int) -> float:
    whole = 1.0 if input.dry_run else SHARE
    return min(1.0, done / max(1, spool.counted.files)) * whole


def _steps(input: BulkImportInput) -> int:
    return 2 if input.dry_run else 3
