"""What would come of the files of a walk: some hundred at a time, with one question of a kind to the database."""

from __future__ import annotations

import base64
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from faceforge_schema.context import Reader
from faceforge_schema.declare.runs import Run
from faceforge_schema.imports.gathered import Gathered, Sidecars
from faceforge_schema.imports.options import BulkImportInput
from faceforge_schema.imports.who import WITHOUT, Answers, Who, ask
from faceforge_schema.imports.whose_folder import WhoseFolder
from faceforge_storage.imports import known_files, matching
from faceforge_storage.imports.hashing import Changed, sha256_of
from faceforge_storage.imports.identity import Identity, identity_of
from faceforge_storage.imports.names import filename_of, is_text, readable
from faceforge_storage.imports.plan_format import Link, Option, PlannedFile
from faceforge_storage.imports.source_folder import NotEntered, SourceFolder
from faceforge_storage.imports.spool import Spool
from faceforge_storage.imports.walk import Entered, Found

RAW_NAME = "raw_filename_base64"
"""The key of the user metadata that keeps a file name which text cannot say: its bytes, as base64."""
REMEMBERED_FILES, REMEMBERED_BYTES = 500, 256 * 1024 * 1024
"""After so much was hashed that is kept: an interrupted plan hashes at most this again."""


@dataclass(slots=True)
class Pending:
    """A file whose place in the plan is not known yet."""

    found: Found
    identity: Identity
    gathered: Gathered
    whose: WhoseFolder
    sha256: str | None = None
    ended: PlannedFile | None = None
    """What it is already: growing or unreadable."""


