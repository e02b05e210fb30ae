"""Every provider by name, and how each is made for a home; a new one is a module in `providers/` and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from faceforge_storage.home.home import Home
from faceforge_storage.home.settings import Settings
from faceforge_storage.objects.provider import Provider
from faceforge_storage.objects.providers import filesystem
from faceforge_storage.objects.store import ObjectStore

PROVIDERS: Mapping[str, Callable[[Home, Settings], Provider]] = {
    "filesystem": filesystem.open_provider,
}
"""Name, as the database records it with each object -> what makes the provider. The first stores new bytes."""


def open_store(home: Home, settings: Settings) -> ObjectStore:
    """The store of a home, with every provider. Nothing is read or written before the store is used."""
    return ObjectStore([make(home, settings) for make in PROVIDERS.values()])
