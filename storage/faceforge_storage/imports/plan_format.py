"""The plan of an import as a file: one JSON object a line, written while a folder is walked and read piece by piece.

    {"format": 1, "root": …, "options": {…}}                            the head
    {"state": "new", "file": "rel/path", …}                             each file, in the order of the walk
    {"entity": "e1", "name": …, "rule": …, "create": {…} | null, …}     each entity that gets files
    {"decision": "d1", "question": …, "options": […], …}                each question to a person
    {"summary": {…}, "at": {…}}                                         the totals, and where each part begins

What cannot be imported (a folder that cannot be read, a socket, a link out of the root) is a file of the state
`unreadable` too, with its `reason`. A link of a file names an entity of the plan, or a decision that will name one.
`decide` applies what a person chose, so that nobody else needs to know what a choice means.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, BinaryIO, Literal

import orjson

FORMAT = 1
LEAVE_OUT = "leave_out"
"""The choice that is in every decision, and what happens with files of a decision that nobody made."""
TAIL_BYTES = 64 * 1024
"""More than the last line has."""

State = Literal["new", "here", "undecided", "unreadable", "growing"]
Rule = Literal["external_id", "sidecar", "folder", "given"]
Part = Literal["files", "entities", "decisions"]


class DamagedPlan(ValueError):
    """The file is no plan, or not a whole one."""


@dataclass(slots=True)
class Link:
    """A link of a file to an entity of the plan; `decision` where a choice says to which, `entity` is null then."""

    entity: str | None
    role: str | None = None
    decision: str | None = None


@dataclass(slots=True)
class PlannedFile:
    """One file that was found. Names are text; `raw` are the bytes of the path where text cannot say it."""

    state: State
    file: str
    """The path below the root, with `/` between its parts."""
    raw: str | None = None
    """The same as base64, only where it is not UTF-8."""
    size: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0
    dev: int = 0
    inode: int = 0
    """This and `dev` by their last 63 bits, as `identity.identity_of` gives them."""
    via_link: bool = False
    """Whether a symbolic link led to it: its source is not removed by a move."""
    sha256: str | None = None
    """Where it had to be known."""
    stored: bool = False
    """Whether the bytes are stored already: then they need no copy, also without an asset (`new`)."""
    repeated: bool = False
    """Whether an earlier file of this plan has the same bytes; looked for in a plan that is only made to be read."""
    asset_id: str | None = None
    """The live asset on these bytes (`here`)."""
    filename: str = ""
    """The name that the asset gets."""
    kind: str | None = None
    tags: list[str] = field(default_factory=list)
    user_metadata: dict[str, Any] = field(default_factory=dict)
    derived_from: str | None = None
    """The id of a live asset."""
    links: list[Link] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    """What must be decided before it comes in (`undecided`)."""
    reason: str | None = None
    """A code: why it is unreadable."""
    message: str | None = None
    """The reason in words, when there is more to say."""
    sidecar: str | None = None
    """The sidecar that is nearest to it."""

    @property
    def path(self) -> bytes:
        """The path below the root as the system has it."""
        return base64.b64decode(self.raw) if self.raw is not None else self.file.encode()


@dataclass(slots=True)
class PlannedEntity:
    """An entity that gets files: one that is there (`entity_id`) or one to `create`, as `EntityCreate` has it."""

    entity: str
    name: str
    rule: Rule
    source: str = ""
    """What names it: the folder, the external id, the sidecar."""
    entity_id: str | None = None
    create: dict[str, Any] | None = None
    files: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Option:
    """One answer to a decision; `entity` is whom the links of that decision lead to, nobody when it is null."""

    value: str
    label: str
    entity: str | None = None


@dataclass(slots=True)
class Decision:
    """A question that a person answers for several files at once."""

    decision: str
    question: str
    """A code: what is asked."""
    text: str
    options: list[Option]
    files: int = 0
    example: str = ""
    """The first file that it is about."""
    default: str = LEAVE_OUT


@dataclass(slots=True)
class Summary:
    """The totals of a plan. `found` are all files; bytes are those of files, `new_bytes` of what needs a copy."""

    found: int = 0
    new: int = 0
    here: int = 0
    undecided: int = 0
    unreadable: int = 0
    growing: int = 0
    repeated: int = 0
    sidecars: int = 0
    bytes: int = 0
    new_bytes: int = 0
    creates: int = 0
    """How many entities would be made."""
    links: int = 0
    entities: int = 0
    decisions: int = 0


@dataclass(slots=True)
class Head:
    """What was planned: the folder and the options, as the import was asked for."""

    root: str
    options: dict[str, Any]


class PlanWriter:
    """The lines of a plan, in order: `head`, `file` for each, then `end`. Each answers the bytes to store."""

    def __init__(self) -> None:
        self._offset = 0
        self._at: dict[str, int] = {}

    def head(self, head: Head) -> bytes:
        return self._line({"format": FORMAT, "root": head.root, "options": head.options})

    def file(self, file: PlannedFile) -> bytes:
        self._at.setdefault("files", self._offset)
        self._at.setdefault(file.state, self._offset)
        return self._line(_file_values(file))

    def end(
        self, entities: Iterator[PlannedEntity], decisions: Iterator[Decision], summary: Summary
    ) -> Iterator[bytes]:
        """The lines after the files."""
        self._at.setdefault("files", self._offset)
        self._at["entities"] = self._offset
        for entity in entities:
            yield self._line(asdict(entity))
        self._at["decisions"] = self._offset
        for decision in decisions:
            yield self._line(asdict(decision))
        self._at["end"] = self._offset
        yield self._line({"summary": asdict(summary), "at": self._at})

    def _line(self, values: dict[str, Any]) -> bytes:
        line = orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)
        self._offset += len(line)
        return line


class PlanReader:
    """A plan that is read from an open file, which it seeks in; never more of it in memory than a line.

    Raises DamagedPlan when it is none.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        try:
            first = orjson.loads(file.readline())
            if first["format"] != FORMAT:
                raise DamagedPlan(f"The plan has the format {first['format']!r}, not {FORMAT}.")
            self.head = Head(first["root"], first["options"])
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            last = orjson.loads(file.read().splitlines()[-1])
            self.summary_values: dict[str, int] = last["summary"]
            self.summary = Summary(**self.summary_values)
            self._at: dict[str, int] = last["at"]
        except (ValueError, KeyError, TypeError, IndexError) as fault:
            raise DamagedPlan(f"The plan cannot be read: {fault}") from fault

    def files(self, begin: int | None = None) -> Iterator[tuple[int, PlannedFile]]:
        """The files from the place `begin` on, each with the place of what comes after it, to go on there later."""
        for after, line in self.lines("files", begin):
            yield after, file_of(orjson.loads(line))

    def entities(self) -> Iterator[PlannedEntity]:
        """Whoever gets files, or would by a decision."""
        return (PlannedEntity(**orjson.loads(line)) for _, line in self.lines("entities"))

    def decisions(self) -> Iterator[Decision]:
        """What a person has to say."""
        for _, line in self.lines("decisions"):
            values = orjson.loads(line)
            yield Decision(**{**values, "options": [Option(**each) for each in values["options"]]})

    def lines(
        self, part: Part, begin: int | None = None, state: State | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """The lines of a part, each with the place after it; only files in one state, when that is given.

        The place of lines that are left out is passed over, so begin where the last line that was given ends.
        """
        first, last = self._bounds(part)
        if state is not None:
            first = self._at.get(state, last)
        place = max(first, begin or 0)
        self._file.seek(place)
        while place < last:
            line = self._file.readline()
            if not line:
                raise DamagedPlan("The plan ends in the middle.")
            place += len(line)
            if state is None or self.is_in(line, state):
                yield place, line

    @staticmethod
    def is_in(line: bytes, state: State) -> bool:
        """Whether a line is that of a file in a state."""
        return line.startswith(b'{"state":"%b"' % state.encode())

    def _bounds(self, part: Part) -> tuple[int, int]:
        after = {"files": "entities", "entities": "decisions", "decisions": "end"}[part]
        return self._at[part], self._at[after]


def file_of(values: dict[str, Any]) -> PlannedFile:
    """A line of a file, read."""
    file = PlannedFile(**values)
    file.links = [Link(**each) for each in values.get("links", ())]
    return file


def decide(file: PlannedFile, chosen: Mapping[str, Option]) -> PlannedFile | None:
    """A file as it comes in once `chosen` are the decisions by key; None when it is left out.

    A file that needs no decision is answered as it is; one that is unreadable or growing never comes in.
    """
    if file.state in ("new", "here"):
        return file
    if file.state != "undecided":
        return None
    made = {key: chosen[key] for key in file.decisions if key in chosen}
    if len(made) < len(file.decisions) or any(each.value == LEAVE_OUT for each in made.values()):
        return None
    links: list[Link] = []
    for link in file.links:
        entity = made[link.decision].entity if link.decision is not None else link.entity
        if entity is not None and all(entity != other.entity for other in links):
            links.append(Link(entity, link.role))
    state: State = "here" if file.asset_id is not None else "new"
    return replace(file, state=state, links=links, decisions=[])


FILE_NAMES = [each.name for each in fields(PlannedFile)]


def _file_values(file: PlannedFile) -> dict[str, Any]:
    """What a line says of a file: `state` and `file` first, so that a state is found without reading all of it."""
    values: dict[str, Any] = {"state": file.state, "file": file.file}
    for name in FILE_NAMES[2:]:
        value = getattr(file, name)
        if value or name in ALWAYS:
            values[name] = value
    if file.links:
        values["links"] = [_link_values(link) for link in file.links]
    return values


def _link_values(link: Link) -> dict[str, Any]:
    given = {"entity": link.entity, "role": link.role, "decision": link.decision}
    return {name: value for name, value in given.items() if value is not None or name == "entity"}


ALWAYS = frozenset({"size", "mtime_ns", "filename"})
"""What a line says also when it is empty; all else that is empty is left out."""
