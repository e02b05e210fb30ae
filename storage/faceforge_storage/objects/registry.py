"""Every provider by name, and how each is made for a home; a new one is a module in `providers/` and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from faceforge_storage.home.home import Home
from faceforge_storage.home.settings import Settings
from faceforge_storage.objects.marker import StoreRegister
from faceforge_storage.objects.provider import Provider
from faceforge_storage.objects.providers import filesystem
from faceforge_storage.objects.store import ObjectStore

PROVIDERS: Mapping[str, Callable[[Home, Settings, StoreRegister], Provider]] = {
    "filesystem": filesystem.open_provider,
}
"""Name, as the database records it with each object -> what makes the provider. The first stores new bytes."""


def open_store(home: Home, settings: Settings, register: Callable[[str], StoreRegister]) -> ObjectStore:
    """The store of a home, with every provider. Nothing is read or written before the store is used.

    `register` answers what is recorded of the provider of a name.
    """
    return ObjectStore([make(home, settings, register(name)) for name, make in PROVIDERS.items()])
