"""The settings in `config/core.json`: their types and defaults, and how the file is read."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from filelock import FileLock
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, SecretStr, ValidationError

from faceforge_storage.errors import (
    AnswerTooLarge,
    Busy,
    CannotStart,
    FaceForgeError,
    InvalidInput,
    NoSpace,
    Overloaded,
    PayloadTooLarge,
    QueryTimeout,
    QueryTooComplex,
    RateLimited,
    RecordTooLarge,
    RequestTimeout,
    UploadExpired,
)
from faceforge_storage.home.atomic import write_json
from faceforge_storage.home.origins import origin
from faceforge_storage.home.settings_file import read_document
from faceforge_storage.token_secrets import SHAPE, is_secret, new_secret

log = logging.getLogger("faceforge.settings")

Port = Annotated[int, Field(ge=0, le=65535)]
LARGEST = 2**62
LONGEST = 1_000_000.0
"""In seconds, eleven days: every system can wait that long; some end with an error at more."""
Bytes = Annotated[int, Field(ge=0, le=LARGEST)]
Count = Annotated[int, Field(ge=1, le=LARGEST)]
Seconds = Annotated[float, Field(ge=0, le=LONGEST, allow_inf_nan=False)]
Interval = Annotated[float, Field(gt=0, le=LONGEST, allow_inf_nan=False)]
MIB = 1024 * 1024


@dataclass(frozen=True)
class Beyond:
    """What happens beyond a limit: the error that is answered, or in words."""

    outcome: type[FaceForgeError] | str


class Section(BaseModel):
    """A part of the settings: wrong types are refused, unknown keys are left to `unknown_keys`."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, use_attribute_docstrings=True)


def _strong(token: SecretStr) -> SecretStr:
    if token.get_secret_value() and not is_secret(token.get_secret_value()):
        raise ValueError(f"is not {SHAPE}. Remove it, and the next start makes one")
    return token


class Auth(Section):
    install_token: Annotated[SecretStr, AfterValidator(_strong)] = SecretStr("")
    """The token that may do all, 256 random bits. Made at the first start; `python3 dev.py token` prints it."""
    session_idle_days: Interval = 30.0
    """A session ends when it was not used for so many days."""
    session_days: Interval = 90.0
    """A session ends so many days after the sign-in, however much it is used."""


class Network(Section):
    bind_host: str = "127.0.0.1"
    """The address Core listens on. `127.0.0.1` is this machine only, `0.0.0.0` every IPv4 address it has. `--host` and
    FACEFORGE_BIND win over it."""
    core_port: Port = 43210
    """The port of Core; 0 takes any free one. `--port` and FACEFORGE_PORT win over it."""
    seaweed_s3_port: Port = 43211
    """The port of SeaweedFS, when it is used."""
    allowed_hosts: list[str] = []
    """Further host names Core answers for, such as `nas.local`; with `:port` only on that port."""
    allowed_origins: list[Annotated[str, AfterValidator(origin)]] = []
    """Sites whose pages may call Core from a browser, with a token, such as `http://127.0.0.1:8188`."""


class Paths(Section):
    db_dir: str = "db"
    """The database. Absolute, or relative to the data directory; so are all paths here."""
    assets_dir: str = "assets"
    """The stored files."""
    s3_dir: str = "s3/seaweedfs"
    """What SeaweedFS keeps."""
    logs_dir: str = "logs"
    """The logs."""
    plugins_dir: str = "plugins"
    """The installed plugins."""


class DatabaseSettings(Section):
    url: str | None = None
    """Another database, as an SQLAlchemy URL; null is SQLite in `paths.db_dir`."""


