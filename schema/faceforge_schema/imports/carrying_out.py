"""The second half of an import: what a plan says is done, a checkpoint's worth at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faceforge_schema.declare.runs import Run
from faceforge_storage.imports.plan_format import Option, PlanReader
from faceforge_storage.imports.source_folder import SourceFolder


@dataclass(frozen=True)
class Carried:
    """What a run did: its totals, and the asset that says of each file what was not plain."""

    result: dict[str, Any]
    asset_id: str | None = None


def carry_out(
    run: Run, plan_asset_id: str, plan: PlanReader, chosen: Mapping[str, Option], folder: SourceFolder
) -> Carried:
    """Do what a plan says for each of its files, and skip those that are not any more what was planned.

    Each checkpoint has `plan_asset_id`, so that another attempt goes on with the same plan. The progress of the plan
    took `planning.SHARE` of the whole when the same job has made it.
    """
    raise NotImplementedError
