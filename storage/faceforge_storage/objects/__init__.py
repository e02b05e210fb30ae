"""Bytes: staged while they are hashed, published under their hash, kept by a provider."""

from faceforge_storage.objects.provider import ObjectReader, Provider, StoredObject
from faceforge_storage.objects.providers.filesystem import FilesystemProvider
from faceforge_storage.objects.staging import StagedFile, Staging, StagingFile
from faceforge_storage.objects.store import ObjectStore

__all__ = [
    "FilesystemProvider",
    "ObjectReader",
    "ObjectStore",
    "Provider",
    "StagedFile",
    "Staging",
    "StagingFile",
    "StoredObject",
]