class Limits(Section):
    upload_bytes: Annotated[Bytes | None, Beyond(PayloadTooLarge)] = None
    """The largest file that is taken, in bytes; null is no limit."""
    upload_keep_hours: Annotated[Interval, Beyond(UploadExpired)] = 168.0
    """How many hours an upload that takes several requests is kept after its last byte came."""
    unfinished_uploads: Annotated[Count, Beyond(Overloaded)] = 1000
    """How many such uploads one token may have under way."""
    unfinished_upload_bytes: Annotated[Bytes, Beyond(Overloaded)] = 1024 * 1024 * MIB
    """How many bytes those may be going to have together."""
    json_bytes: Annotated[Count, Beyond(PayloadTooLarge)] = 1 * MIB
    """The largest JSON body, in bytes."""
    sidecar_bytes: Annotated[Count, Beyond(PayloadTooLarge)] = 1 * MIB
    """The largest `_meta.json`, in bytes."""
    record_bytes: Annotated[Count, Beyond(RecordTooLarge)] = 1 * MIB
    """The largest JSON of a record, in bytes, however it grew; what is read from files is not counted."""
    query_depth: Annotated[Count, Beyond(QueryTooComplex)] = 15
    """How many levels a GraphQL query may nest."""
    query_objects: Annotated[Count, Beyond(QueryTooComplex)] = 100_000
    """How many objects one query may read and answer, at most."""
    answer_bytes: Annotated[Count, Beyond(AnswerTooLarge)] = 32 * MIB
    """The largest answer in bytes, counted while it is read; a list ends its page early instead."""
    answers_bytes: Annotated[Count, Beyond(Overloaded)] = 256 * MIB
    """How many bytes all answers under way may hold together, half of them for one token or session."""
    answer_cache_bytes: Annotated[Bytes, Beyond("what was used least is forgotten")] = 32 * MIB
    """How many bytes of answers are cached until the next change; 0 caches none."""
    query_aliases: Annotated[Count, Beyond(QueryTooComplex)] = 100
    """How many aliases one query may have."""
    query_tokens: Annotated[Count, Beyond(QueryTooComplex)] = 10_000
    """How many words and signs a GraphQL document may have."""
    document_cache_bytes: Annotated[Bytes, Beyond("what was used least is forgotten")] = 64 * MIB
    """How many bytes the GraphQL documents that are kept, and their plans, may take, half each."""
    query_seconds: Annotated[Seconds, Beyond(QueryTimeout)] = 30.0
    """How long one query may take, in seconds."""
    filter_values: Annotated[Count, Beyond(InvalidInput)] = 100
    """How many values a list in a filter may have, such as `ids` or `tag`."""
    waiting_per_client: Annotated[Count, Beyond(Busy)] = 256
    """How many requests of one token or session may wait for a thread; further ones are refused."""
    signed_url_seconds: Annotated[Count, Beyond(InvalidInput)] = 900
    """How long a signed address may be valid at most, in seconds."""
    reader_seconds: Annotated[Interval, Beyond("the reading of this file fails")] = 60.0
    """How long a reader may take for one file, in seconds."""
    reader_bytes: Annotated[Count, Beyond("the reading of this file fails")] = 1024 * MIB
    """How much memory a process that reads files may take, in bytes."""
    image_pixels: Annotated[Count, Beyond("the picture gets no thumbnail")] = 50_000_000
    """How many pixels a picture may have to be decoded; of a larger one the size is read, and what it says."""
    extracted_bytes: Annotated[Count, Beyond("it is cut off, and kept whole beside it")] = 64 * 1024
    """How much of what one reader found in a file stands in `extracted_metadata`, in bytes of JSON."""
    cache_bytes: Annotated[Bytes, Beyond("what was used least is removed, and made again when asked for")] = (
        4096 * MIB
    )
    """How much of the disk the thumbnails in `cache/` may take, in bytes."""
    disk_reserve_bytes: Annotated[Bytes, Beyond(NoSpace)] = 256 * MIB
    """How much of the disk uploads leave free, in bytes."""
    backups_kept: Annotated[Count, Beyond("the oldest is removed")] = 5
    """How many backups made before migrations are kept."""
    failed_sign_ins: Annotated[Count, Beyond(RateLimited)] = 10
    """How many wrong tokens, codes and cookies in a minute one address may send before it has to wait."""
    sessions_per_token: Annotated[Count, Beyond("the one that was not used for longest ends")] = 100
    """How many sessions may stand on one token."""
    waiting_claims: Annotated[Count, Beyond(Busy)] = 64
    """How many claims of one token may wait for jobs at once; further ones are refused."""
    job_log_entries: Annotated[Count, Beyond("the rest is left out, and the log says so")] = 100_000
    """How many entries the log of one job may have."""
    connections: Annotated[Count | None, Beyond("the oldest without a token is closed")] = None
    """How many connections may be open; null is half the file handles that Core may have, at most 1,024."""
    followers: Annotated[Count, Beyond(Overloaded)] = 512
    """How many may follow events at once, half of them with one token; never more than half the connections."""
    head_seconds: Annotated[Interval, Beyond(RequestTimeout)] = 10.0
    """How long the head of a request may take to arrive, in seconds."""
    body_idle_seconds: Annotated[Interval, Beyond(RequestTimeout)] = 30.0
    """How long Core waits for the next bytes of a body, in seconds."""
    keep_alive_seconds: Annotated[Interval, Beyond("the connection is closed")] = 75.0
    """How long a connection may be idle between two requests, in seconds."""
    send_idle_seconds: Annotated[Interval, Beyond("the connection is closed")] = 30.0
    """How long an answer waits for a client that takes nothing of it, in seconds."""
    send_seconds: Annotated[Interval, Beyond("the connection is closed")] = 300.0
    """How long a client may take for one answer or message, files not counted, in seconds."""
    download_idle_seconds: Annotated[Interval, Beyond("the connection is closed")] = 3600.0
    """How long a download waits for a client that takes nothing, such as a video that is paused, in seconds."""
    shutdown_seconds: Annotated[Seconds, Beyond("what still runs is ended")] = 10.0
    """How long a stop may take, whatever is running, in seconds."""


