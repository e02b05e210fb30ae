"""The composition root: builds the stores, the schema and the application of one home, and takes them down again."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, WebSocketRoute

import faceforge_ui
from faceforge_schema import Contract, Core, build_schema, needs_of_records, permissions_of
from faceforge_server.contract_routes import contract_routes, path_operations
from faceforge_server.events.job_log import JobLogAddress
from faceforge_server.events.routes import EventAddress
from faceforge_server.files.resumable import ResumableUploads
from faceforge_server.files.signed_addresses import SignedAddresses
from faceforge_server.files.transfers import FileTransfers
from faceforge_server.files.tus import TusAddress
from faceforge_server.graphql.view import GraphqlView
from faceforge_server.graphql.websocket import GraphqlWebSocket
from faceforge_server.http.answer_cache import AnswerCache
from faceforge_server.http.application import Application
from faceforge_server.http.exception_handlers import EXCEPTION_HANDLERS
from faceforge_server.http.file_handles import most_connections
from faceforge_server.http.public_routes import Addresses, is_page, is_public, takes_signature
from faceforge_server.http.request_context import context_of
from faceforge_server.http.request_ids import RequestIds
from faceforge_server.jobs.executor import JobExecutor
from faceforge_server.jobs.schedules import ScheduleTender
from faceforge_server.middleware.authentication import Authentication
from faceforge_server.middleware.authenticator import Authenticator
from faceforge_server.middleware.cached_answers import CachedAnswers
from faceforge_server.middleware.cross_origin import CrossOrigin
from faceforge_server.middleware.hosts import HostCheck
from faceforge_server.middleware.install_token import InstallToken
from faceforge_server.middleware.origins import OriginCheck
from faceforge_server.middleware.session_cookie import SessionCookie
from faceforge_server.rest import RestOperation, RestRouter, rest_operations, rest_routes
from faceforge_server.token_command import TokenCommand
from faceforge_server.version import product_version
from faceforge_storage.database.clock import now
from faceforge_storage.database.database import Database
from faceforge_storage.database.migrate import migrate
from faceforge_storage.database.prepared_select import PreparedSelects
from faceforge_storage.database.read_budget import AnswerMemory
from faceforge_storage.errors import CannotStart, FaceForgeError
from faceforge_storage.events.hub import Events
from faceforge_storage.examinations import Examinations
from faceforge_storage.examiner import Examiner
from faceforge_storage.home.home import Home
from faceforge_storage.home.settings import Settings
from faceforge_storage.imports import known_files
from faceforge_storage.ingest.exiftool import NAME as EXIFTOOL
from faceforge_storage.ingest.exiftool import VERSION, ExifTool, find_exiftool, takes
from faceforge_storage.ingest.isolation.processes import ReaderProcesses
from faceforge_storage.ingest.reader import Bounds
from faceforge_storage.ingest.registry import READERS
from faceforge_storage.ingest.tool import Tool
from faceforge_storage.jobs.notices import Notices
from faceforge_storage.jobs.retention import JobRetention
from faceforge_storage.objects.registry import open_store
from faceforge_storage.objects.staging import Staging
from faceforge_storage.objects.store import ObjectStore
from faceforge_storage.renditions import Renditions
from faceforge_storage.retention import Retention
from faceforge_storage.scheduling.workers import Workers
from faceforge_storage.stored_bytes import StoredBytes
from faceforge_storage.stores import RecordedStore

log = logging.getLogger("faceforge")

LAST_SECONDS = 0.5
"""How long the end waits for what Core does by itself: a disk may not answer at all."""
MAX_STATEMENTS = 500
"""Statements that are kept, of a few kilobytes each."""
COMPUTING_THREADS = 2
"""One of them is for what is quick. More would take from the event loop what it needs to answer others in time."""

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI can be made to send traces by variables of the environment; nothing leaves the machine unasked."""


