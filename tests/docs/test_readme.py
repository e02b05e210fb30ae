"""The README, followed: what it tells a newcomer to type works as it stands, in a home with an odd name."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from newcomer import TRIAL, newcomer
from pages import ROOT, examples
from served_core import SECONDS

from faceforge_storage.home.home import Home, open_home

pytestmark = pytest.mark.needs("bash", "curl")


def commands() -> list[str]:
    """What the README tells to type, without what explains it."""
    typed = [line for each in examples(ROOT / "README.md") for line in each.text.splitlines()]
    return [re.sub(r"\s+#.*", "", line) for line in typed if line.strip()]


def test_start_sign_in_and_the_tour(tmp_path: Path) -> None:
    start, sign_in, tour = commands()
    folder, environment = newcomer(tmp_path)
    home = Path(environment["HOME"]) / TRIAL
    # The usual port may be taken on the machine that runs the tests.
    typed = ["bash", "-c", f"exec {start} --port 0"]
    core = subprocess.Popen(typed, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + SECONDS
        while not (ports := Home(home).read_ports()):
            assert core.poll() is None
            assert time.monotonic() < end, "FaceForge did not start"
            time.sleep(0.05)
        link = say(sign_in, folder, environment).strip()
        assert link.startswith(f"{ports['url']}/sign-in/")
        body = {"code": link.rpartition("/")[2]}
        assert httpx.post(f"{ports['url']}/v1/sessions", json=body, trust_env=False).status_code == 201
        shown = say(tour, folder, environment)
        assert ports["url"] in shown
        assert str(home) in shown
    finally:
        core.terminate()
        printed, _ = core.communicate(timeout=SECONDS)
    assert ports["url"] in printed
    assert open_home(home)[1].auth.install_token.get_secret_value() not in printed


def say(command: str, folder: Path, environment: dict[str, str]) -> str:
    """What a command prints; it has to succeed."""
    ran = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
