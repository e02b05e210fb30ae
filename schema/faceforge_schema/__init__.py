"""The contract: what FaceForge can be asked, one noun per file."""

from faceforge_schema.actors import ALL, NOBODY, Actor
from faceforge_schema.context import Context, Core
from faceforge_schema.contract import Contract, build_schema

__all__ = ["ALL", "NOBODY", "Actor", "Context", "Contract", "Core", "build_schema"]
