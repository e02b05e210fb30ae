"""A3: a run of schemathesis over the GraphQL schema: whatever it asks, nothing is unexpected."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from database_state import index_tables, records
from faces import camel
from graphql import introspection_from_schema, parse_value
from hypothesis import strategies as st
from journal_entries import last_changeset, replayed
from nouns import NOUNS
from running_core import CONTRACT, RunningCore, on_a_socket, running_core
from schemathesis.config import GenerationConfig, SchemathesisConfig
from world import World

EXAMPLES = 12
"""How many random documents for each root field."""


class Asked:
    """A Core with a few records, and the codes it answered."""

    def __init__(self, core: RunningCore, address: str) -> None:
        self.core, self.address, self.codes = core, address, Counter[str]()
        self.session = requests.Session()
        self.session.trust_env = False
        for number in range(3):
            world = World(core, number)
            assert world.trashed
            self.ids = {"srcEntityId": world.ada, "dstEntityId": world.bob}
            for noun in NOUNS.values():
                found = noun.which(world) if noun.which else {}
                # A `name` may stand for much else.
                self.ids |= {camel(key): value for key, value in found.items() if key != "name"}
        self.start, self.last = records(core), last_changeset(core)

    def led(self, document: str) -> str:
        """The document, asking for a small first page and for records that are there."""
        document = re.sub(r"first: -?\d+", "first: 3", document)
        document = re.sub(r'after: "(\\.|[^"\\])*"', "after: null", document)
        for name, id in self.ids.items():
            document = re.sub(rf'\b{name}: ("(\\.|[^"\\])*"|-?\d+)', f'{name}: "{id}"', document)
        return document

    def ask(self, document: str) -> None:
        answer = self.session.post(
            f"{self.address}/graphql",
            json={"query": document},
            headers={"Authorization": f"Bearer {self.core.token}", "Accept": "application/json"},
            timeout=30,
        )
        assert answer.status_code < 500, (document, answer.text)
        codes = [each["extensions"]["code"] for each in answer.json().get("errors", ())]
        assert "internal" not in codes, (document, answer.text)
        self.codes.update(codes or ["answered"])


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with running_core(tmp_path_factory.mktemp("fuzzed")) as core, on_a_socket(core) as address:
        made = Asked(core, address)
        yield made
        made.session.close()
        print(f"\nschemathesis, GraphQL: {made.codes.total()} documents:", dict(made.codes))


TEXTS = ["", "a", "2024-02-29", "2015-05", "\N{SNOWMAN}", "0" * 64]
LITERALS = {
    "JSON": ["null", "1", "1e300", "true", "[]", '{a: [1, {b: null}], c: "x"}', *map(json.dumps, TEXTS)],
    "JSONObject": ["{}", "{a: 1}", '{camelCase: {snake_case: ["x", null]}}'],
    "BigInt": ["0", "-1", "1", str(2**63 - 1), str(-(2**63))],
    "DateTime": ['"2024-02-29T23:59:59Z"', '"0001-01-01T00:00:00.000001+00:00"'],
}
for name, literals in LITERALS.items():
    schemathesis.graphql.scalar(name, st.sampled_from([parse_value(each) for each in literals]))


def fuzzed_schema() -> Any:
    config = SchemathesisConfig()
    config.projects.default.generation = GenerationConfig(
        max_examples=EXAMPLES, deterministic=True, modes=[schemathesis.GenerationMode.POSITIVE]
    )
    return schemathesis.graphql.from_dict(dict(introspection_from_schema(CONTRACT.graphql)), config=config)


schema = fuzzed_schema()


@schema.parametrize()
def test_no_document_is_answered_by_an_unexpected_error(case: schemathesis.Case, asked: Asked) -> None:
    assert isinstance(case.body, str)
    asked.ask(case.body)
    asked.ask(asked.led(case.body))


def test_some_were_answered_and_the_database_is_whole(asked: Asked) -> None:
    """Needs the tests above."""
    assert asked.codes["answered"] > 100
    kept, expected = index_tables(asked.core)
    assert kept == expected
    assert replayed(asked.core, asked.start, asked.last) == records(asked.core)
