"""Who belongs to an entity, and how: seen from it, added by search, changed and taken away."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from faceforge_storage.errors import Fault, InvalidInput, NotFound, RelationshipExists
from faceforge_ui.entity.head import head
from faceforge_ui.entity.relations import kind_in_words, read_kind, seen_from
from faceforge_ui.entity.relationships.reading import Ends, read_details, read_ends
from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)
FIRST = 50
LONGEST_UNDO = 3000
"""Characters of an address; what does not fit cannot be put back by a click."""


@pages.get(
    "/entities/{entity_id}/relationships",
    entry=Entry("entity", "Relationships", order=40, permission="relationships:read"),
)
async def relationships(view: View) -> Response:
    """All relationships, with the form that adds one (`add`) or changes one (`edit`)."""
    entity_id, after = view.params["entity_id"], view.query.get("after")
    found = await view.ask("EntityRelationships", entity=entity_id, first=FIRST, after=after)
    shown = await head(view, found["entity"])
    page = found["entity"]["relationships"]
    sent = (await view.form()).values if view.failed else {}
    edit = _first(sent, "relationship_id") if sent else view.query.get("edit", "") if _is_get(view) else ""
    adding = not edit and (bool(sent) or (_is_get(view) and "add" in view.query))
    return view.page(
        "entity/relationships/relationships.html",
        **shown,
        rows=[seen_from(entity_id, each) for each in page["nodes"]],
        total=page["totalCount"],
        following=page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None,
        later=after is not None,
        kinds=_kinds(found["relationTypes"]["nodes"]),
        edited=await _edited(view, edit),
        adding=adding,
        chosen=await _chosen(view, _first(sent, "other_id") or view.query.get("with", "")),
        written={name: texts[0] for name, texts in sent.items()},
    )


def _is_get(view: View) -> bool:
    return view.request.method == "GET"


def _first(sent: dict[str, list[str]], name: str) -> str:
    return next(iter(sent.get(name, [])), "")


def _kinds(types: list[dict[str, Any]]) -> list[str]:
    """What can be written as a kind, in words; the other side of each, too."""
    named = {kind_in_words(each["name"], each["label"]) for each in types}
    return sorted(named | {kind_in_words(each["inverse"]) for each in types if each["inverse"]})


async def _edited(view: View, relationship_id: str) -> Any:
    if not relationship_id:
        return None
    try:
        return seen_from(view.params["entity_id"], await _present(view, relationship_id))
    except NotFound:  # it was removed meanwhile
        return None


async def _chosen(view: View, entity_id: str) -> Any:
    try:
        return (await view.ask("Person", entity=entity_id))["entity"] if entity_id else None
    except NotFound:
        return None


@pages.post("/entities/{entity_id}/relationships", shows=relationships)
async def relate(view: View) -> Response | None:
    """Relate the entity to another, in the direction that was chosen."""
    form = await view.form()
    ends = read_ends(form, view.params["entity_id"])
    details = read_details(form)
    return await _made(view, ends, await _kind(view, ends, form.text("relationship_type")), details)


async def _kind(view: View, ends: Ends, text: str) -> str:
    """The relation type that was meant: a label or an inverse that is known, else a new one."""
    types = (await view.ask("RelationTypes"))["relationTypes"]["nodes"]
    asked = " ".join(text.split()).casefold()
    for each in types:
        if asked in {each["name"], kind_in_words(each["name"], each["label"]).casefold()}:
            return str(each["name"])
    for each in types:
        if each["inverse"] and asked == kind_in_words(each["inverse"]).casefold():
            ends.swap()
            return str(each["name"])
    name = read_kind(text)
    if kind_in_words(name) != asked and not any(each["name"] == name for each in types):
        await view.ask("NameRelationType", input={"name": name, "label": " ".join(text.split())})
    return name


async def _made(view: View, ends: Ends, kind: str, details: dict[str, Any]) -> Response | None:
    try:
        made = await view.ask(
            "Relate",
            input={"srcEntityId": ends.src, "dstEntityId": ends.dst, "relationshipType": kind, **details},
        )
    except RelationshipExists:
        message = "They are related in this way already. Give another begin, or change the present one."
        raise InvalidInput(
            message, errors=(Fault("/relationship_type", message, "relationship_exists"),)
        ) from None
    names = [made["createRelationship"][end]["displayName"] for end in ("srcEntity", "dstEntity")]
    view.say(f"{names[0]} and {names[1]} are related")
    return None


@pages.post("/entities/{entity_id}/relationships/change", shows=relationships)
async def change(view: View) -> Response | None:
    form = await view.form()
    found = await _present(view, form.text("relationship_id"))
    details = {"relationshipType": found["relationshipType"], **read_details(form)}
    written, present = form.text("relationship_type"), found["type"]
    if written != kind_in_words(present["name"], present["label"]):
        ends = Ends(found["srcEntityId"], found["dstEntityId"])
        details["relationshipType"] = await _kind(view, ends, written)
        if ends.src != found["srcEntityId"]:
            raise InvalidInput(
                f"{written} is said from the other side. Remove this relationship, and add it the other way round.",
                errors=(Fault("/relationship_type", "It is said from the other side.", "direction"),),
            )
    version = form.version()
    await view.ask("ChangeRelationship", relationship=found["id"], input=details, version=version)
    view.say("Relationship saved")
    return None


@pages.post("/entities/{entity_id}/relationships/remove", shows=relationships)
async def remove(view: View) -> Response | None:
    """Take a relationship away; what it said goes into the address of the undo."""
    found = await _present(view, (await view.form()).text("relationship_id"))
    await view.ask("Unrelate", relationship=found["id"])
    kept = {
        "srcEntityId": found["srcEntityId"],
        "dstEntityId": found["dstEntityId"],
        "relationshipType": found["relationshipType"],
        **{name: found[name] for name in ("fields", "validFrom", "validTo", "confidence", "source")},
    }
    again = f"/entities/{view.params['entity_id']}/relationships/again?" + urlencode(
        {"was": json.dumps(kept)}
    )
    names = f"{found['srcEntity']['displayName']} and {found['dstEntity']['displayName']}"
    view.say(f"{names} are no longer related so", undo=again if len(again) <= LONGEST_UNDO else "")
    return None


@pages.post("/entities/{entity_id}/relationships/again", shows=relationships)
async def again(view: View) -> Response | None:
    """Undo a removal: an equal relationship is made."""
    try:
        kept = json.loads(view.query["was"])
        ends = Ends(kept.pop("srcEntityId"), kept.pop("dstEntityId"))
        kind = kept.pop("relationshipType")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidInput("What was removed cannot be read from this address.") from None
    return await _made(view, ends, kind, kept)


async def _present(view: View, relationship_id: str) -> dict[str, Any]:
    found = await view.ask("Relationship", relationship=relationship_id)
    relationship: dict[str, Any] = found["relationship"]
    return relationship
