"""Random queries of Core's own schema are answered by levels as graphql-core answers them object by object.

Run with more documents:  python tests/faces/test_levels_beside_graphql_core.py 5000
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import object_by_object
import orjson
import pytest
from graphql import GraphQLEnumType, get_named_type, get_nullable_type, is_leaf_type, is_required_argument
from running_core import CONTRACT, RunningCore, running_core

from faceforge_schema.execute.masking import mask

DOCUMENTS, PARTS = 1500, 6
ROOTS = ("entities", "assets", "descriptors", "relationships", "relationTypes", "fieldDefinitions", "changesets",
         "changes", "tokens", "entity", "asset", "entityAssets", "entityDescriptors", "systemInfo")  # fmt: skip
SAME = frozenset({"startedAt", "instanceId", "downloadUrl", "thumbnailUrl", "freeBytes", "heldBytes"})
"""Fields that differ between two answers to the same document: of another Core, or of another second."""


class Records:
    """A Core with a little of everything, some of it in the trash, and the ids to ask by."""

    def __init__(self, core: RunningCore) -> None:
        self.core = core
        dice = random.Random(5)
        self.entities = [self.post("entities", {"display_name": f"E{n % 4}", "tags": ["t"] * (n % 2), "aliases": ["a"]},
                                   "entity_id") for n in range(7)]  # fmt: skip
        self.assets = []
        for number in range(8):
            files = {"file": (f"{number % 3}.txt", str(number).encode())}
            owners = {"entity_id": dice.sample(self.entities, dice.randrange(5)), "role": f"r{number % 2}"}
            if self.assets and number % 2:
                owners["derived_from_asset_id"] = self.assets[0]
            answer = core.request("POST", "/v1/assets/upload", files=files, data=owners)
            self.assets.append(answer.json()["asset_id"])
        for number in range(12):
            src, dst = dice.choice(self.entities), dice.choice(self.entities)
            kind = ("friend", "parent", "rival")[number % 3]
            body = {
                "src_entity_id": src,
                "dst_entity_id": dst,
                "relationship_type": kind,
                "valid_from": str(1900 + number),
            }
            self.post("relationships", body, "relationship_id")
            fact = {
                "field_key": f"k{number % 2}",
                "value": [number, None],
                "evidence_asset_id": dice.choice(self.assets),
            }
            self.post(f"entities/{src}/descriptors", fact, "descriptor_id")
        core.request(
            "PATCH", f"/v1/entities/{self.entities[1]}", json={"primary_thumbnail_asset_id": self.assets[1]}
        )
        self.post(
            "admin/field-defs", {"field_key": "h", "field_type": "number", "scope": "both"}, "field_key"
        )
        core.limited_token("assets:read")
        for path in (f"entities/{self.entities[2]}", f"assets/{self.assets[3]}"):
            core.request("DELETE", f"/v1/{path}")

    def post(self, path: str, body: Any, key: str) -> str:
        answer = self.core.request("POST", f"/v1/{path}", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()[key])

    def difference(self, seed: int) -> str | None:
        """What the two answers to one document differ in, if they do."""
        dice = random.Random(seed)
        root = dice.choice(ROOTS)
        asked = self.field(CONTRACT.graphql.query_type, root, dice, 0)
        used = "u: __typename @include(if: $yes) @skip(if: $no)"
        text = f"query ($yes: Boolean!, $no: Boolean!) {{ {asked} {used} }}"
        variables = {"yes": dice.random() < 0.6, "no": dice.random() < 0.3}
        answer = self.core.request("POST", "/graphql", json={"query": text, "variables": variables}).json()
        wanted = object_by_object.ask(self.core, text, variables)
        mask(wanted.errors or [])
        errors = {(tuple(each.path or ()), (each.extensions or {})["code"]) for each in wanted.errors or ()}
        found = {
            (tuple(each.get("path", ())), each["extensions"]["code"]) for each in answer.get("errors", ())
        }
        if {code for _, code in found} & {"query_too_complex", "graphql_validation_failed"}:
            return None  # refused before anything runs; two fields may have drawn the same alias
        if orjson.dumps(answer.get("data")) != orjson.dumps(wanted.data) or errors != found:
            return f"{text} {variables}: {answer} is not {wanted}"
        return None

    def field(self, kind: Any, name: str, dice: random.Random, depth: int) -> str:
        field = kind.fields[name]
        below = get_named_type(field.type)
        alias = f"a{dice.randrange(99)}: " if dice.random() < 0.3 else ""
        condition = dice.choice(["", "", "", "@include(if: $yes)", "@skip(if: $no)"])
        body = "" if is_leaf_type(below) else f" {{ {self.selection(below, dice, depth + 1)} }}"
        return f"{alias}{name}{self.arguments(field, dice)} {condition}{body}"

    def selection(self, kind: Any, dice: random.Random, depth: int) -> str:
        names = [name for name in kind.fields if name not in SAME]
        leaves = [name for name in names if is_leaf_type(get_named_type(kind.fields[name].type))]
        chosen = dice.sample(names, min(len(names), dice.randrange(1, 5))) if depth < 9 else []
        if not leaves and not chosen:
            chosen = ["nodes"] if "nodes" in names and depth < 10 else []
        parts = [self.field(kind, name, dice, depth) for name in chosen or leaves[:2]]
        if dice.random() < 0.2 and leaves:
            parts.append(f"... on {kind.name} {{ {dice.choice(leaves)} __typename }}")
        return " ".join([*parts, "__typename"])

    def arguments(self, field: Any, dice: random.Random) -> str:
        given = []
        for name, argument in field.args.items():
            kind = get_nullable_type(argument.type)
            if name in {"entityId", "assetId"}:
                given.append(f'{name}: "{dice.choice(self.entities if name == "entityId" else self.assets)}"')
            elif name == "first":
                given.append(f"first: {dice.choice([1, 2, 3, 40, 0])}" if dice.random() < 0.9 else "first: 2")
            elif isinstance(kind, GraphQLEnumType) and dice.random() < 0.6:
                given.append(f"{name}: {dice.choice(list(kind.values))}")
            elif name in {"kind", "fieldKey", "relationshipType"} and dice.random() < 0.3:
                given.append(f'{name}: "{dice.choice(["file", "k1", "friend"])}"')
            assert given or not is_required_argument(argument), name
        return f"({', '.join(given)})" if given else ""


@pytest.fixture(scope="module")
def kept(core: RunningCore) -> Records:
    return Records(core)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_random_query_is_answered_as_object_by_object(kept: Records, part: int) -> None:
    assert [found for seed in range(part, DOCUMENTS, PARTS) if (found := kept.difference(seed))] == []


def main() -> None:
    with tempfile.TemporaryDirectory() as directory, running_core(Path(directory) / "home") as core:
        kept = Records(core)
        wrong = [found for seed in range(int(sys.argv[1])) if (found := kept.difference(seed))]
        print(*wrong[:3], f"{sys.argv[1]} documents, {len(wrong)} answered differently", sep="\n")


if __name__ == "__main__":
    main()
