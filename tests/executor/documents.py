"""Random documents for the schema of `worlds`: aliases, fragments, directives, variables, at any depth."""

from __future__ import annotations

import random
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLField,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    parse,
    validate,
)

VARIABLES = "($yes: Boolean!, $no: Boolean!, $times: Int = 3, $mood: Mood, $first: Int! = 1)"


def random_document(
    schema: GraphQLSchema, seed: int, root: str = "Query"
) -> tuple[DocumentNode, dict[str, Any]]:
    """A valid document, and values for its variables."""
    while True:
        writer = _Writer(schema, random.Random(seed))
        document = parse(writer.document(root))
        if not validate(schema, document, max_errors=1):
            return document, writer.variables()
        seed += 1_000_003


class _Writer:
    def __init__(self, schema: GraphQLSchema, dice: random.Random) -> None:
        self.schema, self.dice = schema, dice
        self.fragments: list[str] = []
        self.budget = dice.choice([3, 10, 25, 60])

    def document(self, root: str) -> str:
        body = self.selection(root, 0)
        kind = root.lower()
        # Each variable has to be used somewhere.
        used = "u: __typename @include(if: $yes) @skip(if: $no)"
        skipped = "echo(times: $times, mood: $mood) page(first: $first) { __typename }"
        fragments = " ".join(self.fragments)
        return f"{kind} Q{VARIABLES} {{ {body} {used} ... @skip(if: $yes) {{ {skipped} }} }} {fragments}"

    def variables(self) -> dict[str, Any]:
        values: dict[str, Any] = {"yes": self.dice.random() < 0.7, "no": self.dice.random() < 0.2}
        if self.dice.random() < 0.5:
            values["times"] = self.dice.choice([1, None])
        if self.dice.random() < 0.5:
            values["mood"] = self.dice.choice(["SAD", None])
        if self.dice.random() < 0.5:
            values["first"] = self.dice.randrange(4)
        return values

    def selection(self, kind: str, depth: int) -> str:
        parts = []
        for _ in range(self.dice.randrange(1, 6)):
            self.budget -= 1
            parts.append(self.part(kind, depth))
        return " ".join(parts)

    def part(self, kind: str, depth: int) -> str:
        roll = self.dice.random()
        if roll < 0.08:
            return (
                f"... {self.directive()} {{ {self.selection(kind, depth)} }}" if depth < 6 else "__typename"
            )
        if roll < 0.2 and depth < 6:
            return self.fragment(kind, depth)
        if roll < 0.27:
            return f"{self.alias()}__typename"
        return self.field(kind, depth)

    def fragment(self, kind: str, depth: int) -> str:
        on = kind
        if is_abstract_type(self.schema.type_map[kind]):
            on = self.dice.choice("AB")
        body = self.selection(on, depth)
        if self.dice.random() < 0.5:
            return f"... on {on} {self.directive()} {{ {body} }}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {on} {{ {body} }}")
        again = f" ...{name}" if self.dice.random() < 0.3 else ""
        return f"...{name} {self.directive()}{again}"

    def field(self, kind: str, depth: int) -> str:
        fields: dict[str, GraphQLField] = getattr(self.schema.type_map[kind], "fields", {})
        if not fields:
            return "__typename"
        leaves = [name for name, each in fields.items() if is_leaf_type(get_named_type(each.type))]
        deep = [name for name in fields if name not in leaves]
        name = self.dice.choice(deep if deep and self.budget > 0 and self.dice.random() < 0.6 else leaves)
        below = get_named_type(fields[name].type)
        body = "" if is_leaf_type(below) else f" {{ {self.selection(below.name, depth + 1)} }}"
        return f"{self.alias()}{name}{self.arguments(name)} {self.directive()}{body}"

    def alias(self) -> str:
        return f"a{self.dice.randrange(1000)}: " if self.dice.random() < 0.4 else ""

    def arguments(self, name: str) -> str:
        if name == "echo":
            return self.dice.choice(
                [
                    "",
                    "(times: 1)",
                    "(times: $times)",
                    "(mood: $mood)",
                    '(words: ["w"], mood: HAPPY)',
                    "(times: null)",
                ]
            )
        return self.dice.choice(["", "(first: 0)", "(first: 3)", "(first: $first)"]) if name == "page" else ""

    def directive(self) -> str:
        return self.dice.choice(
            [
                "",
                "",
                "",
                "",
                "@include(if: $yes)",
                "@skip(if: $no)",
                "@skip(if: false)",
                "@include(if: false)",
            ]
        )
