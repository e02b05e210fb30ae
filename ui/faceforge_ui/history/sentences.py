"""Changes of the journal as sentences: what happened to what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from faceforge_ui.forms import dates
from faceforge_ui.history.differences import Difference, differences, words
from faceforge_ui.history.names import Change, Name, Names
from faceforge_ui.history.parts import NOUNS, Part, Sentence, capital, say
from faceforge_ui.jobs_told.sorts import sort_of
from faceforge_ui.serving.words import within

INSTALL, LIMITED = "install", "token:"


def sentence(change: Change, names: Names) -> Sentence:
    """What one change did, with what stood before and after."""
    if change["erased"]:
        return _erased(change)
    found = _SAYS.get(change["recordType"], _plain)(change, names)
    return capital(replace(found, differences=_told(change, found, names)))


def who(actor: str, me: str = INSTALL) -> str:
    """Who did it, for the end of a line; `me` is the actor who reads."""
    if actor == me:
        return "you"
    return actor.removeprefix(LIMITED) if actor.startswith(LIMITED) else "the owner"


def _named(known: Name | None, otherwise: str) -> Part:
    return Part(known.text, "name", known.href) if known else Part(otherwise)


def _entity(change: Change, names: Names, entity_id: str | None = None) -> Part:
    record = entity_id if entity_id is not None else change["recordId"]
    return _named(names.entities.get(record), "an entity that is gone")


def _file(record: str, names: Names) -> Part:
    return _named(names.assets.get(record), "a file that is gone")


def _chips(words: Sequence[str]) -> list[Part]:
    parts: list[Part] = []
    for word in words:
        parts += [Part(" "), Part(word, "chip")] if parts else [Part(word, "chip")]
    return parts


def _told(change: Change, said: Sentence, names: Names) -> tuple[Difference, ...]:
    """What stands beneath: all that an update changed, unless the sentence says it; what a fact says or said."""
    if change["recordType"] == "descriptor" and change["verb"] != "UPDATE":
        return (_fact(change, names),)
    if change["recordType"] == "job":  # its page tells all of it
        return ()
    tags_said = said.icon == "tag" and any(part.kind == "chip" for part in said.parts)
    return () if change["verb"] != "UPDATE" or tags_said else tuple(differences(change, names))


def _fact(change: Change, names: Names) -> Difference:
    """A fact in one line: what it says, and when that held."""
    whole = change["after"] or change["before"]
    field = names.field_of(names.fact(change).key, whole["value"])
    span = dates.span(whole["valid_from"], whole["valid_to"])
    texts = words(whole["value"], names, field=field) + ((span,) if span else ())
    return Difference(
        field.label, () if change["after"] else texts, texts if change["after"] else (), "value"
    )


def _record(change: Change, names: Names, subject: Part, made: str, gone: str) -> Sentence:
    """What is said of entities, files and whatever else has tags, a trash, or only a name."""
    noun = change["recordType"]
    if change["verb"] == "INSERT":
        return say("plus", noun, f"{{subject}} {made}", subject=subject)
    if change["verb"] == "DELETE":
        return say("trash", noun, f"{{subject}} {gone}", subject=subject)
    if "deleted_at" in (change["after"] or {}):
        icon, verb = (
            ("trash", "moved to the trash") if change["after"]["deleted_at"] else ("restore", "put back")
        )
        return say(icon, noun, f"{{subject}} {verb}", subject=subject)
    return _updated(noun, differences(change, names), subject)


def _updated(noun: str, found: Sequence[Difference], subject: Part) -> Sentence:
    columns = [each.column for each in found]
    if columns == ["tags"]:
        return _tagged(noun, found[0], subject)
    if columns in (["display_name"], ["filename"]):
        return say("pencil", noun, "{subject} renamed", subject=subject)
    if not found:
        return say("pencil", noun, "{subject} saved", subject=subject)
    what = Part(_listed(found), "name")
    return say("pencil", noun, f"{{what}} of {{subject}} {_verb(found)}", what=what, subject=subject)


def _tagged(noun: str, found: Difference, subject: Part) -> Sentence:
    added, removed = found.after, found.before
    tags = "Tags" if len(added or removed) > 1 else "Tag"
    if added and removed:
        return say("tag", noun, "Tags of {subject} changed", subject=subject)
    if added:
        return say("tag", noun, f"{tags} {{tags}} added to {{subject}}", tags=_chips(added), subject=subject)
    return say(
        "tag", noun, f"{tags} {{tags}} removed from {{subject}}", tags=_chips(removed), subject=subject
    )


def _listed(found: Sequence[Difference]) -> str:
    """`Name, height and tags`; four or more are counted."""
    labels = [each.label if at == 0 else within(each.label) for at, each in enumerate(found)]
    if len(labels) > 3:
        return f"{len(labels)} things"
    return " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)


def _verb(found: Sequence[Difference]) -> str:
    if all(not each.before for each in found):
        return "added"
    return "removed" if all(not each.after for each in found) else "changed"


def _of_entity(change: Change, names: Names) -> Sentence:
    return _record(change, names, _entity(change, names), "created", "erased for good")


def _of_asset(change: Change, names: Names) -> Sentence:
    return _record(change, names, _file(change["recordId"], names), "added", "erased for good")


def _of_link(change: Change, names: Names) -> Sentence:
    asset, _, entity = change["recordId"].partition("/")
    slots = {"subject": _file(asset, names), "entity": _entity(change, names, entity)}
    role = (change["after"] or {}).get("role")
    if change["verb"] == "DELETE":
        return say("unlink", "asset", "{subject} unlinked from {entity}", **slots)
    verb = "added to" if change["verb"] == "INSERT" else "is now at"
    if role:
        return say(
            "link", "asset", f"{{subject}} {verb} {{entity}} as {{role}}", role=Part(role, "chip"), **slots
        )
    form = (
        "{subject} added to {entity}"
        if change["verb"] == "INSERT"
        else "{subject} has no role at {entity} any more"
    )
    return say("link", "asset", form, **slots)


def _of_fact(change: Change, names: Names) -> Sentence:
    fact = names.fact(change)
    label = Part(names.field_of(fact.key).label if fact.key else "A fact", "name")
    subject = _entity(change, names, fact.entity_id)
    if change["verb"] == "UPDATE":
        return say("pencil", "entity", "{label} of {subject} corrected", label=label, subject=subject)
    icon, verb = ("timeline", "noted") if change["verb"] == "INSERT" else ("trash", "removed")
    return say(icon, "entity", f"{{label}} of {{subject}} {verb}", label=label, subject=subject)


def _of_relation(change: Change, names: Names) -> Sentence:
    relation = names.relation(change)
    slots = {
        "kind": Part(names.relation_type(relation.type) if relation.type else "related", "name"),
        "subject": _entity(change, names, relation.src),
        "other": _entity(change, names, relation.dst),
    }
    form = {
        "INSERT": "{subject} and {other} related: {kind}",
        "UPDATE": "{subject} and {other}: {kind} changed",
        "DELETE": "{subject} and {other} no longer related: {kind}",
    }[change["verb"]]
    return say("people", "entity", form, **slots)


def _of_field(change: Change, names: Names) -> Sentence:
    label = (change["after"] or {}).get("label") or names.field_of(change["recordId"]).label
    return _record(change, names, Part(f"field {label}", "name"), "defined", "removed")


def _of_relation_type(change: Change, names: Names) -> Sentence:
    subject = Part(f"relation type {names.relation_type(change['recordId'])}", "name")
    return _record(change, names, subject, "added", "removed")


def _of_token(change: Change, names: Names) -> Sentence:
    whole = {**(change["before"] or {}), **(change["after"] or {})}
    subject = Part(f"access for {whole.get('name', 'a program')}", "name")
    if change["operation"] == "rotateToken":
        return say("key", "token", "{subject} given a new secret", subject=subject)
    return replace(_record(change, names, subject, "made", "taken away"), icon="key")


JOB_VERBS = {
    "queued": ("clock", "waits"),
    "running": ("play", "begun"),
    "succeeded": ("check", "done"),
    "failed": ("alert", "failed"),
    "cancelled": ("stop", "stopped"),
}
"""State that a job came into -> its sign, and what is said."""


def _of_job(change: Change, names: Names) -> Sentence:
    whole = {**(change["before"] or {}), **(change["after"] or {})}
    words = sort_of(whole["job_type"]).one if whole.get("job_type") else "Job"
    subject = _named(names.jobs.get(change["recordId"]), words)
    if change["verb"] != "UPDATE":
        verb = "made" if change["verb"] == "INSERT" else "cleared away"
        return say("jobs", "job", f"{{subject}} {verb}", subject=subject)
    icon, verb = JOB_VERBS.get((change["after"] or {}).get("state", ""), ("jobs", "changed"))
    return say(icon, "job", f"{{subject}} {verb}", subject=subject)


def _of_schedule(change: Change, names: Names) -> Sentence:
    whole = {**(change["before"] or {}), **(change["after"] or {})}
    subject = Part(f"schedule {whole.get('name', '')}".strip(), "name")
    return replace(_record(change, names, subject, "made", "removed"), icon="calendar")


def _plain(change: Change, _names: Names) -> Sentence:
    verb = {"INSERT": "added", "UPDATE": "changed", "DELETE": "removed"}[change["verb"]]
    noun = change["recordType"] if change["recordType"] in NOUNS else "object"
    return say("disk", noun, f"{{subject}} {verb}", subject=Part(NOUNS[noun][0]))


def _erased(change: Change) -> Sentence:
    """Of what a purge left in the journal only that it was."""
    noun = change["recordType"] if change["recordType"] in NOUNS else "object"
    subject = Part(NOUNS[noun][0])
    if change["verb"] == "DELETE":
        return capital(say("trash", noun, "{subject} erased for good", subject=subject))
    verb = {"INSERT": "added", "UPDATE": "changed"}[change["verb"]]
    return capital(say("trash", noun, f"{{subject}} {verb}, and erased since", subject=subject))


_SAYS: Mapping[str, Callable[[Change, Names], Sentence]] = {
    "entity": _of_entity,
    "asset": _of_asset,
    "asset_link": _of_link,
    "descriptor": _of_fact,
    "relationship": _of_relation,
    "relation_type": _of_relation_type,
    "field_def": _of_field,
    "token": _of_token,
    "job": _of_job,
    "schedule": _of_schedule,
}
