"""Jobs and schedules in the journal: only for who may see them."""

from __future__ import annotations

from typing import Any

import pytest
from probe_jobs import make
from running_core import RunningCore


@pytest.mark.parametrize("record", ["job", "schedule"])
def test_who_may_not_see_a_job_or_schedule_finds_it_in_no_journal(core: RunningCore, record: str) -> None:
    """J14"""

    def made_of(kind: str) -> str:
        if record == "job":
            return make(core, kind)
        body = {"name": kind, "cron": "0 3 * * *", "job_type": kind}
        return str(core.request("POST", "/v1/schedules", json=body).json()["schedule_id"])

    for name, needs in {"test.closed": ["entities:write"], "test.open": []}.items():
        core.request("PUT", f"/v1/job-types/{name}", json={"needs": needs})
    closed, opened = made_of("test.closed"), made_of("test.open")
    document = (
        """query q($job: String) { changes(recordId: $job) { totalCount nodes { recordId changesetId } } }"""
    )
    below = """query q($id: BigInt!) { changeset(changesetId: $id) { changes { totalCount nodes { recordId } } } }"""

    def asked(token: str, query: str, **variables: Any) -> Any:
        answer = core.request("POST", "/graphql", token=token, json={"query": query, "variables": variables})
        return answer.json()["data"]

    for permissions, seen in (
        (["journal:read"], set()),
        (["journal:read", "entities:write"], set()),
        (["journal:read", "jobs:read"], {opened}),
        (["journal:read", "jobs:read", "entities:write"], {opened, closed}),
    ):
        token = core.limited_token(*permissions)
        for job_id in (closed, opened):
            expected = [job_id] if job_id in seen else []
            path = f"/v1/changes?record_id={job_id}&include_total=true"
            listed = core.request("GET", path, token=token).json()
            assert [each["record_id"] for each in listed["items"]] == expected
            found = asked(token, document, job=job_id)["changes"]
            assert found["totalCount"] == listed["total"] == len(expected)
            (made,) = asked("install", document, job=job_id)["changes"]["nodes"]
            inside = asked(token, below, id=made["changesetId"])["changeset"]["changes"]
            assert (inside["totalCount"], [each["recordId"] for each in inside["nodes"]]) == (
                len(expected),
                expected,
            )
        assert core.request("GET", "/v1/changes?record_type=token", token=token).json()["items"]
