"""The plan of an import: what is found, who gets it by what rule, what is here already, and what must be decided."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from importer import Importer
from running_core import running_core

from faceforge_storage.imports import hashing


@pytest.fixture
def importer(tmp_path: Path) -> Iterator[Importer]:
    with running_core(tmp_path / "home") as core:
        yield Importer(core, tmp_path / "source")


def test_new_files_are_told_from_those_that_are_here_and_repeats_from_first_ones(importer: Importer) -> None:
    held = importer.world.upload(b"held", "x.bin", kind="image.original")["asset_id"]
    gone = importer.world.upload(b"gone", "y.bin")["asset_id"]
    importer.world.face.call("delete_asset", asset_id=gone).ok()
    importer.put(a="held", b="new", c="gone", d="new", e="heLd", f="")
    plan = importer.plan()
    states = {name: each["state"] for name, each in plan.files.items()}
    assert states == {"a": "here", "b": "new", "c": "new", "d": "new", "e": "new", "f": "new"}
    assert plan.files["a"]["asset_id"] == held
    assert plan.files["c"]["stored"]  # its bytes are there, in the trash
    assert [name for name, each in plan.files.items() if each.get("repeated")] == ["d"]
    assert plan.totals == {"found": 6, "new": 5, "here": 1, "repeated": 1, "bytes": 18, "new_bytes": 7}
    assert importer.plan(kind="doc.text").totals.get("here") is None  # no asset of that kind has the bytes


def test_only_what_may_be_here_is_read_and_nothing_twice(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = hashing.sha256_of

    def counted(folder: Any, found: Any, check: Any) -> str:
        read.append(found.path)
        return real(folder, found, check)

    monkeypatch.setattr("faceforge_schema.imports.planned_files.sha256_of", counted)
    importer.world.upload(b"four", "x.bin")
    importer.put(a="four", b="five5", c="sixsix", d="sevens")
    importer.plan()
    assert read == ["a", "c", "d"]  # `b` has a size of its own
    importer.plan()
    assert read == ["a", "c", "d"]
    importer.put(c="sixsi!")
    importer.plan()
    assert read == ["a", "c", "d", "c"]


def test_sidecars_say_what_a_file_is_and_directory_ones_give_defaults(importer: Importer) -> None:
    source = importer.world.sketch
    importer.put(
        **{
            "_meta.json": {"tags": ["all"], "role": "far", "user_metadata": {"a": 1, "b": 1}},
            "x/_meta.json": {"kind": "image.original", "tags": ["x"], "b": 2, "mood": "calm"},
            "x/p.png": "p",
            "x/p_meta.json": {"tags": ["own", "all"], "role": "near"},
            "x/p.png_meta.json": {"kind": "image.cover", "derived_from": source, "mood": "wild"},
            "y.png": "y",
        }
    )
    plan = importer.plan(tags=["asked"], role=None)
    p, y = plan.files["x/p.png"], plan.files["y.png"]
    assert (p["kind"], p["tags"], p["derived_from"]) == ("image.cover", ["all", "x", "own", "asked"], source)
    assert p["user_metadata"] == {"a": 1, "b": 2, "mood": "wild"}
    assert p["sidecar"] == "x/p.png_meta.json"
    assert (y["tags"], y["user_metadata"], y.get("kind")) == (["all", "asked"], {"a": 1, "b": 1}, None)
    assert plan.totals["sidecars"] == 4
    assert importer.plan(kind="doc.text").files["x/p.png"]["kind"] == "doc.text"


def test_a_sidecar_that_cannot_be_read_is_reported_and_its_files_wait(importer: Importer) -> None:
    importer.put(
        **{
            "a/f": "", "a/f_meta.json": "{no", "b/_meta.json": "[]", "b/1": "", "b/2": "", "c": "",
            "c_meta.json": {"kind": "NO KIND"}, "d": "", "d_meta.json": b"\xff{}", "e": "",
            "e_meta.json": {"x": "y" * 2**20},
        }
    )  # fmt: skip
    plan = importer.plan()
    faulty = {name: each["reason"] for name, each in plan.files.items() if each["state"] == "unreadable"}
    wrong = ("a/f_meta.json", "b/_meta.json", "c_meta.json", "d_meta.json", "e_meta.json")
    assert faulty == dict.fromkeys(wrong, "invalid_sidecar")
    assert "kind" in plan.files["c_meta.json"]["message"]
    assert plan.decisions["bad_sidecar"]["files"] == plan.totals["undecided"] == 6
    assert [each["value"] for each in plan.decisions["bad_sidecar"]["options"]] == ["without", "leave_out"]


def test_entities_are_found_by_external_id_and_by_sidecar_and_made_once(importer: Importer) -> None:
    ada = importer.entity("Ada", external_ids=[{"namespace": "stash", "value": "42"}])
    bob = importer.entity("Bob")
    by_stash = {"external_id": {"namespace": "stash", "value": "42"}, "role": "lead"}
    a_bob, a_zoe = ({"display_name": name, "create": True} for name in ("Bob", "Zoë"))
    new = {"display_name": "Zed", "create": True, "external_id": {"namespace": "stash", "value": "77"}}
    importer.put(
        **{
            "1": "1", "1_meta.json": {"entities": [by_stash, bob]},
            "2": "2", "2_meta.json": {"entities": [new], "role": "extra"},
            "3": "3", "3_meta.json": {"entities": [{**new, "display_name": "Other"}, a_bob]},
            "4": "4", "4_meta.json": {"entities": [{"external_id": new["external_id"]}, a_zoe]},
            "5": "5", "5_meta.json": {"entities": [{"display_name": "ZOË", "create": True}]},
        }
    )  # fmt: skip
    plan = importer.plan(entity_ids=[bob], role="given")
    assert [plan.of(each) for each in "12345"] == [
        ["Ada", "Bob"], ["Zed", "Bob"], ["Zed", "Bob"], ["Zed", "Zoë", "Bob"], ["Zoë", "Bob"],
    ]  # fmt: skip
    roles = [[link.get("role") for link in plan.files[each]["links"]] for each in "12"]
    assert roles == [["lead", "given"], ["given", "given"]]
    told = {each["name"]: (each["rule"], each["entity_id"], each["files"]) for each in plan.entities.values()}
    assert told == {
        "Ada": ("external_id", ada, 1), "Bob": ("given", bob, 5),
        "Zed": ("sidecar", None, 3), "Zoë": ("sidecar", None, 2),
    }  # fmt: skip
    assert plan.totals["creates"] == 2
    assert plan.decisions == {}


def test_an_entity_that_a_sidecar_names_and_nobody_is_must_be_decided(importer: Importer) -> None:
    entry = {"external_id": {"namespace": "stash", "value": "0b"}}
    importer.put(**{name: name for name in "abc"}, **{"_meta.json": {"entities": [entry]}})
    importer.put(
        d="d",
        **{"d_meta.json": {"entities": ["f" * 64]}, "e/x": "x", "e/_meta.json": {"derived_from": "e" * 64}},
    )
    plan = importer.plan()
    assert plan.decisions["unknown_entity"]["files"] in (1, 5)
    assert "stash:0b" in json.dumps(plan.job["output"]["decisions"])
    assert plan.decisions["unknown_source"]["files"] == 1
    assert plan.totals["undecided"] == 5
    assert plan.files["a"]["links"] == [{"entity": None, "decision": "d1"}]


def test_a_folder_belongs_to_who_is_called_like_it(importer: Importer) -> None:
    importer.entity("Ada Lovelace", aliases=["Countess"])
    importer.put(
        **{"ADA_lovelace/1": "1", "ada-lovelace/2019/2": "2", "countess/3": "3", "New_One/4": "4", "5": "5"}
    )
    plan = importer.plan(entities_from="folder")
    assert [plan.of(each) for each in sorted(plan.files)] == [
        [],
        ["Ada Lovelace"],
        [],
        ["Ada Lovelace"],
        ["Ada Lovelace"],
    ]
    made = importer.plan(entities_from="folder", create_entities=True)
    assert made.of("New_One/4") == ["New One"]
    assert made.of("5") == []  # the folder that was chosen is nobody
    assert made.totals["creates"] == 1
    first = importer.plan(entities_from="first_folder", create_entities=True)
    assert first.of("ada-lovelace/2019/2") == ["Ada Lovelace"]
    assert importer.plan().totals.get("links") is None


def test_several_of_one_name_are_a_decision_with_what_tells_them_apart(importer: Importer) -> None:
    first = importer.entity("Juno", tags=["protagonist"])
    second = importer.entity("juno")
    importer.world.upload(b"one", "x.bin", entity_id=first)
    importer.put(**{f"juno/{number}": str(number) for number in range(24)}, **{"JUNO/x": "x"})
    plan = importer.plan(entities_from="folder")
    (decision,) = plan.decisions.values()
    assert (decision["question"], decision["files"], decision["example"]) == (
        "several_entities",
        25,
        "JUNO/x",
    )
    assert [each["value"] for each in decision["options"]] == [first, second, "create", "nobody", "leave_out"]
    assert decision["options"][0]["label"] == "Juno, 1 file, tag protagonist"
    assert plan.totals["undecided"] == 25
    assert plan.totals.get("creates") is None
    refused = importer.core.request(
        "POST",
        "/v1/assets/bulk-import",
        json={"plan_job_id": plan.job["job_id"], "decisions": {decision["decision"]: "x", "other": first}},
    )
    assert refused.status_code == 422
    codes = {each["pointer"]: each["code"] for each in refused.json()["errors"]}
    assert codes == {
        f"/decisions/{decision['decision']}": "unknown_choice",
        "/decisions/other": "unknown_decision",
    }


def test_names_that_are_no_text_come_in_readable_and_keep_their_bytes(importer: Importer) -> None:
    name = os.fsdecode(b"M\xfcller \xf0\x9f\x98\x80.txt")
    importer.put(**{name: "x", "line\nbreak": "y"})
    plan = importer.plan()
    file = plan.files["Müller 😀.txt"]
    assert file["filename"] == "Müller 😀.txt"
    assert base64.b64decode(file["user_metadata"]["raw_filename_base64"]) == os.fsencode(name)
    assert base64.b64decode(file["raw"]) == os.fsencode(name)
    assert plan.files["line\nbreak"]["filename"] == "line�break"


def test_a_file_that_is_still_written_is_left_for_later(importer: Importer) -> None:
    importer.put(done="done")
    growing = importer.source / "growing"
    growing.write_text("first")
    job_id = importer.begin()
    while importer.core.request("GET", f"/v1/jobs/{job_id}").json()["finished_at"] is None:
        time.sleep(0.15)
        with growing.open("a") as file:
            file.write("more")
    importer.world.ended(job_id)
    states = {each["file"]: each["state"] for each in importer.lines(job_id, "files")}
    assert states == {"done": "new", "growing": "growing"}
    assert importer.plan().files["growing"]["state"] == "new"


def test_what_is_too_large_for_an_upload_is_too_large_here(tmp_path: Path) -> None:
    with running_core(tmp_path / "home", limits={"upload_bytes": 3}) as core:
        importer = Importer(core, tmp_path / "source")
        importer.put(small="123", large="1234")
        assert importer.plan().files["large"]["reason"] == "too_large"


def test_the_home_is_never_entered_though_it_lies_in_the_folder(importer: Importer) -> None:
    importer.put(a="a")
    parent = str(importer.source.parent)
    plan = importer.plan(path=parent)
    assert plan.files["home"]["reason"] == "closed"
    assert [each for each in plan.files if each.startswith("home/")] == []


def test_a_plan_is_read_page_by_page_and_by_state(importer: Importer) -> None:
    importer.put(**{f"{number:02}": str(number) for number in range(25)}, **{"x": "", "x_meta.json": "no"})
    plan = importer.plan()
    job_id = plan.job["job_id"]
    assert [each["file"] for each in importer.lines(job_id, "files", limit=4)] == list(plan.files)
    assert [each["file"] for each in importer.lines(job_id, "files", limit=1, state="undecided")] == ["x"]
    assert importer.lines(job_id, "files", state="growing") == []


def test_a_plan_is_an_asset_of_its_job(importer: Importer) -> None:
    importer.put(a="a")
    plan = importer.plan()
    asset = importer.world.face.call("asset", asset_id=plan.job["output"]["plan_asset_id"]).ok()
    assert (asset["kind"], asset["owner"]) == ("job.plan", {"type": "system", "id": plan.job["job_id"]})
    answer = importer.core.request("GET", f"/v1/assets/{asset['asset_id']}/download")
    lines = [json.loads(each) for each in answer.content.splitlines()]
    assert lines[0]["root"] == str(importer.source)
    assert lines[-1]["summary"]["found"] == 1
    assert asset["content_hash"] == hashlib.sha256(answer.content).hexdigest()
    importer.put(b=answer.content)
    assert importer.plan().files["b"]["state"] == "new"  # what jobs keep is no asset that a file could be


def test_a_limited_token_may_import_only_from_what_the_setting_names(tmp_path: Path) -> None:
    with running_core(tmp_path / "home", imports={"roots": None}) as core:
        importer = Importer(core, tmp_path / "source")
        token = core.limited_token("imports:write", "jobs:read")
        asked = {"path": str(importer.source)}
        refused = core.request("POST", "/v1/assets/bulk-import", token=token, json=asked).json()
        assert refused["errors"][0]["code"] == "outside_roots"
        assert core.request("GET", "/v1/import/folders", token=token).json()["folders"] == []


def test_entities_of_folders_need_permissions_of_their_own(importer: Importer) -> None:
    token = importer.core.limited_token("imports:write")
    for asked in ({"entities_from": "folder"}, {"entities_from": "folder", "create_entities": True}):
        body = {"path": str(importer.source), **asked}
        refused = importer.core.request("POST", "/v1/assets/bulk-import", token=token, json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    importer.put(a="a", **{"a_meta.json": {"entities": [{"display_name": "Zed", "create": True}]}})
    plan = importer.plan(token)
    assert list(plan.decisions) == ["may_not_create"]


def test_the_roots_are_asked_again_when_the_job_begins(importer: Importer) -> None:
    importer.put(a="a")
    made = importer.core.request(
        "POST", "/v1/jobs", json={"job_type": "core.bulk_import", "input": {"path": "/etc", "dry_run": True}}
    )
    assert made.status_code == 201
    job = importer.world.ended(made.json()["job_id"])
    assert (job["state"], job["error"]["code"]) == ("failed", "invalid_input")
    asked = {"path": str(importer.source), "dry_run": True}
    later = importer.core.request(
        "POST",
        "/v1/jobs",
        json={"job_type": "core.bulk_import", "input": asked, "run_after": "2999-01-01T00:00:00Z"},
    )
    assert later.status_code == 201


def test_folders_are_listed_for_whoever_picks_one(importer: Importer) -> None:
    importer.put(**{"b/1": "", "A/1": "", ".hidden/1": "", "file": ""})
    (importer.source / "link").symlink_to("b")
    root = importer.source.parent
    listed = importer.core.request("GET", "/v1/import/folders").json()
    assert [each["path"] for each in listed["folders"]] == [str(root)]
    listed = importer.core.request("GET", f"/v1/import/folders?path={root}").json()
    assert ([each["name"] for each in listed["folders"]], listed["parent"]) == (["source"], None)
    listed = importer.core.request("GET", f"/v1/import/folders?path={importer.source}").json()
    assert [each["name"] for each in listed["folders"]] == ["A", "b"]
    assert listed["parent"] == str(root)


def test_a_plan_that_is_cancelled_ends_soon_and_keeps_nothing(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    importer.put(**{f"{number}": "same" + str(number % 10) for number in range(50)})
    real = hashing.sha256_of

    def slow(folder: Any, found: Any, check: Any) -> str:
        time.sleep(0.1)
        check(0)
        return real(folder, found, check)

    monkeypatch.setattr("faceforge_schema.imports.planned_files.sha256_of", slow)
    job_id = importer.begin()
    time.sleep(0.5)
    importer.world.face.call("cancel_job", job_id=job_id).ok()
    job = importer.world.ended(job_id)
    assert (job["state"], job["output_asset_ids"]) == ("cancelled", [])
    assert importer.core.request("GET", f"/v1/jobs/{job_id}/plan").status_code == 404


def test_a_plan_that_begins_again_hashes_nothing_again_that_was_kept(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    importer.put(**{f"{number}": f"same {number % 10}" for number in range(20)})
    real = hashing.sha256_of
    read: list[str] = []

    def breaking(folder: Any, found: Any, check: Any) -> str:
        if len(read) == 7:
            read.append("")
            raise RuntimeError
        read.append(found.path)
        return real(folder, found, check)

    monkeypatch.setattr("faceforge_schema.imports.planned_files.REMEMBERED_FILES", 5)
    monkeypatch.setattr("faceforge_schema.imports.planned_files.sha256_of", breaking)
    monkeypatch.setattr("faceforge_storage.jobs.endings.FIRST_PAUSE_S", 0.1)
    job = importer.world.ended(importer.begin())
    assert (job["state"], job["attempt"]) == ("succeeded", 2)
    assert len(read) - 1 == 20 + 2  # two of seven were not kept