def create_app(home: Home, settings: Settings) -> FastAPI:
    """The ASGI application of a home. Its lifespan opens what is there and closes it; raises CannotStart."""
    if settings.database.url is not None:
        raise CannotStart(
            "config/core.json: database.url: only the embedded SQLite is supported by this version.",
            hint="Set database.url to null.",
        )
    migrate(home.database_file, home.backups_dir, settings.limits.backups_kept)
    contract = build_schema()
    operations = rest_operations(contract)
    database = Database(
        home.database_file,
        seconds=settings.limits.query_seconds,
        waiting=settings.limits.waiting_per_client,
        record_bytes=settings.limits.record_bytes,
    )
    store = open_store(home, settings, partial(RecordedStore, database))
    limits = settings.limits
    renditions = Renditions(home.thumbnails_dir, limits.cache_bytes, limits.disk_reserve_bytes)
    exiftool = _exiftool(settings, home)
    staging = Staging(home.tmp_dir, settings.limits.disk_reserve_bytes)
    install = InstallToken(home.settings_file, settings.auth.install_token.get_secret_value())
    signed = SignedAddresses(install.signing_key)
    files = FileTransfers(contract, operations, store, staging, signed)
    uploads = ResumableUploads(database, staging, files, limits)
    stored_bytes = StoredBytes(database, store, renditions.remove)
    followers = min(limits.followers, most_connections(limits.connections) // 2)
    needs_of_jobs = {each.name: each.needs for each in contract.job_types.values()}
    events = Events(database, needs_of_records(contract.graphql), followers, needs_of_jobs)
    core = Core(
        database=database,
        settings=settings,
        home=home.root,
        instance_id=secrets.token_hex(16),
        version=product_version(),
        started_at=now(),
        sign_download=signed.of_download,
        sign_thumbnail=signed.of_thumbnail,
        permissions=permissions_of(contract.graphql),
        answers=AnswerMemory(settings.limits),
        store=store,
        events=events,
        stored_bytes=stored_bytes,
        examiner=_examiner(settings, database, store, stored_bytes, renditions, exiftool, events),
        statements=PreparedSelects(MAX_STATEMENTS),
        computing=Workers("computing", COMPUTING_THREADS, waiting=settings.limits.waiting_per_client),
        job_types=contract.job_types,
        jobs=Notices(limits.waiting_claims),
    )
    authenticator = Authenticator(core, install, SessionCookie(home.root))
    command = TokenCommand(home.root)
    cache = AnswerCache(lambda: core.database.generation, settings.limits.answer_cache_bytes)
    routes = _routes(contract, operations, core, authenticator)

    app = Application(
        title="FaceForge Core",
        version=core.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
        outermost=_outermost(settings),
        middleware=_middleware(core, authenticator, routes, cache, command),
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=_lifespan(core, staging, uploads),
    )
    app.router.routes.extend(routes)
    app.state.core, app.state.files, app.state.answers = core, files, cache
    app.state.uploads = TusAddress(uploads, files.needs, limits.upload_bytes)
    app.state.signed_addresses = signed
    app.state.documents = contract.documents
    app.state.event_address = EventAddress(contract, operations)
    app.state.job_log_address = JobLogAddress(contract, operations)
    app.state.authenticator = authenticator
    app.state.token_command = command.shown_to
    app.state.link_command = TokenCommand(home.root, "link").shown_to
    return app


def _exiftool(settings: Settings, home: Home) -> ExifTool | None:
    """ExifTool, where it is installed and not turned off."""
    program, limits = find_exiftool(settings, home), settings.limits
    if program is None:
        return None
    return ExifTool(program, seconds=limits.reader_seconds, memory_bytes=limits.reader_bytes)


def _examiner(
    settings: Settings,
    database: Database,
    store: ObjectStore,
    stored_bytes: StoredBytes,
    renditions: Renditions,
    exiftool: ExifTool | None,
    events: Events,
) -> Examiner:
    """What reads files: in fewer processes than there are processors, so that requests have one."""
    limits, reading = settings.limits, settings.reading
    count = max(1, (os.cpu_count() or 1) - 1) if reading.workers is None else reading.workers
    bounds = Bounds(limits.image_pixels, reading.hash_all_files)
    tools = [] if exiftool is None else [Tool(EXIFTOOL, VERSION, takes, exiftool.read, exiftool.close)]
    examinations = Examinations(
        database=database,
        store=store,
        stored_bytes=stored_bytes,
        processes=ReaderProcesses(count, limits.reader_seconds, limits.reader_bytes, bounds),
        renditions=renditions,
        readers=tuple(each for each in READERS if each.available()),
        tools=tuple(tools),
        at_once=count and count + 1,  # one waits, so that none has to
    )
    return Examiner(
        database=database,
        examinations=examinations,
        renditions=renditions,
        most_bytes=limits.extracted_bytes,
        announce=partial(events.announce, needs=events.types.needs["asset"]),
    )


def _routes(
    contract: Contract,
    operations: list[RestOperation],
    core: Core,
    authenticator: Authenticator,
) -> list[BaseRoute]:
    """Every address: written by hand, generated from the schema, and the pages."""
    return [
        *path_operations(operations),
        *contract_routes(contract, operations),
        *GraphqlView(contract).routes(),
        WebSocketRoute("/graphql", GraphqlWebSocket(contract, core, authenticator)),
        RestRouter(rest_routes(contract, operations)),
        *faceforge_ui.routes(contract, context_of),
    ]


def _lifespan(
    core: Core, staging: Staging, uploads: ResumableUploads
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What happens before the first request and after the last."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        for sweep in (staging.sweep, core.store.sweep):
            try:
                if swept := await asyncio.to_thread(sweep):
                    log.info("removed %d files that an earlier run left half-written", swept)
            except FaceForgeError as error:  # what is known about the files can be read all the same
                log.warning("what an earlier run left half-written cannot be removed now: %s", error)
        await core.stored_bytes.find_left()
        counted = asyncio.create_task(asyncio.to_thread(core.examiner.renditions.sweep))
        tending = asyncio.create_task(core.stored_bytes.tend())
        expiring = asyncio.create_task(uploads.tend())
        dropping = asyncio.create_task(Retention(core.database, core.settings.journal).tend())
        kept_days = core.settings.jobs.keep_days
        removing = asyncio.create_task(JobRetention(core.database, core.stored_bytes, kept_days).tend())
        forgetting = asyncio.create_task(known_files.tend(core.database))
        reads = core.examiner.examinations.at_once > 0
        reading = asyncio.create_task(core.examiner.work() if reads else asyncio.sleep(0))
        executor = JobExecutor(core, staging)
        running = asyncio.create_task(executor.work())
        scheduling = asyncio.create_task(ScheduleTender(core).tend())
        try:
            yield
        finally:
            core.events.close()
            core.jobs.close()
            handing_back = asyncio.create_task(executor.stop(LAST_SECONDS))
            tasks = {
                tending,
                expiring,
                dropping,
                removing,
                forgetting,
                reading,
                counted,
                running,
                scheduling,
            }
            for each in tasks:
                each.cancel()  # a thread goes on to its end, which nobody needs any more
            stopped = asyncio.create_task(core.examiner.examinations.stop())
            await asyncio.wait({*tasks, stopped, handing_back}, timeout=LAST_SECONDS)
            core.computing.close()
            core.database.stop()
            core.database.close()

    return lifespan


def _outermost(settings: Settings) -> list[Middleware]:
    """What every answer passes on its way out, the one to an unexpected error too; the outermost first."""
    origins = settings.network.allowed_origins
    return [Middleware(RequestIds), *([Middleware(CrossOrigin, origins=origins)] if origins else [])]


def _middleware(
    core: Core,
    authenticator: Authenticator,
    routes: list[BaseRoute],
    cache: AnswerCache,
    command: TokenCommand,
) -> list[Middleware]:
    """What every request passes on its way in, the outermost first."""
    signed = Addresses(routes, takes_signature)
    return [
        Middleware(HostCheck, allowed=core.settings.network.allowed_hosts),
        Middleware(
            OriginCheck,
            pages=Addresses(routes, is_page),
            signed=signed,
            allowed=core.settings.network.allowed_origins,
        ),
        Middleware(
            Authentication,
            authenticator=authenticator,
            public=Addresses(routes, is_public),
            signed=signed,
            command=command,
        ),
        Middleware(CachedAnswers, cache=cache, budget=core.read_budget),
    ]
