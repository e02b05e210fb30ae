"""Asks for the names that sentences need, of what may be read; what may not stays unnamed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from faceforge_ui.forms.fields import FormField
from faceforge_ui.history.names import Change, Fact, Name, Names, Relation, mentioned
from faceforge_ui.jobs_told.told import title

AT_ONCE = 100
"""How many ids one question may have."""

Ask = Callable[..., Awaitable[Mapping[str, Any]]]
"""`View.ask`: asks an operation of this folder by its name, with variables."""
May = Callable[[str], bool]
"""`View.may`: whether the person has a permission."""


async def names_of(changes: Sequence[Change], ask: Ask, may: May) -> Names:
    """The names in the sentences about these changes."""
    fields: dict[str, FormField] = {}
    if may("field_defs:read"):
        found = await ask("NamesOfFields")
        fields = {each["fieldKey"]: FormField.of(each) for each in found["fieldDefinitions"]["nodes"]}
    ids = mentioned(changes, fields)
    facts = {
        each["id"]: Fact(each["entityId"], each["fieldKey"])
        for each in await _nodes("NamesOfFacts", "descriptors", ids.get("descriptor", ()), ask, may)
    }
    relations = {
        each["id"]: Relation(each["srcEntityId"], each["dstEntityId"], each["relationshipType"])
        for each in await _nodes("NamesOfRelations", "relationships", ids.get("relationship", ()), ask, may)
    }
    ends = [end for each in relations.values() for end in (each.src, each.dst)]
    people = [*ids.get("entity", ()), *(fact.entity_id for fact in facts.values()), *ends]
    entities = await _nodes("NamesOfEntities", "entities", people, ask, may)
    files = await _nodes("NamesOfFiles", "assets", ids.get("asset", ()), ask, may)
    jobs = await _nodes("NamesOfJobs", "jobs", ids.get("job", ()), ask, may)
    return Names(
        entities={each["id"]: Name(each["displayName"], f"/entities/{each['id']}") for each in entities},
        assets={each["id"]: Name(each["filename"], f"/assets/{each['id']}") for each in files},
        facts=facts,
        relations=relations,
        fields=fields,
        jobs={each["id"]: Name(title(each), f"/jobs/{each['id']}") for each in jobs},
        relation_types=await _relation_types(changes, ask, may),
    )


async def _nodes(
    operation: str, root: str, ids: Iterable[str], ask: Ask, may: May
) -> list[Mapping[str, Any]]:
    wanted = list(dict.fromkeys(ids))
    found: list[Mapping[str, Any]] = []
    for start in range(0, len(wanted) if may(f"{root}:read") else 0, AT_ONCE):
        answer = await ask(operation, ids=wanted[start : start + AT_ONCE])
        found.extend(answer[root]["nodes"])
    return found


async def _relation_types(changes: Sequence[Change], ask: Ask, may: May) -> dict[str, str]:
    needed = any(change["recordType"] in {"relationship", "relation_type"} for change in changes)
    if not needed or not may("relationships:read"):
        return {}
    found = await ask("NamesOfRelationTypes")
    return {each["name"]: each["label"] for each in found["relationTypes"]["nodes"] if each["label"]}
