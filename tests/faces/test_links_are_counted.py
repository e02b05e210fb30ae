"""B2: the links of an asset are rows like any other: counted while they are read."""

from __future__ import annotations

from pathlib import Path

from running_core import running_core


def test_links_count_as_objects(tmp_path: Path) -> None:
    with running_core(tmp_path / "home") as core:
        asset = core.request("PUT", "/v1/assets/upload?filename=a.txt", content=b"a").json()["asset_id"]
        for number in range(21):
            one = core.request("POST", "/v1/entities", json={"display_name": str(number)}).json()["entity_id"]
            core.request("POST", f"/v1/entities/{one}/assets/{asset}/link").raise_for_status()
    query = {"query": "{ assets { nodes { linkedEntityIds } } }"}
    with running_core(tmp_path / "home", limits={"query_objects": 20}) as core:
        (error, *_) = core.request("POST", "/graphql", json=query).json()["errors"]
        assert error["extensions"]["code"] == "query_too_complex"
    with running_core(tmp_path / "home", limits={"query_objects": 22}) as core:
        (found,) = core.request("POST", "/graphql", json=query).json()["data"]["assets"]["nodes"]
        assert len(found["linkedEntityIds"]) == 21
