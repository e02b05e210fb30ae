"""The second half of an import: what a plan says is done, a checkpoint's worth at a time.

While the rows of one batch are stored, the files of the next are copied and published. A batch becomes durable as a
whole: the bytes, their names, then one transaction with all rows and the checkpoint.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from faceforge_schema.declare.runs import Cancelled, Run
from faceforge_schema.declare.space import Space
from faceforge_schema.imports.batches import Batch, Batches
from faceforge_schema.imports.bringing import Bringer, drop
from faceforge_schema.imports.incoming import Incoming
from faceforge_schema.imports.planning import SHARE
from faceforge_schema.imports.plans import PLAN
from faceforge_schema.imports.removing_sources import left_to_remove, remove_sources
from faceforge_schema.imports.results import COUNTED, Outcome, Results, Step, line_of
from faceforge_schema.imports.taking_in import TakingIn
from faceforge_storage.errors import NoSpace
from faceforge_storage.imports.copying import CHANGED
from faceforge_storage.imports.plan_format import Option, PlanReader, decide
from faceforge_storage.imports.source_folder import SourceFolder
from faceforge_storage.words import count, plural

MOST_LOGGED = 100
"""How many files the log names as changed or failed; the plan has those that it left out, the results have all."""
A_FILE = 20_000
"""As how many bytes a file counts beside its own, in how far the run is."""
LOGGED = frozenset({"failed", "not_removed"})
LEFT_OUT = {
    "undecided": ("undecided", "It needs a decision that nobody made."),
    "unreadable": ("unreadable", "It could not be read when the plan was made."),
    "growing": ("growing", "It was still growing when the plan was made."),
}


@dataclass(frozen=True)
class Carried:
    """What a run did: its totals, and the asset that says of each file what was not plain."""

    result: dict[str, Any]
    asset_id: str | None = None


def carry_out(
    run: Run, plan_asset_id: str, plan: PlanReader, chosen: Mapping[str, Option], folder: SourceFolder
) -> Carried:
    """Do what a plan says for each of its files, and skip those that are not any more what was planned.

    Each checkpoint has `plan_asset_id`, so that another attempt goes on with the same plan. The progress of the plan
    took `planning.SHARE` of the whole when the same job has made it. Raises what ends a run.
    """
    results = Space(run, "the import").once_there(lambda: Results(run))
    carrying = _Carrying(run, plan_asset_id, plan, chosen, folder, results)
    try:
        carrying.go()
        asset_id = carrying.finish()
        return Carried({name: results.counts[name] for name in COUNTED}, asset_id)
    except Cancelled:
        results.forget()
        raise
    finally:
        results.close()


class _Carrying:
    def __init__(
        self,
        run: Run,
        plan_asset_id: str,
        plan: PlanReader,
        chosen: Mapping[str, Option],
        folder: SourceFolder,
        results: Results,
    ) -> None:
        self._run, self._plan, self._chosen, self._folder = run, plan, chosen, folder
        self._results = results
        self._moves = plan.head.options.get("mode") == "move"
        self._taking = TakingIn(run, plan, results, {PLAN: plan_asset_id})
        self._plans_too = PLAN in (run.checkpoint or {}) or bool(results.place)
        self._logged = self._bytes = 0
        self._space = Space(run, "the import", self._tell)
        self._after = Step(0)
        """What a move adds after the checkpoint of its batch, for the next one."""

    def go(self) -> None:
        """All batches from where an earlier attempt has come to."""
        total, place = self._plan.summary, self._results.place
        words = f"{'Going on with' if place else 'Bringing in'} {plural(total.found, 'file')}"
        self._run.log("info", words, bytes=total.bytes)
        if self._moves and place:
            self._finish_moves()
        # What moves reads all stored bytes of a batch again; meanwhile it holds no hashes of the next one.
        bringer = Bringer(self._run, self._folder, publishes_ahead=not self._moves)
        ahead: deque[Batch] = deque()
        """The batch that is stored, and the one that is brought meanwhile."""
        try:
            self._all(bringer, Batches(self._plan, self._chosen, place), ahead)
        finally:
            bringer.close()
            for each in ahead:
                drop(each)
        if self._after.counts or self._after.lines:
            last = self._with_after(Step(self._results.place))
            self._space.once_there(lambda: self._taking.take(last, [], {}))
        self._log_end()

    def finish(self) -> str | None:
        """Keep what was not plain as an asset, and answer its id; None where all was."""
        return self._space.once_there(self._results.finish)

    def _all(self, bringer: Bringer, batches: Batches, ahead: deque[Batch]) -> None:
        waiting, began = iter(batches), time.monotonic()
        ahead.extend(islice(waiting, 1))
        if ahead:
            bringer.begin(ahead[0])
        while ahead:
            try:
                bringer.wait(lambda copied: self._tell(copied=copied))
                ahead.extend(islice(waiting, 2 - len(ahead)))
                if len(ahead) > 1:
                    bringer.begin(ahead[1])
                self._store(ahead[0])
            except NoSpace as full:
                bringer.abandon()
                drop(ahead[0])
                self._space.wait(full)
                bringer.begin(ahead[0])
                continue
            ahead.popleft()
            now = time.monotonic()
            batches.took(now - began)
            began = now

    def _store(self, batch: Batch) -> None:
        """Store the rows of a batch whose bytes are published; then remove what is moved."""
        published = batch.published
        assert published is not None  # it has been waited for
        step, taken = self._with_after(_left_out(batch)), list[Incoming]()
        try:
            self._run.check()
            taken = self._taking.take(step, published.ready, published.uploaded)
        finally:
            published.release(taken)
        self._after = Step(0)
        if self._moves:
            self._remove(taken)
        self._log(step)
        self._tell()

    def _with_after(self, step: Step) -> Step:
        step.counts += self._after.counts
        step.lines += self._after.lines
        return step

    def _finish_moves(self) -> None:
        """Remove the sources that an attempt was about to remove when it ended."""
        files = []
        for after, file in self._plan.files(self._results.moving or None):
            if after > self._results.place:
                break
            if (decided := decide(file, self._chosen)) is not None:
                files.append(decided)
        self._remove(left_to_remove(self._folder, files, self._run.check))

    def _remove(self, taken: Sequence[Incoming]) -> None:
        """Remove the sources of what is in. Space is waited for here: the batch is stored and must not be again."""
        self._space.once_there(lambda: remove_sources(self._run, self._folder, taken, self._after))

    def _tell(self, message: str = "Bringing files in", copied: int = 0) -> None:
        """Say how far it is; `copied` are bytes of a batch that is not stored yet."""
        total, counts = self._plan.summary, self._results.counts
        whole = total.bytes + A_FILE * total.found
        self._bytes = max(self._bytes, counts["bytes"] + copied)
        done = (self._bytes + A_FILE * counts["done"]) / whole if whole else 1.0
        begun = SHARE if self._plans_too else 0.0
        shown = {**{name: counts[name] for name in COUNTED}, "total": total.found, "bytes": self._bytes}
        steps = 3 if self._plans_too else 1
        self._run.progress(begun + (1 - begun) * min(1.0, done), message, steps, steps, **shown)

    def _log(self, step: Step) -> None:
        """Tell people what was not plain in a batch."""
        self._space.found()
        for line in step.lines:
            told = line["outcome"] in LOGGED or line["code"] == CHANGED.code
            if told and self._logged < MOST_LOGGED:
                self._logged += 1
                self._run.log("warning", f"{line['file']}: {line['message']}", code=line["code"])
                if self._logged == MOST_LOGGED:
                    self._run.log("warning", "More such files are named in the results only.")

    def _log_end(self) -> None:
        counts = self._results.counts
        text = (
            f"{plural(counts['copied'], 'file')} copied, {count(counts['linked'])} linked, "
            f"{count(counts['here'])} were here already, {count(counts['skipped'])} left out, "
            f"{count(counts['failed'])} failed"
        )
        if not counts["copied"] and not counts["linked"] and counts["here"]:
            text = (
                f"Nothing was copied: all {count(counts['here'])} files that could come in are here already; "
                + text
            )
        self._run.log("info", text)


def _left_out(batch: Batch) -> Step:
    """What a batch adds, but for what is stored: its counts, and a line for each file that does not come in."""
    step = Step(batch.end)
    step.counts["done"] = len(batch.incoming) + len(batch.left_out)
    step.counts["bytes"] = sum(each.file.size for each in batch.incoming)
    for file in batch.left_out:
        step.counts["skipped"] += 1
        code, message = LEFT_OUT[file.state]
        step.lines.append(line_of(file, "skipped", file.reason or code, file.message or message))
    for each in batch.incoming:
        if each.refused is not None:
            outcome: Outcome = "skipped" if each.refused.code == CHANGED.code else "failed"
            step.counts[outcome] += 1
            step.lines.append(line_of(each.file, outcome, each.refused.code, each.refused.message))
    return step