class FilePlanner:
    """Turns what a walk has found into the files of a plan, in the same order."""

    def __init__(
        self,
        run: Run,
        input: BulkImportInput,
        folder: SourceFolder,
        spool: Spool,
        who: Who,
        named: Mapping[str, Any],
    ) -> None:
        self._run, self._input, self._folder, self._spool, self._who = run, input, folder, spool, who
        limits = run.core.settings.limits
        self._most_bytes = limits.upload_bytes
        self.sidecars = Sidecars(folder, limits.sidecar_bytes)
        self._named = named
        self._given: list[Link] = []
        self._whose = WhoseFolder("", folder.real.name, input, named)
        self._learned: dict[Identity, str] = {}
        self._learned_bytes = 0

    def files(
        self, given: Sequence[matching.Known], hashed: Callable[[int], None]
    ) -> Iterator[list[PlannedFile]]:
        """All files of the walk, some at a time; `hashed` hears of each block that is read, and may end it."""
        self._given = self._who.given(given)
        for block in self._spool.blocks():
            self._run.check()
            items = list(self._items(block))
            pending = [each for each in items if isinstance(each, Pending)]
            self._settle(pending)
            self._hash([each for each in pending if each.ended is None], hashed)
            yield self._run.read(self._planned, items)
        self._remember()

    def _items(self, block: Iterable[Found | Entered]) -> Iterator[Pending | PlannedFile]:
        """The files of a block, with what their sidecars say; sidecars that cannot be read stand before them."""
        for each in block:
            if isinstance(each, Entered):
                self.sidecars.enter(each)
                self._whose = WhoseFolder(each.path, self._folder.real.name, self._input, self._named)
                continue
            if each.identity is None:
                yield _unreadable(each.path, each.reason or "not_readable", each.message)
                continue
            gathered = self.sidecars.of(each)
            for path, message in self.sidecars.faults:
                yield _unreadable(path, "invalid_sidecar", message)
            self.sidecars.faults.clear()
            yield Pending(each, each.identity, gathered, self._whose)

    def _settle(self, pending: Iterable[Pending]) -> None:
        """Look once more at those that were written shortly before they were found, and at the size of all."""
        for each in pending:
            if self._most_bytes is not None and each.identity.size > self._most_bytes:
                message = f"It has {each.identity.size} bytes; limits.upload_bytes allows {self._most_bytes}."
                each.ended = _unreadable(each.found.path, "too_large", message)
            elif self._spool.may_grow(each.identity):
                try:
                    now = identity_of(self._folder.status(each.found.path, via_link=each.found.via_link))
                    if now != each.identity:
                        each.ended = _growing(each)
                except OSError as refused:
                    each.ended = _refused(each, refused)

    def _hash(self, pending: Sequence[Pending], hashed: Callable[[int], None]) -> None:
        """Find out the hash of those that may be stored already, or that may be twice in the folder."""
        stored = self._run.read(matching.stored_sizes, {each.identity.size for each in pending})
        wanted = [each for each in pending if each.identity.size in stored or self._may_repeat(each)]
        known = self._run.read(known_files.hashes_of, [each.identity for each in wanted]) if wanted else {}
        for each in wanted:
            each.sha256 = known.get(each.identity) or self._learned.get(each.identity)
            if each.sha256 is None:
                try:
                    each.sha256 = sha256_of(self._folder, each.found, hashed)
                    self._learn(each.identity, each.sha256)
                except Changed:
                    each.ended = _growing(each)
                except OSError as refused:
                    each.ended = _refused(each, refused)

    def _may_repeat(self, pending: Pending) -> bool:
        """Whether it is worth knowing whether another file has the same bytes: for a person who reads the plan."""
        return bool(self._input.dry_run) and self._spool.sizes.repeated(pending.identity.size)

    def _learn(self, identity: Identity, sha256: str) -> None:
        self._learned[identity] = sha256
        self._learned_bytes += identity.size
        if len(self._learned) >= REMEMBERED_FILES or self._learned_bytes >= REMEMBERED_BYTES:
            self._remember()

    def _remember(self) -> None:
        learned, self._learned, self._learned_bytes = self._learned, {}, 0
        if learned:
            self._run.write(lambda tx: known_files.remember(tx, learned))

    def _planned(self, db: Reader, items: Sequence[Pending | PlannedFile]) -> list[PlannedFile]:
        pending = [each for each in items if isinstance(each, Pending) and each.ended is None]
        answers = ask(db, (each.gathered for each in pending))
        assets = self._assets(db, pending)
        planned = []
        for each in items:
            if isinstance(each, PlannedFile):
                planned.append(each)
            else:
                planned.append(each.ended or self._file(db, each, answers, assets))
        return planned

    def _assets(self, db: Reader, pending: Iterable[Pending]) -> dict[tuple[str | None, str], str | None]:
        """Of stored bytes the asset that a file of some kind would be: (kind, hash) -> its id, None without one."""
        by_kind = defaultdict(set)
        for each in pending:
            if each.sha256 is not None:
                by_kind[self._input.kind or each.gathered.kind].add(each.sha256)
        return {
            (kind, sha256): asset_id
            for kind, hashes in by_kind.items()
            for sha256, asset_id in matching.assets_on(db, hashes, kind).items()
        }

    def _file(
        self, db: Reader, each: Pending, answers: Answers, assets: Mapping[tuple[str | None, str], str | None]
    ) -> PlannedFile:
        gathered, kind = each.gathered, self._input.kind or each.gathered.kind
        place = (kind, each.sha256 or "")
        name = each.found.path.rpartition("/")[2]
        filename, tells_less = filename_of(name)
        raw = {RAW_NAME: base64.b64encode(os.fsencode(name)).decode()} if tells_less else {}
        file = PlannedFile(
            "new",
            *_told(each.found.path),
            **each.identity._asdict(),
            via_link=each.found.via_link,
            sha256=each.sha256,
            stored=place in assets,
            asset_id=assets.get(place),
            filename=filename,
            kind=kind,
            tags=list(dict.fromkeys([*gathered.tags, *self._input.tags])),
            user_metadata={**raw, **gathered.user_metadata},
            derived_from=gathered.derived_from,
            sidecar=None if gathered.nearest is None else readable(gathered.nearest),
        )
        self._link(db, file, each, answers)
        if file.decisions:
            file.state = "undecided"
        elif file.asset_id is not None:
            file.state = "here"
        return file

    def _link(self, db: Reader, file: PlannedFile, each: Pending, answers: Answers) -> None:
        """Say whom a file belongs to, and what must be decided first."""
        role = self._input.role or each.gathered.role
        links = self._who.of_sidecars(db, each.gathered, answers)
        if (of_folder := each.whose.link(db, self._who)) is not None:
            links.append(replace(of_folder, role=role))
        links += (replace(link, role=role) for link in self._given)
        known: dict[str | None, Link] = {}
        for link in links:
            known.setdefault(link.entity or link.decision, link)
        file.links = list(known.values())
        file.decisions = [link.decision for link in file.links if link.decision is not None]
        if each.gathered.faulty:
            without = Option(WITHOUT, "Import them without that sidecar")
            text = "A sidecar of theirs cannot be read."
            file.decisions.append(self._who.ask_for("bad_sidecar", "", text, [without]))
        if file.derived_from is not None and file.derived_from not in answers.assets:
            without = Option(WITHOUT, "Import them without saying what they are made from")
            text = f"A sidecar says that they are made from the asset {file.derived_from[:80]}, which there is not."
            file.decisions.append(self._who.ask_for("unknown_source", file.derived_from, text, [without]))
            file.derived_from = None


def _told(path: str) -> tuple[str, str | None]:
    """A path as text, and its bytes as base64 where text does not say them."""
    raw = None if is_text(path) else base64.b64encode(os.fsencode(path)).decode()
    return readable(path), raw


def _unreadable(path: str, reason: str, message: str | None) -> PlannedFile:
    return PlannedFile("unreadable", *_told(path), reason=reason, message=message)


def _growing(each: Pending) -> PlannedFile:
    return PlannedFile("growing", *_told(each.found.path), reason="growing", size=each.identity.size)


def _refused(each: Pending, refused: OSError) -> PlannedFile:
    if isinstance(refused, NotEntered):
        return _unreadable(each.found.path, refused.reason, str(refused))
    reason = "not_allowed" if isinstance(refused, PermissionError) else "not_readable"
    return _unreadable(each.found.path, reason, refused.strerror or str(refused))
