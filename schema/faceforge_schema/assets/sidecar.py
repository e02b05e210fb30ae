"""What a sidecar (`_meta.json`) may hold. Uploads read it, and whatever else imports files with one beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag, ValidationError

from faceforge_schema.entities import EntityCreate, ExternalIdInput
from faceforge_schema.values.inputs import Dotted, Input, Word, Words, pointer
from faceforge_storage.errors import FaceForgeError, Fault, InvalidSidecar
from faceforge_storage.strict_json import MAX_DEPTH, nests_deeper

MOST_ENTITIES = 500
"""Each is a question to the database, all in one transaction."""
SHAPES = (
    'has to be an entity id, {"entity_id": …}, {"external_id": {"namespace": …, "value": …}}, '
    'or {"display_name": …, "create": true, …}'
)


class EntityById(Input):
    """An entity that is there, by its id."""

    entity_id: str
    role: Word | None = None


class EntityByExternalId(Input):
    """An entity that is there, by what another system calls it."""

    external_id: ExternalIdInput
    create: bool = False
    role: Word | None = None


class NewEntity(EntityCreate):
    """An entity to make, unless one of its external ids is held already."""

    create: bool
    external_id: ExternalIdInput | None = None
    role: Word | None = None

    def entity(self) -> EntityCreate:
        """The entity alone; all its external ids in one list, each once."""
        values = {name: getattr(self, name) for name in EntityCreate.model_fields}
        if self.external_id is not None and self.external_id not in self.external_ids:
            values["external_ids"] = [*self.external_ids, self.external_id]
        return EntityCreate.model_construct(**values)


def _shape(entry: Any) -> str | None:
    if isinstance(entry, str):
        return "text"
    if not isinstance(entry, dict):
        return None
    if "entity_id" in entry:
        return "id"
    if entry.get("create", False) is not False:
        return "new"
    return "external id" if "external_id" in entry else None


Entry = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[EntityById, Tag("id")]
    | Annotated[EntityByExternalId, Tag("external id")]
    | Annotated[NewEntity, Tag("new")],
    Discriminator(_shape, custom_error_type="invalid", custom_error_message=SHAPES),
]
"""An entity to link the file to."""


class Sidecar(Input):
    """What a `_meta.json` holds; any key that is none of these becomes user metadata."""

    model_config = ConfigDict(extra="allow")

    kind: Dotted | None = None
    tags: Words = Field(default=[])
    user_metadata: dict[str, Any] = Field(default={})
    role: Word | None = None
    derived_from: str | None = None
    entities: list[Entry] = Field(default=[], max_length=MOST_ENTITIES)

    def metadata(self) -> dict[str, Any]:
        """The user metadata, with the keys that mean nothing else."""
        return {**(self.model_extra or {}), **self.user_metadata}


def read_sidecar(found: dict[str, Any], where: str = "/sidecar") -> Sidecar:
    """A JSON object as a sidecar. Raises InvalidSidecar with every fault, at pointers below `where`."""
    if nests_deeper(found):
        message = f"nests more than {MAX_DEPTH} levels deep"
        raise InvalidSidecar(f"The sidecar {message}.", errors=(Fault(where, message, "too_deep"),))
    try:
        # As JSON, so that the messages speak of JSON: an array, an object.
        return Sidecar.model_validate_json(json.dumps(found))
    except ValidationError as error:
        reported = error.errors(include_url=False, include_input=False)
        wrong = [Fault(pointer(_place(each["loc"])), each["msg"], each["type"]) for each in reported]
        first = wrong[0]
        raise InvalidSidecar(
            f"The sidecar's {first.pointer[1:]}: {first.message}.", errors=_below(where, wrong)
        ) from None


@contextmanager
def within(where: str) -> Iterator[None]:
    """Let what goes wrong inside point into the part of the body at `where`."""
    try:
        yield
    except FaceForgeError as error:
        error.errors = _below(where, error.errors)
        raise


def _below(where: str, wrong: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(replace(fault, pointer=where + fault.pointer) for fault in wrong)


def _place(steps: tuple[str | int, ...]) -> tuple[str | int, ...]:
    # Pydantic names the tag of an entry after its index; the sender knows of no tags.
    return (*steps[:2], *steps[3:]) if steps[0] == "entities" else steps
