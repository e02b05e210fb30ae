"""What a form of a page has sent: names and texts."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

from faceforge_storage.database.read_budget import ReadBudget
from faceforge_storage.errors import BadRequest, PayloadTooLarge

MOST_FIELDS = 20_000
"""How many fields are read; a selection of thousands has one for each."""

LONGEST_VERSION = 9
"""How many digits the version of a record has at most."""


@dataclass(frozen=True)
class Form:
    """The fields of a form, each with every text that was sent under its name."""

    values: dict[str, list[str]]

    def text(self, name: str, default: str = "") -> str:
        """The first text of a field."""
        return self.values.get(name, [default])[0]

    def texts(self, name: str) -> list[str]:
        """Every text of a field."""
        return self.values.get(name, [])

    def has(self, name: str) -> bool:
        """Whether the field was sent: a box that is not ticked is not."""
        return name in self.values

    def version(self) -> int | None:
        """The version that the person saw, if the form has one; raises BadRequest for what is no version."""
        text = self.text("version")
        if not text:
            return None
        if not (text.isdecimal() and len(text) <= LONGEST_VERSION):
            raise BadRequest("The form cannot be read.", hint="Load the page again, and send it once more.")
        return int(text)


async def sent(request: Request, limit: int, budget: ReadBudget) -> bytearray:
    """The bytes of a form; raises PayloadTooLarge, BadRequest, Overloaded."""
    read = bytearray()
    try:
        async for chunk in request.stream():
            read += chunk
            budget.hold(len(read))
            if len(read) > limit:
                raise PayloadTooLarge(f"The form has more than the {limit} bytes that are allowed.")
    except ClientDisconnect:
        raise BadRequest("The form was cut.") from None
    return read


def form_of(read: bytes | bytearray) -> Form:
    """The form that was sent as `application/x-www-form-urlencoded`; raises BadRequest."""
    try:
        return Form(
            parse_qs(
                read.decode("utf-8"),
                keep_blank_values=True,
                strict_parsing=bool(read),
                errors="strict",
                max_num_fields=MOST_FIELDS,
            )
        )
    except ValueError:
        raise BadRequest(
            "The form cannot be read.", hint="Load the page again, and send it once more."
        ) from None
