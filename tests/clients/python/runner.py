"""Counts the letters of texts: runs the jobs of the type `letters.count`, with nothing but Python."""

import json
import os
import time
from collections import Counter
from contextlib import suppress
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL, TOKEN, KIND = os.environ["FACEFORGE_URL"], os.environ["FACEFORGE_TOKEN"], "letters.count"
INPUT = {"type": "object", "required": ["asset_id"], "properties": {"asset_id": {"type": "string"}}}


def ask(method: str, path: str, body: Any = None, media_type: str = "application/json") -> Any:
    """What Core answers. While it is away or busy the same is sent again, which it recognizes."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": media_type}
    while True:
        try:
            with urlopen(Request(f"{URL}/v1{path}", data, headers, method=method), timeout=60) as answer:
                return answer.read() if path.endswith("/download") else json.load(answer)
        except OSError as error:
            if isinstance(error, HTTPError) and error.code not in (429, 502, 503, 504):
                raise RuntimeError(json.load(error)["detail"]) from None
            time.sleep(1)


def run(job: dict[str, Any], here: str, lease: dict[str, str]) -> Any:
    """Do a job, from the checkpoint of an earlier attempt on, until it is done or is to stop."""
    lines = ask("GET", f"/assets/{job['input']['asset_id']}/download").decode().splitlines()
    saved, heard = job["checkpoint"] or {"line": 0, "letters": {}}, 0.0
    letters = Counter(saved["letters"])
    ask("POST", f"{here}/log", {**lease, "entries": [{"seq": 1, "message": f"After line {saved['line']}"}]})
    for number, line in enumerate(lines[saved["line"] :], saved["line"] + 1):
        letters.update(each for each in line.lower() if "a" <= each <= "z")
        time.sleep(job["input"].get("seconds_a_line", 0))
        if time.monotonic() > heard + 1:
            saved, heard = {"line": number, "letters": letters}, time.monotonic()
            said = {**lease, "checkpoint": saved, "progress": {"fraction": number / len(lines)}}
            told = ask("POST", f"{here}/heartbeat", said)
            if told["cancel_requested"] or told["pause_requested"]:
                return ask("POST", f"{here}/release", lease)
    table = "".join(f"{each}\t{letters[each]}\n" for each in sorted(letters)).encode()
    file = ask("PUT", "/assets/upload?filename=letters.tsv&kind=text.letters", table, "text/plain")
    done = {"output": {"letters": letters.total()}, "output_asset_ids": [file["asset_id"]]}
    return ask("POST", f"{here}/complete", {**lease, **done})


ask("PUT", f"/job-types/{KIND}", {"title": "Count letters", "input_schema": INPUT, "needs": ["assets:read"]})
while True:
    for job in ask("POST", "/jobs/claim", {"runner_id": "letters", "types": [KIND], "wait_s": 20})["jobs"]:
        here, lease = f"/jobs/{job['job_id']}", {"lease_token": job["lease_token"]}
        try:
            run(job, here, lease)
        except Exception as error:
            failed = {"code": "failed", "message": str(error)}
            with suppress(RuntimeError):  # where the lease was lost, it is another's
                ask("POST", f"{here}/fail", {**lease, "error": failed})
