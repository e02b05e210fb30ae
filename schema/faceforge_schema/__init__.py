"""The contract: what FaceForge can be asked, one noun per file."""

from faceforge_schema.actors import NOBODY, Actor
from faceforge_schema.context import Context, Core
from faceforge_schema.contract import Contract, build_schema
from faceforge_schema.execute.needs import needs_of_records, permissions_of

__all__ = [
    "NOBODY",
    "Actor",
    "Context",
    "Contract",
    "Core",
    "build_schema",
    "needs_of_records",
    "permissions_of",
]
