"""One file at an address of its own: seen, heard or read, with all that is known of it and can be done with it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from faceforge_storage.errors import AmbiguousHash, InvalidInput, NotFound
from faceforge_ui.assets import changes
from faceforge_ui.entity.attachments.page import ROLES
from faceforge_ui.forms.tags import read_tags
from faceforge_ui.serving import Form, Pages, View
from faceforge_ui.viewer import known, metadata
from faceforge_ui.viewer.place import list_of, place_of
from faceforge_ui.viewer.preview import preview_of

pages = Pages(__name__)

MOST_MODELS = 6
"""So many of the models that a picture was made with are looked for among the files."""


@pages.get("/assets/{asset_id}")
async def file(view: View) -> Response:
    return await _shown(view)


async def _shown(view: View, **more: Any) -> Response:
    asset_id = view.params["asset_id"]
    found = (await view.ask("File", assetId=asset_id))["asset"]
    owners = (
        (await view.ask("Owners", assetId=asset_id))["asset"]["links"] if view.may("entities:read") else []
    )
    place = await place_of(view, asset_id)
    read: dict[str, Any] = found["extractedMetadata"]
    form = await view.form() if view.failed else None
    return view.page(
        "viewer/viewer.html",
        file=found,
        owners=owners,
        place=place,
        preview=preview_of(found),
        known=known,
        read=read,
        made_with=await _made_with(view, read.get("generation") or {}),
        stores=(await view.ask("Places"))["systemInfo"] if view.may("system:read") else None,
        pinned=_pinned(owners, place.back),
        rows=_rows(found, form),
        roles=ROLES,
        **{"shared": None, **more},
    )


async def _made_with(view: View, generation: dict[str, Any]) -> list[dict[str, Any]]:
    """The models and LoRAs that a picture was generated with; `file` is the one here, by its hash or else its name."""
    models = [{**each, "label": "Model"} for each in known.used(generation, "model")]
    found = [*models, *({**each, "label": "LoRA"} for each in known.used(generation, "loras"))]
    for number, each in enumerate(found):
        each["file"] = await _model(view, each) if number < MOST_MODELS else None
    return found


async def _model(view: View, named: dict[str, Any]) -> dict[str, Any] | None:
    algorithm, _, digits = str(named.get("hash", "")).partition(":")
    if digits:
        try:
            by_hash: dict[str, Any] = (await view.ask("FileWithHash", algorithm=algorithm, hex=digits))[
                "assetByHash"
            ]
        except (AmbiguousHash, InvalidInput, NotFound):
            return None
        return by_hash
    called = (await view.ask("FileNamed", filename=f"{named['name']}.safetensors"))["assets"]["nodes"]
    return called[0] if called else None


def _pinned(owners: list[dict[str, Any]], back: str) -> dict[str, Any] | None:
    """Whose thumbnail the file can become by one key: of the entity whose files are looked at, else of the only one."""
    here = [each["entity"] for each in owners if each["entity"]["id"] in back]
    one = [owners[0]["entity"]] if len(owners) == 1 else []
    return next(iter([*here, *one]), None)


def _rows(found: dict[str, Any], form: Form | None) -> list[tuple[str, str]]:
    """The metadata as it is edited: what was sent, when that was refused."""
    if form is not None and form.has("key"):
        return list(zip(form.texts("key"), form.texts("value"), strict=False))
    return [(key, metadata.shown(value)) for key, value in found["userMetadata"].items()]


@pages.post("/assets/{asset_id}/name", shows=file)
async def name(view: View) -> None:
    form = await view.form()
    change = {key: form.text(key).strip() for key in ("filename", "kind") if form.has(key)}
    await changes.change(view, view.params["asset_id"], change)
    view.say("Name and kind saved")


@pages.post("/assets/{asset_id}/tags", shows=file)
async def tags(view: View) -> None:
    """Add tags, or take some away."""
    form, here = await view.form(), [view.params["asset_id"]]
    if gone := form.texts("remove"):
        await changes.retag_files(view, here, gone, removing=True)
    await changes.retag_files(view, here, read_tags([*form.texts("add"), *form.texts("tag")]))


@pages.post("/assets/{asset_id}/metadata", shows=file)
async def user_metadata(view: View) -> None:
    form = await view.form()
    rows = zip(form.texts("key"), form.texts("value"), strict=False)
    present = await _now(view)
    kept = [row for row in rows if row[0].strip() != form.text("remove", "\n")]
    change = metadata.patch(present["userMetadata"], kept)
    if change:
        version = form.version() or present["version"]
        await changes.change(view, view.params["asset_id"], {"userMetadata": change}, version)
        view.say("Notes saved")


async def _now(view: View) -> dict[str, Any]:
    """The file as it is; raises NotFound."""
    found = await changes.files_now(view, [view.params["asset_id"]])
    if not found:
        raise NotFound("This file is not here any more.")
    return found[0]


@pages.post("/assets/{asset_id}/links", shows=file)
async def links(view: View) -> None:
    """Link it to entities, or say what it is to one."""
    form = await view.form()
    role = form.text("role").strip()
    chosen = [each for each in form.texts("entity_id") if each]
    if not chosen:
        raise InvalidInput("Choose an entity to link it to.")
    for entity_id in chosen:
        given = {"role": role or None} if form.has("role") else None
        await changes.link(view, entity_id, view.params["asset_id"], given)
    view.say("Linked")


@pages.post("/assets/{asset_id}/unlink", shows=file)
async def unlink(view: View) -> None:
    entity_id = (await view.form()).text("entity_id")
    await changes.unlink(view, entity_id, view.params["asset_id"])
    view.say("Link taken away; the file stays")


@pages.post("/assets/{asset_id}/thumbnail", shows=file)
async def thumbnail(view: View) -> None:
    """Make it the picture of an entity."""
    form = await view.form()
    change = {"primaryThumbnailAssetId": view.params["asset_id"]}
    await view.ask("UseAsThumbnail", entityId=form.text("entity_id"), input=change)
    view.say("Used as thumbnail")


@pages.post("/assets/{asset_id}/reread", shows=file)
async def reread(view: View) -> None:
    await view.ask("ReadFileAgain", assetId=view.params["asset_id"])
    view.say("The file is read again")


@pages.post("/assets/{asset_id}/trash", shows=file)
async def trash(view: View) -> None:
    asset_id = view.params["asset_id"]
    name = (await _now(view))["filename"]
    await changes.trash(view, asset_id)
    view.say(f"{name} moved to the trash", undo=f"/assets/{asset_id}/restore")


@pages.post("/assets/{asset_id}/restore", shows=file)
async def restore(view: View) -> None:
    await changes.restore(view, view.params["asset_id"])
    view.say(f"{(await _now(view))['filename']} is back")


MOST_DIGITS = 6
"""How long a number of minutes may be; what a link may last is the API's to say."""


