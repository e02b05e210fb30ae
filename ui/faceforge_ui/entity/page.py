"""What can be done with an entity on each of its tabs: name, tags, picture, trash; and who comes before and after."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from faceforge_ui.entity.changes import change, present
from faceforge_ui.entity.head import head
from faceforge_ui.entity.neighbours import neighbours, place
from faceforge_ui.entity.overview.page import overview
from faceforge_ui.forms.tags import read_tags
from faceforge_ui.serving import Pages, View

pages = Pages(__name__)
PICTURES = 60
"""How many files are looked through at once for pictures to choose from."""


@pages.get("/entities/{entity_id}/picture")
async def picture(view: View) -> Response:
    """Which of its pictures is to stand for the entity."""
    view.need("entities:write")
    found = await view.ask(
        "EntityPictures", entity=view.params["entity_id"], first=PICTURES, after=view.query.get("after")
    )
    shown = await head(view, found["entity"])
    files = found["entity"]["assets"]
    pictures = [each for each in files["nodes"] if each["mimeType"].startswith("image/")]
    more = files["pageInfo"]["endCursor"] if files["pageInfo"]["hasNextPage"] else None
    return view.page("entity/picture.html", **shown, pictures=pictures, more=more)


@pages.post("/entities/{entity_id}/picture", shows=picture)
async def choose_picture(view: View) -> Response | None:
    """An empty choice leaves it to Core: then it is the newest picture."""
    chosen = (await view.form()).text("asset_id") or None
    entity = await change(view, {"primaryThumbnailAssetId": chosen}, lambda _: None, None)
    view.say(f"{entity['displayName']} has a new picture" if chosen else "The newest picture is shown")
    return view.go(f"/entities/{entity['id']}")


@pages.post("/entities/{entity_id}/name", shows=overview)
async def rename(view: View) -> Response | None:
    form = await view.form()
    name = form.text("display_name").strip()
    await change(view, {"displayName": name}, lambda entity: entity["displayName"], form.text("was"))
    view.say(f"Renamed to {name}")
    return None


@pages.post("/entities/{entity_id}/tags", shows=overview)
async def tag(view: View) -> Response | None:
    form = await view.form()
    tags = read_tags(form.texts("tag"))
    await change(view, {"tags": tags}, lambda entity: entity["tags"], form.text("was"))
    view.say("Tags saved")
    return None


@pages.post("/entities/{entity_id}/trash", shows=overview)
async def trash(view: View) -> Response | None:
    entity = await present(view)
    await view.ask("TrashEntity", entity=entity["id"])
    view.say(f"{entity['displayName']} moved to the trash", undo=f"/entities/{entity['id']}/restore")
    return view.go("/entities")


@pages.post("/entities/{entity_id}/restore", shows=overview)
async def restore(view: View) -> Response | None:
    restored = (await view.ask("PutEntityBack", entity=view.params["entity_id"]))["restoreEntity"]
    view.say(f"{restored['displayName']} is back")
    return None


@pages.get("/entities/{entity_id}/neighbours")
async def beside(view: View) -> Response:
    """Who comes before and after the entity in a list, whose own query this address has; as JSON."""
    found = await neighbours(view, view.params["entity_id"])
    return JSONResponse(found, headers={"Cache-Control": "private, no-cache"})


@pages.get("/entities/{entity_id}/place")
async def which(view: View) -> Response:
    """Which of how many the entity is in such a list, as JSON; apart, since counting may take longer than finding."""
    found = await place(view, view.params["entity_id"])
    return JSONResponse(found, headers={"Cache-Control": "private, no-cache"})
