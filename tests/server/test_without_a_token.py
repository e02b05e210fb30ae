"""Who comes without a token learns how to sign in: a program by a problem, a person by a page; neither learns more."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from core_process import CoreProcess

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
OPENED = {
    "Accept": BROWSER,
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Site": "none",
}
ASSET = f"/v1/assets/{'0' * 64}/download"
ELSEWHERE = {"X-Forwarded-For": "192.168.1.7"}


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    started = CoreProcess(tmp_path_factory.mktemp("standing") / "my home")
    yield started
    started.kill()


@pytest.fixture
def stranger(core: CoreProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=core.url, trust_env=False) as client:
        yield client


def command_of(core: CoreProcess) -> str:
    return next(line.strip() for line in core.terminal().splitlines() if " token --home " in line)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/entities"), ("GET", ASSET), ("POST", "/graphql"), ("GET", "/nowhere")]
)
@pytest.mark.parametrize("token", [{}, {"X-FaceForge-Token": "ff_wrong"}], ids=["no token", "wrong token"])
def test_a_program_is_told_the_command_on_this_machine_and_no_path_elsewhere(
    core: CoreProcess, stranger: httpx.Client, method: str, path: str, token: dict[str, str]
) -> None:
    here = stranger.request(method, path, headers=token)
    there = stranger.request(method, path, headers={**token, **ELSEWHERE})
    assert here.status_code == there.status_code == 401
    assert f"`{command_of(core)}`" in here.text.replace("\\\\", "\\")
    assert str(core.home.root) not in there.text
    assert "dev.py" not in there.text
    assert "The terminal in which FaceForge was started names the command" in there.text


@pytest.mark.parametrize("path", ["/v1/entities", ASSET, "/nowhere"])
@pytest.mark.parametrize("asked", [OPENED, {"Accept": BROWSER}], ids=["Sec-Fetch", "an address without TLS"])
def test_a_person_who_opens_an_address_gets_a_page_to_sign_in(
    core: CoreProcess, stranger: httpx.Client, path: str, asked: dict[str, str]
) -> None:
    answer = stranger.get(path, headers=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["vary"] == "Accept, Sec-Fetch-Mode"
    assert answer.headers["cache-control"] == "no-store"
    assert (
        answer.headers["content-security-policy"]
        == stranger.get("/sign-in").headers["content-security-policy"]
    )
    assert '<form id="sign-in"' in answer.text
    command = command_of(core).replace(" token ", " token link ")
    assert html.escape(command, quote=True).replace("&#x27;", "&#39;") in answer.text
    assert str(core.home.root) not in stranger.get(path, headers={**asked, **ELSEWHERE}).text


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"Accept": "*/*"},
        {"Accept": "application/json"},
        {"Accept": "text/html, application/json"},
        {"Accept": BROWSER, "Sec-Fetch-Mode": "cors"},
        {"Accept": "image/avif,*/*", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    ],
)
def test_programs_scripts_and_elements_get_the_problem(stranger: httpx.Client, asked: dict[str, str]) -> None:
    answer = stranger.get(ASSET, headers=asked)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["vary"] == "Accept, Sec-Fetch-Mode"


def test_a_link_on_another_site_leads_nowhere(stranger: httpx.Client) -> None:
    answer = stranger.get(ASSET, headers={**OPENED, "Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


def steps_of(page: str, url: str) -> list[str]:
    """What the page for programs tells to type, as a browser shows it."""
    boxes = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page.partition('class="steps ')[2], re.DOTALL)
    shown = [re.sub(r"<span data-origin>[^<]*</span>", url, each) for each in boxes]
    return [html.unescape(re.sub(r"<[^>]+>", "", each)) for each in shown]


@pytest.mark.needs("bash", "curl")
def test_the_first_steps_of_the_page_work_pasted_one_after_another(
    core: CoreProcess, stranger: httpx.Client, tmp_path: Path
) -> None:
    steps = steps_of(core.client.get("/settings/api").text, core.url)
    assert len(steps) == 4
    again = steps[-1]
    ran = subprocess.run(
        ["bash"],
        input="\n".join([*steps, again]),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout.count("The same, byte for byte")) == (0, 2), ran.stderr
    assert (tmp_path / "copy.svg").read_bytes() == (tmp_path / "portrait.svg").read_bytes()
    [ada] = core.client.get("/v1/entities").json()["items"]
    assert f"Ada is {ada['entity_id']}\n" in ran.stdout
    assert (
        core.client.get(f"/v1/entities/{ada['entity_id']}/assets").json()["items"][0]["filename"]
        == "portrait.svg"
    )
    assert core.token not in ran.stdout + ran.stderr


@pytest.mark.needs("bash", "curl")
def test_on_another_machine_the_token_is_pasted_and_a_wrong_one_spoils_no_file(
    core: CoreProcess, stranger: httpx.Client, tmp_path: Path
) -> None:
    steps = steps_of(core.client.get("/settings/api", headers=ELSEWHERE).text, core.url)
    assert str(core.home.root) not in "".join(steps)
    assert steps[0] == "read -rs TOKEN"
    typed = "\n".join([steps[0], "ff_wrong", "ASSET=0", steps[-1]])
    ran = subprocess.run(["bash"], input=typed, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "401" in ran.stderr
    assert not (tmp_path / "copy.svg").exists()


def test_two_different_tokens_are_refused_and_one_sent_twice_is_not(
    core: CoreProcess, stranger: httpx.Client
) -> None:
    right, wrong = f"Bearer {core.token}", "ff_other"
    twice = stranger.get("/v1/entities", headers={"Authorization": right, "X-FaceForge-Token": core.token})
    two = stranger.get("/v1/entities", headers={"Authorization": right, "X-FaceForge-Token": wrong})
    of_one_name = stranger.get("/v1/entities", headers=[("Authorization", right), ("Authorization", wrong)])
    assert (twice.status_code, of_one_name.status_code) == (200, 200), "what is no bearer token is none"
    assert (two.status_code, two.json()["detail"]) == (401, "Two different tokens were sent. Send one.")
