"""What happened in the library: everything, one operation, or one record."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from starlette.responses import Response

from faceforge_storage.errors import NotFound
from faceforge_ui.history.told import of_everything, of_operation, of_record
from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)
RECORD = re.compile(r"([a-z_]+)/(.+)")


@pages.get(
    "/history", entry=Entry("more", "History", icon="history", order=20, key="h", permission="journal:read")
)
async def history(view: View) -> Response:
    """All that was done, the newest first. `operation` narrows to one, `record` to one record (`descriptor/ID`), `job`
    to what a job has done."""
    job, operation, record = (
        view.query.get("job", ""),
        view.query.get("operation", ""),
        RECORD.fullmatch(view.query.get("record", "")),
    )
    if operation:
        if not (operation.isdecimal() and len(operation) <= 18):
            raise NotFound("History has nothing at this address.")
        told, title = await of_operation(view, int(operation)), "One operation"
    elif record:
        told, title = await of_record(view, record[1], record[2]), "History of one record"
    elif job:
        told, title = await of_everything(view, job=job), "What a job changed"
    else:
        told, title = await of_everything(view), "History"
    kept = {name: view.query[name] for name in ("operation", "record", "job") if name in view.query}
    return view.page(
        "history/history.html",
        title=title,
        part=bool(operation or record or job),
        newest="after" not in view.query,
        lines=told.lines,
        next="/history?" + urlencode({**kept, "after": told.after}) if told.after else "",
        first=("/history?" + urlencode(kept)).rstrip("?") if "after" in view.query else "",
    )