@pages.post("/assets/{asset_id}/share", shows=file)
async def share(view: View) -> Response:
    """Sign an address of the file, which works for a while without signing in."""
    form = await view.form()
    minutes = form.text("minutes", "15")
    wanted: dict[str, Any] = {"disposition": "INLINE" if form.text("how") == "show" else "ATTACHMENT"}
    if minutes.isdecimal() and len(minutes) <= MOST_DIGITS:
        wanted["expiresIn"] = int(minutes) * 60
    signed = await view.ask("Share", assetId=view.params["asset_id"], input=wanted)
    return await _shown(view, shared=signed["signedUrl"])


@pages.get("/assets/{asset_id}/readings/{reader}")
async def reading(view: View) -> Response:
    """All that one reader found."""
    here = {"assetId": view.params["asset_id"]}
    found = (await view.ask("Reading", **here, reader=view.params["reader"]))["assetReading"]
    named = (await view.ask("File", **here))["asset"]
    return view.page("viewer/reading.html", reading=found, file=named, known=known, back=list_of(view))


@pages.get("/assets/{asset_id}/sources")
async def sources(view: View) -> Response:
    """Choose the file that this one was made from."""
    view.need("assets:write")
    asset_id, text = view.params["asset_id"], view.query.get("q", "").strip()
    found = (await view.ask("Sources", **({"q": text} if text else {})))["assets"]["nodes"]
    named = (await view.ask("File", assetId=asset_id))["asset"]
    others = [each for each in found if each["id"] != asset_id]
    return view.page("viewer/sources.html", found=others, file=named, q=text, back=list_of(view))


@pages.post("/assets/{asset_id}/origin", shows=sources)
async def origin(view: View) -> Response:
    """Say what it was made from; an empty choice takes that away."""
    asset_id, chosen = view.params["asset_id"], (await view.form()).text("derived_from")
    await changes.change(view, asset_id, {"derivedFromAssetId": chosen or None})
    view.say("Where it comes from is saved")
    query = view.request.url.query
    return view.go(f"/assets/{asset_id}" + (f"?{query}" if query else ""))