class Tools(Section):
    exiftool_enabled: bool = True
    """Whether ExifTool reads metadata too, where it is installed."""
    exiftool_path: str | None = None
    """Where ExifTool is; null looks into `tools/` and the search path."""


class Reading(Section):
    workers: Annotated[int, Field(ge=0, le=64)] | None = None
    """How many processes read files and make thumbnails; null is one less than the processors, at least one. With 0
    files wait until it is raised."""
    hash_all_files: bool = False
    """Whether `md5` and `crc32` are computed of every file; of model files they always are."""


class Journal(Section):
    keep_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """How many days changes are kept in the journal; null keeps them for ever. What is dropped cannot be undone any
    more, is in no history, and is told by no event."""
    keep_bytes: Count | None = None
    """How many bytes of changes the journal keeps, about; null is no bound. The oldest are dropped first. The file of
    the database does not shrink: the room is used for what comes."""


class Lanes(Section):
    cpu: Annotated[int, Field(ge=1, le=64)] = 2
    """How many jobs run at once that mostly compute."""
    io: Annotated[int, Field(ge=1, le=64)] = 4
    """How many jobs run at once that mostly read and write files."""
    net: Annotated[int, Field(ge=1, le=64)] = 4
    """How many jobs run at once that mostly wait for other machines."""
    gpu: Annotated[int, Field(ge=1, le=64)] = 1
    """How many jobs run at once that need the graphics processor."""


class Jobs(Section):
    keep_days: Annotated[int, Field(ge=1, le=36_500)] | None = 30
    """How many days a job is kept after it has ended, with its log and the files that it made for itself; null keeps
    all for ever."""
    lanes: Lanes = Lanes()


class Storage(Section):
    routing: list[dict[str, JsonValue]] = []
    """Rules that send files to a provider by kind, media type and size."""
    s3: dict[str, JsonValue] = {}
    """The remote S3 store, when one is used."""


class Seaweed(Section):
    enabled: bool = False
    """Whether FaceForge runs SeaweedFS."""
    weed_path: str | None = None
    """Where the `weed` program is; null looks into `tools/` and the installed packages."""


def _absolute(path: str) -> str:
    if not Path(path).is_absolute() and not path.startswith("~"):
        raise ValueError("is no whole path; begin with `/` or `~`, on Windows with a drive")
    return path


class Import(Section):
    roots: list[Annotated[str, AfterValidator(_absolute)]] | None = None
    """The folders that files may be imported from, each with all below it. Null: who has the install token may read the
    home of the user that Core runs as and the disks that are mounted (`/media`, `/run/media`, `/mnt`, `/Volumes`, the
    drives of Windows), and who has a limited token nothing."""


