"""The running Core: what it is, what it holds, and what the asking token may do."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from enum import Enum

import strawberry

from faceforge_executor import Level, Objects
from faceforge_schema.context import Context, Reader
from faceforge_schema.declare.fields import batched
from faceforge_schema.declare.operation import query
from faceforge_schema.declare.resources import attribute
from faceforge_schema.values.scalars import BigInt, DateTime
from faceforge_storage import journal, system
from faceforge_storage.home.home import Home
from faceforge_storage.places import places as places_of


@strawberry.type(description="How many live records there are.")
class Counts:
    entities: int = attribute("Entities.")
    assets: int = attribute("Assets, without the files that jobs keep for themselves.")
    descriptors: int = attribute("Descriptors: facts about entities, each perhaps true for a time only.")
    relationships: int = attribute("Relationships.")
    field_defs: int = attribute("Field definitions, each of which says what a field may hold.")
    unread_files: int = attribute("Files that wait to be read, equal ones counted once.", example=0)
    stored_bytes: BigInt = attribute("Bytes of all stored files, each counted once.")


@strawberry.enum(description="Whether a store of files is there.")
class StoreState(Enum):
    PRESENT = "present"
    AWAY = "away"


@strawberry.type(description="A place that holds the bytes of files.")
class Store:
    provider: str = attribute("Its name, as the assets in it have it.", example="filesystem")
    state: StoreState = attribute(
        "Whether it is there; while it is away no file is taken, and nothing is deleted."
    )


@strawberry.type(description="A directory of the installation, with the room that is there.")
class Place:
    purpose: str = attribute(
        "What is kept there: files, database, backups, thumbnails, logs, settings, temporary.",
        example="files",
    )
    path: str = attribute("Where it is.", example="/srv/faceforge/assets")
    held_bytes: BigInt | None = attribute("Bytes that FaceForge keeps there, as far as they were counted.")
    free_bytes: BigInt | None = attribute("Bytes that are free on its disk; null when the disk does not say.")
    total_bytes: BigInt | None = attribute("Bytes of the whole disk; null when the disk does not say.")


@strawberry.type(description="How Core can be reached, as its settings say.")
class Network:
    bind_host: str = attribute("The network address that it listens on.", example="127.0.0.1")
    core_port: int = attribute("The port of the settings; 0 takes any free one.", example=43210)
    allowed_hosts: list[str] = attribute("Further host names that it answers for.", example=["nas.local"])
    allowed_origins: list[str] = attribute("Sites whose pages may call it from a browser.", example=[])


@strawberry.type(description="The running Core.")
class SystemInfo:
    version: str = attribute("The version of FaceForge Core.", example="0.1.0")
    instance_id: str = attribute(
        "Which run of Core this is: drawn at each start.", example="83326085205f68e676c227a1af01350d"
    )
    started_at: DateTime = attribute("When it started.")
    platform: str = attribute("The operating system.", example="Linux x86_64")
    python: str = attribute("The version of Python.", example="3.11.7")
    database: str = attribute(
        "The database, its version, and where the library comes from.",
        example="SQLite 3.53.4 (comes with FaceForge)",
    )
    database_warning: str | None = attribute(
        "What the version of the database means for the data and what to do, when it is too old to be safe."
    )
    schema_revision: str = attribute("The step of the database's schema.", example="0008")
    data_directory: str = attribute("Where the data is.", example="/srv/faceforge")
    stores: list[Store] = attribute("Where the bytes of files are.")
    network: Network = attribute("How it can be reached.")
    last_changeset_id: BigInt = attribute("The newest changeset; 0 when nothing was ever changed.")
    oldest_changeset_id: BigInt = attribute(
        "The oldest changeset that is kept: those before it were dropped (`journal.keep_days`, `journal.keep_bytes`), "
        "and can be neither read nor undone. 1 when none ever was."
    )
    actor: str = attribute("Who is asking.", example="install")
    permissions: list[str] = attribute(
        "What the asking token may do; `noun:write` includes `noun:read`.",
        example=["assets:read", "entities:read"],
    )


@query("GET /system/info", needs="system:read", volatile=True)
def system_info(db: Reader, context: Context) -> SystemInfo:
    """Tell what this Core is, and what it holds."""
    core = context.core
    database, database_warning = system.library()
    network = core.settings.network
    return SystemInfo(
        version=core.version,
        instance_id=core.instance_id,
        started_at=DateTime(core.started_at),
        platform=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        database=database,
        database_warning=database_warning,
        schema_revision=system.schema_revision(db),
        data_directory=str(core.home),
        stores=[
            Store(provider=name, state=StoreState.PRESENT if provider.present() else StoreState.AWAY)
            for name, provider in core.store.providers.items()
        ],
        network=Network(
            bind_host=network.bind_host,
            core_port=network.core_port,
            allowed_hosts=network.allowed_hosts,
            allowed_origins=network.allowed_origins,
        ),
        last_changeset_id=BigInt(journal.latest(db)),
        oldest_changeset_id=BigInt(journal.oldest(db)),
        actor=context.actor.name,
        permissions=sorted(context.actor.permissions),
    )


def _counted(level: Level) -> tuple[Context, dict[str, int]]:
    """Whoever asks, and what was counted: that takes a while in a large library, so it is done for those who ask."""
    return level.context, system.counts(level.context.snapshot)


@batched(SystemInfo, (), _counted)
def places(counted: tuple[Context, dict[str, int]], parents: Objects) -> Sequence[list[Place]]:
    """Where everything lies, and the room that is there."""
    context, held = counted
    core = context.core
    home = Home(core.home, core.settings.paths)
    found = [
        Place(
            purpose=each.purpose,
            path=each.path,
            held_bytes=_big(each.held_bytes),
            free_bytes=_big(each.free_bytes),
            total_bytes=_big(each.total_bytes),
        )
        for each in places_of(home, held["stored_bytes"], core.examiner.renditions.held_bytes)
    ]
    return [found] * len(parents)


@batched(SystemInfo, (), _counted)
def counts(counted: tuple[Context, dict[str, int]], parents: Objects) -> Sequence[Counts]:
    """How many records there are."""
    _, held = counted
    records = {name: number for name, number in held.items() if name != "stored_bytes"}
    return [Counts(**records, stored_bytes=BigInt(held["stored_bytes"]))] * len(parents)


def _big(number: int | None) -> BigInt | None:
    return None if number is None else BigInt(number)
