"""Downloads by the programs people have: the name each gives the file, its date, and no error taken for its bytes."""

from __future__ import annotations

import subprocess
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from core_process import SECONDS, CoreProcess
from stored import digest, put

CONTENT = bytes(range(256)) * 400
HASH = digest(CONTENT)[:8]
LONG = "ä" * 126 + ".png"
NAMES = {
    "a b.png": "a b.png",
    "Zoë Ñandú 1.png": "Zoe Nandu 1.png",
    "写真.png": f"file-{HASH}.png",
    "שלום עולם.txt": f"file-{HASH}.txt",
    "😀 party.png": f"party-{HASH}.png",
    'say "hi" 100%.txt': "say _hi_ 100_.txt",
    "CON.txt": "_CON.txt",
    ".hidden": "hidden",
    LONG: "a" * 126 + ".png",
}
"""File name -> what a program saves that reads the plain name alone."""
TRUE = {name: name for name in NAMES} | {LONG: "ä" * 118 + ".png"}
"""File name -> what a program saves that reads the name by RFC 8187."""
# curl and wget ask the system where its Python has a proxy.
DIRECT = {"no_proxy": "*", "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=DIRECT, capture_output=True, text=True, check=False, timeout=SECONDS
    )


@pytest.fixture
def bearer(standing: CoreProcess) -> str:
    return f"Authorization: Bearer {standing.token}"


def download(core: CoreProcess, name: str, content: bytes = CONTENT) -> str:
    made = put(core.client, content, name, on_duplicate="new").raise_for_status().json()
    return f"{core.url}/v1/assets/{made['asset_id']}/download"


@pytest.mark.needs("curl")
@pytest.mark.parametrize("name", NAMES)
def test_curl_saves_the_plain_name(standing: CoreProcess, bearer: str, tmp_path: Path, name: str) -> None:
    ran = run(tmp_path, "curl", "-sS", "--fail", "-OJ", "-H", bearer, download(standing, name))
    assert ran.returncode == 0, ran.stderr
    assert [each.name for each in tmp_path.iterdir()] == [NAMES[name]]
    assert (tmp_path / NAMES[name]).read_bytes() == CONTENT


@pytest.mark.needs("wget")
@pytest.mark.parametrize("name", [each for each in NAMES if each != LONG])
def test_wget_saves_the_true_name(standing: CoreProcess, bearer: str, tmp_path: Path, name: str) -> None:
    ran = run(tmp_path, "wget", "-q", "--content-disposition", "--header", bearer, download(standing, name))
    assert ran.returncode == 0, ran.stderr
    assert [each.name for each in tmp_path.iterdir()] == [TRUE[name]]


@pytest.mark.needs("aria2c")
@pytest.mark.parametrize("name", NAMES)
def test_aria2_saves_the_true_name(standing: CoreProcess, bearer: str, tmp_path: Path, name: str) -> None:
    ran = run(tmp_path, "aria2c", "--quiet", f"--header={bearer}", download(standing, name))
    assert ran.returncode == 0, ran.stdout
    assert [each.name for each in tmp_path.iterdir()] == [TRUE[name]]


@pytest.mark.needs("curl")
def test_curl_keeps_the_date_and_asks_by_it(standing: CoreProcess, bearer: str, tmp_path: Path) -> None:
    url = download(standing, "dated.bin")
    head = standing.client.head(url).headers
    date = parsedate_to_datetime(head["last-modified"])
    run(tmp_path, "curl", "-sS", "--fail", "-R", "-o", "got", "-H", bearer, url)
    assert (tmp_path / "got").stat().st_mtime == date.timestamp()
    again = run(
        tmp_path, "curl", "-sS", "--fail", "-z", "got", "-o", "new", "-w", "%{http_code}", "-H", bearer, url
    )
    assert again.stdout == "304"
    assert (tmp_path / "got").read_bytes() == CONTENT


@pytest.mark.needs("wget")
def test_wget_gets_no_file_twice(standing: CoreProcess, bearer: str, tmp_path: Path) -> None:
    url = standing.client.post(
        download(standing, "dated.bin").replace("/download", "/signed-url"), json={}
    ).json()["url"]  # a signed address, too, has its date
    asked = [run(tmp_path, "wget", "-S", "-N", url).stderr for _ in range(2)]
    assert ["200 OK" in each for each in asked] == [True, False]
    assert ["304 Not Modified" in each for each in asked] == [False, True]


@pytest.mark.needs("curl")
def test_a_resume_behind_an_error_ends_with_the_right_bytes(
    standing: CoreProcess, bearer: str, tmp_path: Path
) -> None:
    """As the docs have it: with `--fail`, the refusal of an empty token leaves no file to go on behind."""
    url = download(standing, "resumed.bin")
    command = ("curl", "-sS", "--fail", "-C", "-", "-o", "got", url, "-H")
    assert run(tmp_path, *command, "Authorization: Bearer ").returncode == 22
    assert not (tmp_path / "got").exists()
    (tmp_path / "got").write_bytes(CONTENT[:1000])
    assert run(tmp_path, *command, "Authorization: Bearer ").returncode == 22
    assert (tmp_path / "got").read_bytes() == CONTENT[:1000]
    assert run(tmp_path, *command, bearer).returncode == 0
    assert (tmp_path / "got").read_bytes() == CONTENT