class Metadata(Section):
    undeclared_fields: Literal["keep", "reject"] = "keep"
    """What happens to a field of an entity that no field definition declares."""


class Settings(Section):
    """All settings; each has a default, so an empty file is a good one."""

    auth: Auth = Auth()
    network: Network = Network()
    paths: Paths = Paths()
    database: DatabaseSettings = DatabaseSettings()
    limits: Limits = Limits()
    tools: Tools = Tools()
    reading: Reading = Reading()
    journal: Journal = Journal()
    jobs: Jobs = Jobs()
    storage: Storage = Storage()
    seaweed: Seaweed = Seaweed()
    imports: Annotated[Import, Field(alias="import")] = Import()
    metadata: Metadata = Metadata()


def load_settings(file: Path) -> Settings:
    """The settings that a `config/core.json` holds; makes the install token when there is none.

    Raises CannotStart, naming file, key, fault and remedy, when the file cannot be used.
    """
    settings, raw = _read(file)
    if not settings.auth.install_token.get_secret_value():
        _write_install_token(file, only_if_missing=True)
        settings, raw = _read(file)
    _close_to_others(file)
    for key in _without_effect(settings):
        log.warning("%s: %s is true, and this version has nothing that it could turn on.", file, key)
    for key in unknown_keys(raw):
        log.warning("%s: the key %s is not known and has no effect; is it misspelt?", file, key)
    return settings


def install_token_in(file: Path) -> str:
    """The install token that the file holds now; "" when it holds none. Raises CannotStart."""
    return _read(file)[0].auth.install_token.get_secret_value()


def _close_to_others(file: Path) -> None:
    try:
        if os.name != "nt" and file.stat().st_mode & 0o077:
            file.chmod(0o600)
            log.warning("%s held a secret and others could read it; it is closed to them now.", file)
    except OSError as fault:
        log.warning("%s holds a secret and cannot be closed to others: %s", file, fault.strerror)


def rotate_install_token(file: Path) -> str:
    """Makes a new install token and returns it; the old one is void at once. Raises CannotStart."""
    return _write_install_token(file, only_if_missing=False)


def _write_install_token(file: Path, *, only_if_missing: bool) -> str:
    try:
        # Two programs may come here at once on a new home: the second must find the token of the first.
        with FileLock(file.with_name("core.json.lock"), mode=0o600):
            settings, raw = _read(file)
            token = settings.auth.install_token.get_secret_value()
            if not token or not only_if_missing:
                token = new_secret()
                raw.setdefault("auth", {})["install_token"] = token
                write_json(file, raw)
    except OSError as fault:
        raise CannotStart.unwritable(file, fault.strerror) from None
    return token


def _without_effect(settings: Settings) -> list[str]:
    """The dotted keys that turn on what there is not yet; whoever builds it takes its key from here."""
    switches = {"seaweed.enabled": settings.seaweed.enabled}
    return [key for key, on in switches.items() if on]


def unknown_keys(raw: dict[str, Any], model: type[Section] = Settings, place: str = "") -> list[str]:
    """The dotted keys of `raw` that no setting has."""
    unknown = []
    known = {field.alias or name: field for name, field in model.model_fields.items()}
    for key, value in raw.items():
        field = known.get(key)
        if field is None:
            unknown.append(f"{place}{key}")
        elif isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            unknown += unknown_keys(value, field.annotation, f"{place}{key}.")
    return unknown


def _read(file: Path) -> tuple[Settings, dict[str, Any]]:
    """The settings and the document they were read from; a missing file is an empty document."""
    raw = read_document(file)
    try:
        return Settings.model_validate(raw), raw
    except ValidationError as refused:
        # Only the key and the rule are shown: the value itself may be a secret.
        faults = [f"{'.'.join(map(str, e['loc'])) or 'the whole file'}: {e['msg']}" for e in refused.errors()]
        raise CannotStart(
            f"{file} has settings that cannot be used. " + "; ".join(faults),
            "Correct these keys, or remove them to have their defaults.",
        ) from None
