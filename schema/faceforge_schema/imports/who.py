"""Who gets the files: entities that are there or will be made, each once for many files, and what must be decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from faceforge_schema.assets.sidecar import EntityByExternalId, EntityById, Entry, NewEntity
from faceforge_schema.context import Context, Reader
from faceforge_schema.entities import EntityCreate, checked_values
from faceforge_schema.fields.entity_rules import UniqueValue
from faceforge_schema.imports.gathered import Gathered
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.imports import matching
from faceforge_storage.imports.matching import Known
from faceforge_storage.imports.names import as_name, folded
from faceforge_storage.imports.plan_format import LEAVE_OUT, Decision, Link, Option, PlannedEntity, Rule

MOST_ENTITIES = 100_000
"""How many entities one plan may give files to; files of further ones must be decided."""
MOST_DECISIONS = 200
"""How many questions a plan asks one by one; further ones of a kind are asked together."""
NOBODY, CREATE, WITHOUT = "nobody", "create", "without"
Ident = tuple[str, ...]
EXTERNAL, NAME, ID = "external", "name", "id"


@dataclass
class Answers:
    """What the database says of those that the sidecars of some files name."""

    by_id: dict[str, Known] = field(default_factory=dict)
    by_external_id: dict[tuple[str, str], Known] = field(default_factory=dict)
    by_name: dict[str, list[Known]] = field(default_factory=dict)
    assets: set[str] = field(default_factory=set)


def ask(db: Reader, gathered: Iterable[Gathered]) -> Answers:
    """Look up everything that the sidecars of some files name, with one statement for each kind of name."""
    ids, pairs, names, sources = set(), set(), set(), set()
    for each in gathered:
        if each.derived_from is not None:
            sources.add(each.derived_from)
        for entry, _ in each.entities:
            match entry:
                case str():
                    ids.add(entry)
                case EntityById():
                    ids.add(entry.entity_id)
                case EntityByExternalId():
                    pairs.add((entry.external_id.namespace, entry.external_id.value))
                case NewEntity():
                    pairs.update((one.namespace, one.value) for one in entry.entity().external_ids)
                    names.add(entry.display_name)
    return Answers(
        matching.live_entities(db, ids) if ids else {},
        matching.holders(db, pairs) if pairs else {},
        matching.named(db, names) if names else {},
        matching.live_assets(db, sources) if sources else set(),
    )


class Who:
    """The entities and decisions of one plan, in the order in which files need them."""

    def __init__(self, context: Context, role: str | None) -> None:
        self._context, self._role = context, role
        self._may_create = "entities:write" in context.actor.permissions
        self.entities: dict[str, PlannedEntity] = {}
        self.decisions: dict[str, Decision] = {}
        self._keys: dict[Ident, str] = {}
        self._decided: dict[Ident, str] = {}
        self._taken: set[UniqueValue] = set()

    def given(self, known: Sequence[Known]) -> list[Link]:
        """The links to entities that whoever imports has named."""
        return [Link(self._there(each, "given", "", (ID, each.id)), self._role) for each in known]

    def of_sidecars(self, db: Reader, gathered: Gathered, answers: Answers) -> list[Link]:
        """The links that the sidecars of a file ask for."""
        where = gathered.nearest or ""
        return [
            self._link(db, entry, _own_role(entry) or self._role or role or gathered.role, where, answers)
            for entry, role in gathered.entities
        ]

    def of_folder(self, db: Reader, name: str, found: Sequence[Known]) -> Link | None:
        """The link to whom a folder is named after: one of those `found`, or who is to be made; None when to nobody."""
        ident = (NAME, folded(name))
        if len(found) > 1:
            return Link(None, None, self._several(db, as_name(name), found, ident))
        if found:
            return Link(self._there(found[0], "folder", name, (ID, found[0].id)))
        return Link(self._keys[ident]) if ident in self._keys else None

    def made_for_folder(self, name: str) -> Link:
        """The link to an entity that is to be made for a folder."""
        return self._made((NAME, folded(name)), {"display_name": as_name(name)}, "folder", name, None)

    def ask_for(self, question: str, ident: str, text: str, options: Sequence[Option]) -> str:
        """The key of a decision about one thing, made when it is first needed."""
        whole: Ident = (question, ident)
        if whole not in self._decided and len(self.decisions) >= MOST_DECISIONS:
            whole = (question,)
            options = [each for each in options if each.value in (NOBODY, WITHOUT)]
            text = f"{text} There are more of this kind; this is about all of them."
        if whole not in self._decided:
            key = self._decided[whole] = f"d{len(self.decisions) + 1}"
            last = Option(LEAVE_OUT, "Leave these files out")
            self.decisions[key] = Decision(key, question, text, [*options, last])
        return self._decided[whole]

    def _link(self, db: Reader, entry: Any, role: str | None, where: str, answers: Answers) -> Link:
        if isinstance(entry, NewEntity):
            new = entry.entity()
            pairs = [(each.namespace, each.value) for each in new.external_ids]
            held = self._held(pairs, answers)
            if held is None and pairs:
                return self._new_entity(db, new, [(EXTERNAL, *each) for each in pairs], role, where)
            return self._of_name(db, new, role, where, answers) if held is None else Link(held, role)
        if isinstance(entry, EntityByExternalId):
            pair = (entry.external_id.namespace, entry.external_id.value)
            key = self._held([pair], answers)
            return Link(
                key,
                role,
                None if key else self._unknown(f"the id {':'.join(pair)}, which nobody has"),
            )
        entity_id = entry if isinstance(entry, str) else entry.entity_id
        if known := answers.by_id.get(entity_id):
            return Link(self._there(known, "sidecar", where, (ID, known.id)), role)
        return Link(None, role, self._unknown(f"the entity '{entity_id[:80]}', which is not there"))

    def _held(self, pairs: Iterable[tuple[str, str]], answers: Answers) -> str | None:
        """Whoever has the first of some external ids that anybody has, or is going to have."""
        for pair in pairs:
            if known := answers.by_external_id.get(pair):
                return self._there(known, "external_id", ":".join(pair), (ID, known.id))
            if key := self._keys.get((EXTERNAL, *pair)):
                return key
        return None

    def _of_name(self, db: Reader, new: EntityCreate, role: str | None, where: str, answers: Answers) -> Link:
        """Who is called like a new entity without external ids, so that a second import makes no second one."""
        ident = (NAME, folded(new.display_name))
        found = answers.by_name.get(new.display_name, [])
        if len(found) > 1:
            return Link(None, role, self._several(db, new.display_name, found, ident))
        if found:
            return Link(self._there(found[0], "sidecar", where, (ID, found[0].id)), role)
        if ident in self._keys:
            return Link(self._keys[ident], role)
        return self._new_entity(db, new, [ident], role, where)

    def _new_entity(
        self, db: Reader, new: EntityCreate, idents: list[Ident], role: str | None, where: str
    ) -> Link:
        try:
            checked_values(db, self._context, new, self._taken)
        except FaceForgeError as fault:
            text = f"A sidecar wants to make {new.display_name!r}, which cannot be: {fault.detail}"
            without = Option(NOBODY, "Import them without that link")
            return Link(None, role, self.ask_for("cannot_be_made", new.display_name, text, [without]))
        values = new.model_dump(mode="json", exclude_defaults=True)
        link = self._made(idents[0], values, "sidecar", where, role)
        if link.entity is not None:
            self._keys.update(dict.fromkeys(idents, link.entity))
        return link

    def _made(self, ident: Ident, values: dict[str, Any], rule: Rule, source: str, role: str | None) -> Link:
        name = values["display_name"]
        without = Option(NOBODY, "Import them without that link")
        if not self._may_create:
            text = f"{name!r} is nobody yet, and this token may not make entities (entities:write)."
            return Link(None, role, self.ask_for("may_not_create", name, text, [without]))
        if len(self.entities) >= MOST_ENTITIES:
            text = f"More than {MOST_ENTITIES} entities would get files."
            return Link(None, role, self.ask_for("too_many_entities", "", text, [without]))
        return Link(self._add(ident, PlannedEntity("", name, rule, source, create=values)), role)

    def _there(self, known: Known, rule: Rule, source: str, ident: Ident) -> str:
        key = self._keys.get(ident)
        return key or self._add(ident, PlannedEntity("", known.name, rule, source, entity_id=known.id))

    def _add(self, ident: Ident, entity: PlannedEntity) -> str:
        entity.entity = self._keys[ident] = f"e{len(self.entities) + 1}"
        self.entities[entity.entity] = entity
        return entity.entity

    def _unknown(self, whom: str) -> str:
        text = f"A sidecar names {whom}."
        return self.ask_for("unknown_entity", whom, text, [Option(NOBODY, "Import them without that link")])

    def _several(self, db: Reader, name: str, found: Sequence[Known], ident: Ident) -> str:
        """Ask which of several entities of a name is meant."""
        if (key := self._decided.get(("several_entities", ident[-1]))) is not None:
            return key
        told = matching.described(db, [each.id for each in found])
        options = [
            Option(each.id, _label(each, *told[each.id]), self._there(each, "folder", name, (ID, each.id)))
            for each in found[: matching.MOST_ALIKE]
        ]
        if self._may_create:
            another = PlannedEntity("", name, "folder", name, create={"display_name": name})
            options.append(Option(CREATE, "Make another", self._add((*ident, "another"), another)))
        options.append(Option(NOBODY, "Link to nobody"))
        many = len(found) if len(found) <= matching.MOST_ALIKE else f"More than {matching.MOST_ALIKE}"
        text = f"{many} entities are called {name!r}."
        return self.ask_for("several_entities", ident[-1], text, options)


def _own_role(entry: Entry) -> str | None:
    return None if isinstance(entry, str) else entry.role


def _label(known: Known, files: int, tags: Sequence[str]) -> str:
    """What tells an entity from another of the same name."""
    parts = [known.name, "1 file" if files == 1 else f"{files} files"]
    if tags:
        parts.append(("tag " if len(tags) == 1 else "tags ") + ", ".join(tags[:3]))
    return ", ".join(parts)


def names_alike(read: Callable[[int], tuple[list[tuple[str, Known]], int | None]]) -> dict[str, list[Known]]:
    """Folded name -> the live entities that are called so, read piece by piece; a bounded number each."""
    found: dict[str, list[Known]] = {}
    after: int | None = 0
    while after is not None:
        some, after = read(after)
        for name, known in some:
            alike = found.setdefault(name, [])
            if len(alike) <= matching.MOST_ALIKE:
                alike.append(known)
    return found
