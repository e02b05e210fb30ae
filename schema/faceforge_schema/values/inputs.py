"""What all inputs share: unknown keys are refused, texts are bounded, and a fault has a JSON Pointer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import islice
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticUseDefault, core_schema
from strawberry import ID

from faceforge_schema.values.scalars import DateTime, moment
from faceforge_storage.database.ids import ID_PATTERN
from faceforge_storage.database.json_columns import dumps
from faceforge_storage.errors import Fault, InvalidInput
from faceforge_storage.ingest.filenames import clean_filename

MAX_FAULTS = 100
"""How many faults of one input are reported."""
PARTIAL_DATE = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"

HASH_PATTERN = r"^[0-9a-f]{64}$"
HASH_EXAMPLE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

RecordId = Annotated[ID, WithJsonSchema({"type": "string", "pattern": ID_PATTERN})]
"""The id of a record. The pattern describes it and is not checked: an id of another form is as unknown as any other."""
Hash = Annotated[str, StringConstraints(pattern=HASH_PATTERN)]
"""A SHA-256 in hex."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S")]
Note = Annotated[str, StringConstraints(max_length=20_000)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Dotted = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=100)]
Confidence = Annotated[float, Field(ge=0, le=1)]


def _without_repeats(words: list[str]) -> list[str]:
    return list(dict.fromkeys(words))


MOST_WORDS = 1000
Words = Annotated[list[Word], Field(max_length=MOST_WORDS), AfterValidator(_without_repeats)]
"""A set of words in the order given: tags, aliases."""


def _file_name(name: str) -> str:
    try:
        return clean_filename(name)
    except InvalidInput as error:
        raise ValueError(error.detail) from None


FileName = Annotated[str, AfterValidator(_file_name)]
"""The name of a file as people see it: any script, spaces, emoji; of a path, its last part."""


class _NullIsDefault:
    """Marks a field with a default: null means the same as an absent key."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            _given, core_schema.nullable_schema(handler(source))
        )


def _given(value: Any) -> Any:
    if value is None:
        raise PydanticUseDefault
    return value


T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)
OrDefault = Annotated[T, _NullIsDefault()]
"""The type of a field that has a default. The contract shows it as nullable, without the default: generators of clients
take a default for a value that is always sent (TypeScript), or cannot write it down (an object, in Python)."""


def with_default(description: str | None, default: str) -> str:
    """The description of a field with its default, which is given as JSON, or as the word of an enum."""
    told = "Empty" if default in ("[]", "{}") else f"`{default}`"
    return f"{description or ''} {told} by default.".lstrip()


class Input(BaseModel):
    """An input of either face: REST takes it as its body, GraphQL as the argument `input`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    def given(self) -> dict[str, Any]:
        """The keys the caller sent, null included."""
        return self.model_dump(exclude_unset=True, mode="json")


def read_json(kind: type[Model], value: Any) -> Model:
    """A JSON value as a model, as REST reads it from a body; raises pydantic's ValidationError."""
    return kind.model_validate_json(dumps(value))


def merged(old: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """`old` with a merge patch applied (RFC 7396): null removes, objects merge, all else replaces."""
    result = dict(old)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            below = result.get(key)
            result[key] = merged(below if isinstance(below, dict) else {}, value)
        else:
            result[key] = value
    return result


def patched(
    row: Any, patch: Input, *, objects: Iterable[str] = (), lists: Iterable[str] = ()
) -> dict[str, Any]:
    """The columns a patch sets: absent keeps, null clears, `objects` merge, `lists` are replaced whole."""
    values = patch.given()
    for name in objects:
        if name in values:
            values[name] = {} if values[name] is None else merged(row._mapping[name], values[name])
    for name in lists:
        if name in values and values[name] is None:
            values[name] = []
    return values


def is_partial_date(text: str) -> bool:
    """Whether `text` is a year, a month or a day of the calendar: `2015`, `2015-05`, `2015-05-31`."""
    if not re.fullmatch(PARTIAL_DATE, text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _on_the_calendar(text: str) -> str:
    if not is_partial_date(text):
        raise ValueError("is no day of the calendar")
    return text


Moment = Annotated[DateTime, AfterValidator(moment)]
"""A moment as FaceForge writes it, whatever zone it was given in."""
PartialDate = Annotated[str, StringConstraints(pattern=PARTIAL_DATE), AfterValidator(_on_the_calendar)]
"""A year, a month or a day: `2015`, `2015-05`, `2015-05-31`."""


def check_span(values: Mapping[str, Any]) -> None:
    """Raise InvalidInput when `valid_to` ends before `valid_from` begins."""
    first, last = values["valid_from"], values["valid_to"]
    if first is not None and last is not None and last + "-99-99"[len(last) - 4 :] < first:
        raise invalid("/valid_to", "must not lie before valid_from", "out_of_range")


def faults(errors: Iterable[ErrorDetails]) -> tuple[Fault, ...]:
    """Pydantic's errors as faults with JSON Pointers: the first `MAX_FAULTS`."""
    return tuple(
        Fault(pointer(error["loc"]), error["msg"], error["type"]) for error in islice(errors, MAX_FAULTS)
    )


def refusal(error: ValidationError, whole: str) -> InvalidInput:
    """What pydantic refuses as an error of our tree with every fault; `whole` is what the input itself is called."""
    wrong = faults(error.errors(include_url=False, include_input=False))
    where = wrong[0].pointer.lstrip("/") or whole
    return InvalidInput(f"{where}: {wrong[0].message}.", errors=wrong)


def pointer(parts: Iterable[str | int]) -> str:
    """The JSON Pointer (RFC 6901) of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def invalid(where: str, message: str, code: str = "invalid", hint: str = "") -> InvalidInput:
    """One fault in the input at the pointer `where`."""
    said = f"{where.lstrip('/') or 'The input'}: {message}."
    return InvalidInput(said, hint, errors=(Fault(where, message, code),))
