"""What an upsert takes: items that are validated one by one, so that a bad one stands in the way of no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any

import strawberry
from pydantic import Field, ValidationError, WrapValidator

from faceforge_schema.entities import ExternalIds
from faceforge_schema.values.inputs import Input, Name, OrDefault, RecordId, Words, refusal
from faceforge_schema.values.scalars import JSONObject
from faceforge_storage.errors import InvalidInput

MOST_ITEMS = 1000
"""How many items one call takes."""


@strawberry.enum(description="What an upsert does with an entity that is there already.")
class OnConflict(Enum):
    MERGE = "merge"
    REPLACE = "replace"
    SKIP = "skip"
    FAIL = "fail"


@strawberry.pydantic.input(
    description=(
        "An entity to make, or to change where one is there with its `entity_id` or one of its external ids. An absent "
        "key keeps, null clears."
    )
)
class EntityUpsert(Input):
    # Not `Maybe`, as patches have it: that costs calls of Python for each key, and there are a thousand items.
    entity_id: RecordId | None = Field(
        default=None, description="Which entity to change; it must be there. A new one gets its id from Core."
    )
    external_ids: ExternalIds | None = Field(
        default=None, description="What other systems call it, by which it is found again."
    )
    display_name: Name | None = Field(
        default=None, description="The name people see; a new entity must have one."
    )
    aliases: Words | None = Field(default=None, description="Other names.")
    tags: Words | None = Field(default=None, description="Free words to find it by.")
    fields: JSONObject | None = Field(
        default=None, description="Values by field key; a null value removes its key."
    )
    primary_thumbnail_asset_id: RecordId | None = Field(
        default=None, description="The picture that stands for it."
    )
    plugin_data: JSONObject | None = Field(
        default=None, description="What plugins keep, by plugin id; a null value removes its key."
    )

    def given(self) -> dict[str, Any]:
        """The keys the caller sent, null included."""
        values = {name: getattr(self, name) for name in self.model_fields_set}
        if self.external_ids is not None:
            values["external_ids"] = [
                {"namespace": each.namespace, "value": each.value} for each in self.external_ids
            ]
        return values


@dataclass(frozen=True)
class Refused:
    """What stands in the place of an item that is not valid."""

    error: InvalidInput


Item = EntityUpsert | Refused


def item_of(validate: Callable[[Any], EntityUpsert], value: Any) -> Item:
    """The item that a validator makes of a value, or why it is none."""
    try:
        return validate(value)
    except ValidationError as error:
        return Refused(refusal(error, "The item"))


def _one(value: Any, validate: Callable[[Any], EntityUpsert]) -> Any:
    return item_of(validate, value)


@strawberry.pydantic.input(description="Entities to make or to change, each found by its ids.")
class EntitiesUpsert(Input):
    items: list[Annotated[EntityUpsert, WrapValidator(_one)]] = Field(
        max_length=MOST_ITEMS,
        description=f"At most {MOST_ITEMS:,}; more go through a job.",
        examples=[
            [
                {
                    "external_ids": [{"namespace": "stash", "value": "performer/42"}],
                    "display_name": "Ada Lovelace",
                    "tags": ["mathematician"],
                    "fields": {"born": "1815-12-10"},
                }
            ]
        ],
    )
    on_conflict: OrDefault[OnConflict] = Field(
        default=OnConflict.MERGE, description="What happens to an entity that is there already."
    )
    dry_run: OrDefault[bool] = Field(
        default=False, description="Whether it is only said what would happen, and nothing written."
    )


def brought_by(item: Item) -> Mapping[str, Any]:
    """The columns that an item brings; none when it is refused."""
    return {} if isinstance(item, Refused) else item.given()
