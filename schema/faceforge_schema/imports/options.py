"""What an import is asked for, and what came of it."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import strawberry
from pydantic import BaseModel, Field

from faceforge_schema.values.inputs import Dotted, Input, OrDefault, RecordId, Word, Words
from faceforge_schema.values.scalars import JSONObject

Glob = Annotated[str, Field(min_length=1, max_length=500)]
Globs = Annotated[list[Glob], Field(max_length=100)]


@strawberry.enum(description="Whom the files of a folder belong to, when their sidecars do not say.")
class EntitiesFrom(Enum):
    NONE = "none"
    FOLDER = "folder"
    FIRST_FOLDER = "first_folder"


@strawberry.enum(description="What happens to the files in the folder.")
class ImportMode(Enum):
    COPY = "copy"
    MOVE = "move"


@strawberry.pydantic.input(description="A folder to bring in, or a plan of one that is to be carried out.")
class BulkImportInput(Input):
    path: Annotated[str, Field(min_length=1, max_length=4096)] | None = Field(
        default=None,
        description="The whole path of a folder on the machine of Core, within a root of imports.",
        examples=["/srv/pictures/ada"],
    )
    recursive: OrDefault[bool] = Field(default=True, description="Whether its sub-folders are meant too.")
    include: OrDefault[Globs] = Field(
        default=[], description="Patterns of files that are meant; all when there are none."
    )
    exclude: OrDefault[Globs] = Field(
        default=[], description="Patterns of files and folders that are left out."
    )
    hidden: OrDefault[bool] = Field(default=False, description="Whether hidden files are meant too.")
    kind: Dotted | None = Field(
        default=None, description="What the files are for; that of their sidecar, else `file`, by default."
    )
    tags: OrDefault[Words] = Field(default=[], description="Tags that all of them get.")
    role: Word | None = Field(default=None, description="The role of all links that have none of their own.")
    entity_ids: OrDefault[Annotated[list[RecordId], Field(max_length=100)]] = Field(
        default=[], description="Entities that all of them belong to."
    )
    entities_from: OrDefault[EntitiesFrom] = Field(
        default=EntitiesFrom.NONE,
        description="Whether a folder's name says whom its files belong to: `folder` is the one that a file lies in, "
        "or the nearest above it that is called like an entity, `first_folder` the one right below `path`.",
    )
    create_entities: OrDefault[bool] = Field(
        default=False, description="Whether an entity is made for a folder that is called like none."
    )
    mode: OrDefault[ImportMode] = Field(
        default=ImportMode.COPY,
        description="`move` removes a file from the folder once its bytes are stored and verified.",
    )
    dry_run: OrDefault[bool] = Field(default=False, description="Whether to make the plan only.")
    plan_job_id: RecordId | None = Field(
        default=None, description="The job that made a plan, which is to be carried out; in place of `path`."
    )
    retry_job_id: RecordId | None = Field(
        default=None,
        description="An earlier import, of which only those files are meant that did not come in; in place of `path`.",
    )
    decisions: OrDefault[JSONObject] = Field(
        default=JSONObject({}),
        description="The decisions of that plan by key, each the `value` of one of its options. Files of a decision "
        "that is not made are left out.",
        examples=[{"d1": "nobody"}],
    )


class BulkImported(BaseModel):
    """What an import answers as the output of its job."""

    plan_asset_id: str
    """The plan: NDJSON."""
    plan: dict[str, Any]
    """Its totals."""
    entities: list[dict[str, Any]]
    """The first of those who get files."""
    decisions: list[dict[str, Any]]
    """The first of what must be decided."""
    result: dict[str, Any] | None = None
    """What the run did; null for a plan."""
    result_asset_id: str | None = None
    """What was not plain about it, file by file: NDJSON."""
