"""Counts the letters of texts: runs the jobs of the type `letters.count`, with nothing but Python."""

import json
import os
import string
import time
from collections import Counter
from contextlib import suppress
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL, TOKEN = os.environ["FACEFORGE_URL"], os.environ["FACEFORGE_TOKEN"]
SLOWLY = float(os.environ.get("SECONDS_A_LINE", "0"))
KIND, TEXT = "letters.count", {"type": "object", "required": ["asset_id"]}


def ask(method: str, path: str, body: Any = None, media: str = "application/json") -> Any:
    """What Core answers. While it is away or busy the same is sent again: it knows what it has had before."""
    data = body if body is None or media != "application/json" else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": media}
    while True:
        with suppress(OSError):
            try:
                with urlopen(Request(URL + path, data, headers, method=method), timeout=60) as answer:
                    read = answer.read()
                    return json.loads(read) if "json" in answer.headers["Content-Type"] else read
            except HTTPError as refused:
                if refused.code not in (429, 502, 503, 504):
                    raise RuntimeError(json.load(refused)["code"]) from None
        time.sleep(1)


def run(job: dict[str, Any], here: str, lease: dict[str, str]) -> None:
    """Do a job from its checkpoint on, tell how far it is, and stop when that is asked for."""
    lines = ask("GET", f"/v1/assets/{job['input']['asset_id']}/download").decode().lower().splitlines()
    reached = job["checkpoint"] or {"line": 0, "found": {}}
    found, heard = Counter(reached["found"]), 0.0
    entry = {"seq": 1, "message": "Counting.", "data": {"from_line": reached["line"], "lines": len(lines)}}
    ask("POST", f"{here}/log", lease | {"entries": [entry]})
    for number, line in enumerate(lines[reached["line"] :], reached["line"] + 1):
        found.update(set(string.ascii_lowercase).intersection(line))
        time.sleep(SLOWLY)
        if time.monotonic() > heard + 1:
            saved = {
                "checkpoint": {"line": number, "found": found},
                "progress": {"fraction": number / len(lines)},
            }
            told, heard = ask("POST", f"{here}/heartbeat", lease | saved), time.monotonic()
            if told["cancel_requested"] or told["pause_requested"]:
                return ask("POST", f"{here}/release", lease)
    table = "".join(f"{letter}\t{count}\n" for letter, count in sorted(found.items())).encode()
    asset = ask(
        "PUT", "/v1/assets/upload?filename=letters.tsv&kind=text.letters", table, "text/tab-separated-values"
    )
    done = {"output": {"letters": found.total()}, "output_asset_ids": [asset["asset_id"]]}
    ask("POST", f"{here}/complete", lease | done)


ask(
    "PUT", f"/v1/job-types/{KIND}", {"title": "Count letters", "input_schema": TEXT, "needs": ["assets:read"]}
)
while True:
    for job in ask(
        "POST", "/v1/jobs/claim", {"runner_id": f"letters {os.getpid()}", "types": [KIND], "wait_s": 20}
    )["jobs"]:
        here, lease = f"/v1/jobs/{job['job_id']}", {"lease_token": job["lease_token"]}
        try:
            run(job, here, lease)
        except Exception as error:
            if str(error) != "lease_lost":  # then it is another's, and nothing is to be said
                said = {"code": "failed", "message": str(error), "retryable": True}
                ...
