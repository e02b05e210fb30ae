"""Reads what a REST request brings: path and query parameters, `If-Match` and the body, as the coerced variables of
its document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from graphql import (
    GraphQLEnumType,
    GraphQLInputType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_required_argument,
)
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from faceforge_schema import Context
from faceforge_schema.values.inputs import pointer, refusal
from faceforge_server.http.json_body import check_field, check_media_type, parse_json, read_body
from faceforge_server.http.request_context import computed
from faceforge_server.rest.documents import TOTAL
from faceforge_server.rest.names import LISTS, enum_words
from faceforge_server.rest.operations import BODY, VERSION, RestOperation
from faceforge_storage.database.keyset import MAX_LIMIT
from faceforge_storage.errors import Fault, InvalidInput, NotFound, VersionConflict
from faceforge_storage.scheduling.collector import collector_at_rest

Model = TypeVar("Model", bound=BaseModel)
LIMIT = LISTS["first"]
BOOLEANS = {"true": True, "false": False}


async def read_variables(operation: RestOperation, request: Request, context: Context) -> dict[str, Any]:
    """The variables of the operation's document; raises InvalidInput with every fault of the parameters or the body."""
    variables = dict(_parameters(operation, request))
    if operation.takes_version and (seen := request.headers.get("if-match")) is not None:
        variables.update(_version(seen))
    body = await _body(operation, request, context)
    if body is not None:
        variables[BODY] = body
    return variables


def _parameters(operation: RestOperation, request: Request) -> Iterator[tuple[str, Any]]:
    for parameter in operation.path_names:
        name, argument = operation.arguments[parameter]
        try:
            yield name, _parsed(argument.type, request.path_params[parameter])
        except ValueError:
            # A malformed id is as unknown as any other.
            raise NotFound(f"There is no {parameter} {request.path_params[parameter][:80]!r}.") from None
    query, wrong = request.query_params, []
    for parameter in dict.fromkeys(query.keys()):
        try:
            yield _query_parameter(operation, parameter, query.getlist(parameter))
        except ValueError as error:
            code = getattr(error, "code", "invalid")
            wrong.append(Fault(pointer([parameter[:80]]), str(error), code, "query"))
    if operation.is_list and TOTAL not in query:
        yield TOTAL, False
    for parameter, (_, argument) in operation.arguments.items():
        given = parameter in query or parameter in operation.path_names
        if not given and is_required_argument(argument):
            wrong.append(Fault(f"/{parameter}", "is required", "required", "query"))
    if wrong:
        first = wrong[0]
        raise InvalidInput(f"Query parameter {first.pointer[1:]}: {first.message}.", errors=tuple(wrong))


class UnknownParameter(ValueError):
    """A query parameter that the address does not have."""

    code = "unknown_parameter"


class OutOfRange(ValueError):
    """A number that a parameter does not take."""

    code = "out_of_range"


def _query_parameter(operation: RestOperation, parameter: str, values: list[str]) -> tuple[str, Any]:
    """(variable, its value) of a query parameter; raises ValueError."""
    if parameter == TOTAL and operation.is_list:
        return TOTAL, _boolean(_single(values))
    if parameter not in operation.arguments or parameter in operation.path_names:
        raise UnknownParameter("is not a parameter of this address")
    name, argument = operation.arguments[parameter]
    value = _listed(argument.type, values)
    if operation.is_list and parameter == LIMIT and value == 0:  # which has a meaning in GraphQL only
        raise OutOfRange(f"must lie between 1 and {MAX_LIMIT}")
    return name, value


def _listed(kind: GraphQLInputType, values: list[str]) -> Any:
    plain = get_nullable_type(kind)
    return (
        [_parsed(plain.of_type, value) for value in values]
        if is_list_type(plain)
        else _parsed(kind, _single(values))
    )


def _single(values: list[str]) -> str:
    if len(values) != 1:
        raise ValueError("stands there more than once")
    return values[0]


def _parsed(kind: GraphQLInputType, text: str) -> Any:
    """A parameter's text as a value of its GraphQL type; raises ValueError."""
    try:
        check_field(text)
    except InvalidInput as error:
        raise ValueError(error.detail) from None
    plain: Any = get_nullable_type(kind)
    if isinstance(plain, GraphQLEnumType):
        words = enum_words(plain)
        if text not in words:
            raise ValueError(f"is one of {', '.join(words)}")
        return plain.parse_value(words[text])
    return READERS[plain.name](plain, text)


def check_parameters(operation: RestOperation) -> None:
    """Raise TypeError for a parameter of a type that no text of a path or a query can be read as."""
    for parameter, (_, argument) in operation.arguments.items():
        kind = get_named_type(argument.type)
        if not isinstance(kind, GraphQLEnumType) and kind.name not in READERS:
            raise TypeError(f"{operation.name}: {parameter} cannot be of the type {kind} in an address")


def _boolean(text: str) -> bool:
    if text not in BOOLEANS:
        raise ValueError("is true or false")
    return BOOLEANS[text]


def _integer(bits: int, text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,19}", text) or not -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1):
        raise ValueError(f"is an integer of {bits} bits")
    return int(text)


SEEN = '"([0-9]{1,9})(?:-[0-9a-f]+)?"'
"""The ETag of a record, as it was sent or its version alone."""
IF_MATCH = rf"^(\*|{SEEN})$"
"""What `If-Match` fits."""
READERS: dict[str, Callable[[Any, str], Any]] = {
    "ID": lambda _kind, text: text,
    "String": lambda _kind, text: text,
    "Int": lambda _kind, text: _integer(32, text),
    "BigInt": lambda _kind, text: _integer(64, text),
    "Boolean": lambda _kind, text: _boolean(text),
    "DateTime": lambda kind, text: kind.parse_value(text),
}
"""Scalar -> what makes the coerced value of a parameter's text; raises ValueError."""


def _version(seen: str) -> dict[str, int]:
    """`If-Match` (RFC 9110, 13.1.1) as the version that is expected; `*` expects none in particular.

    Of an ETag the version counts, not the digest of the body: what else is shown may differ.
    """
    if seen.strip() == "*":
        return {}
    match = re.fullmatch(SEEN, seen.strip())
    if match is None:
        raise VersionConflict(
            "No version of the record has that If-Match.", hint='Send the ETag as it came: `If-Match: "3"`.'
        )
    return {VERSION: int(match[1])}


async def _body(operation: RestOperation, request: Request, context: Context) -> BaseModel | None:
    raw = await read_body(request, context.core.settings.limits.json_bytes, context.budget)
    if operation.body_model is None:
        if raw.strip() not in (b"", b"{}"):
            raise InvalidInput(
                "This address takes no body.", errors=(Fault("", "no body is taken", "unexpected"),)
            )
        return None
    if not raw and not operation.body_required:
        return None
    check_media_type(request)
    return await computed(request, len(raw), partial(_model, operation.body_model, raw))


def _model(kind: type[Model], raw: bytes) -> Model:
    with collector_at_rest():
        parse_json(raw)
        return validated(kind.model_validate_json, raw)


def validated(validate: Callable[[Any], Model], given: Any) -> Model:
    """The input that a model's method makes of what was sent; raises InvalidInput with every fault."""
    try:
        return validate(given)
    except ValidationError as error:
        raise refusal(error, "The body") from None
