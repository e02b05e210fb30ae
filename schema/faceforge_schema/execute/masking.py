"""What a caller learns of an error: an expected one in full, of any other only that it happened."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from graphql import FieldNode, GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.pydantic import InputValidationError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.utils.str_converters import to_snake_case

from faceforge_schema.values.inputs import MAX_FAULTS, pointer
from faceforge_schema.values.scalars import NotOfScalar
from faceforge_storage.database.database_errors import translate
from faceforge_storage.errors import (
    FaceForgeError,
    Fault,
    GraphqlInvalid,
    GraphqlSyntax,
    Internal,
    InvalidInput,
)

MAX_MESSAGE = 1000
"""How many characters of a message of graphql-core's are passed on: it quotes what was sent."""

log = logging.getLogger("faceforge.errors")


def mask(errors: Iterable[GraphQLError]) -> None:
    """Give each error its stable `extensions`, and log the cause of those that nobody expected."""
    for error in errors:
        if error.extensions and "code" in error.extensions:
            continue
        expected = expected_of(error)
        error.original_error = expected
        error.message = expected.detail
        error.extensions = {**expected.as_json()}
        error.extensions.pop("detail")


def expected_of(error: GraphQLError) -> FaceForgeError:
    """The error of our own tree that a GraphQL error stands for."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if cause is not None:
        cause = translate(cause)
    if isinstance(cause, FaceForgeError):
        return cause
    if isinstance(error, GraphQLSyntaxError):
        return GraphqlSyntax(error.message[:MAX_MESSAGE])
    if isinstance(cause, CannotGetOperationTypeError | InvalidOperationTypeError):
        return GraphqlInvalid(
            "The document has no operation of that name that can be run here.",
            hint="Name one in `operationName`; subscriptions need a WebSocket.",
        )
    if isinstance(cause, InputValidationError):
        return _invalid(cause)
    if cause is None or isinstance(cause, StrawberryInputCoercionError | GraphQLError | NotOfScalar):
        # graphql-core's own words: the document does not fit the schema, or a variable its type.
        said = error.message[:MAX_MESSAGE]
        return GraphqlInvalid(said) if error.path is None else InvalidInput(said)
    fields = [each.name.value for each in error.nodes or () if isinstance(each, FieldNode)]
    log.error("unexpected error at %s", fields, exc_info=cause)
    return Internal("Something went wrong inside Core.")


def _invalid(cause: InputValidationError) -> InvalidInput:
    wrong = tuple(
        # The first part is the argument's name, which REST has no word for.
        Fault(pointer(to_snake_case(part) for part in each.location[1:]), each.message, each.type)
        for each in cause.errors[:MAX_FAULTS]
    )
    return InvalidInput(f"{wrong[0].pointer.lstrip('/') or 'The input'}: {wrong[0].message}.", errors=wrong)
