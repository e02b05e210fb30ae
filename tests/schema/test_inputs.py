"""A body of REST is validated by its input model alone, so the model checks what GraphQL's scalars would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import AfterValidator, BaseModel

from faceforge_schema import build_schema
from faceforge_schema.values.inputs import Input
from faceforge_schema.values.scalars import BigInt, DateTime

build_schema()  # imports every noun


def inputs(kind: type[Input] = Input) -> Iterator[type[Input]]:
    for each in kind.__subclasses__():
        yield each
        yield from inputs(each)


def unchecked(model: type[BaseModel]) -> list[str]:
    """The fields whose scalar is checked by GraphQL only."""
    return [
        name
        for name, field in model.model_fields.items()
        if {BigInt, DateTime} & set(parts(field.annotation)) and not field.metadata
    ]


def parts(annotation: Any) -> Iterator[Any]:
    """A type and all that it is made of, but for what has a validator of its own."""
    yield annotation
    found = get_args(annotation)
    if any(isinstance(each, AfterValidator) for each in found):
        return
    for each in found:
        yield from parts(each)


@pytest.mark.parametrize("model", sorted(set(inputs()), key=lambda each: each.__name__))
def test_an_input_checks_its_own_scalars(model: type[Input]) -> None:
    assert unchecked(model) == []


def test_the_search_finds_what_it_must() -> None:
    class Due(BaseModel):
        due: DateTime | None = None

    assert unchecked(Due) == ["due"]
