"""Cores that the tests of the faces share: one for a module, one for each face, or a fresh one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faces import Face, GraphqlFace, RestFace
from running_core import RunningCore, on_a_socket, running_core
from world import World

from faceforge_server.jobs.executor import JobExecutor

COUNTED = iter(range(1, 1_000_000))


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    """One Core for all tests of a module; they keep apart by `world`."""
    with running_core(tmp_path_factory.mktemp("core")) as made:
        yield made


@pytest.fixture
def no_job_is_run(core: RunningCore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Core's own jobs that are made now wait until the test is over, and those of earlier tests have ended: what a job
    does are changesets of its own, at any time."""
    core.let_jobs_end()
    nothing: dict[str, Any] = {"ended": [], "reasons": {}, "claimed": [], "moments": []}
    monkeypatch.setattr(JobExecutor, "_look_in", lambda *_: nothing)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[RunningCore]:
    """A Core of the test's own, empty."""
    with running_core(tmp_path / "fresh") as made:
        yield made


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningCore, RunningCore]]:
    """Two Cores that get the same requests, each on its own face."""
    with (
        running_core(tmp_path_factory.mktemp("rest")) as first,
        running_core(tmp_path_factory.mktemp("graphql")) as second,
    ):
        yield first, second


@pytest.fixture
def world(core: RunningCore) -> World:
    """Records of the test's own in the Core of the module."""
    return World(core, next(COUNTED))


@pytest.fixture(params=[RestFace, GraphqlFace], ids=["rest", "graphql"])
def face(request: pytest.FixtureRequest, core: RunningCore) -> Face:
    """Each face in turn."""
    made: Face = request.param(core)
    return made


@pytest.fixture(scope="module")
def address(core: RunningCore) -> Iterator[str]:
    """Where the Core of the module answers on a real WebSocket."""
    with on_a_socket(core) as http:
        yield http.replace("http://", "ws://") + "/graphql"
