"""The routes of the REST face, one for each operation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from faceforge_schema import Context, Contract
from faceforge_server.http.answers import HeldAnswer, JsonAnswer, encoded
from faceforge_server.http.json_response import NOT_STORED
from faceforge_server.http.plain_route import Endpoint
from faceforge_server.http.request_context import context_of
from faceforge_server.rest.inputs import check_parameters, read_variables
from faceforge_server.rest.names import argument_name
from faceforge_server.rest.operations import RestOperation
from faceforge_storage.database.read_budget import released_on_error
from faceforge_storage.errors import FaceForgeError, Fault


def rest_routes(contract: Contract, operations: list[RestOperation]) -> list[Route]:
    """The routes, one for each path, so that `Allow` names all its methods; the documents are kept."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for operation in operations:
        check_parameters(operation)
        contract.documents.keep(operation.document)
        by_path.setdefault(operation.path, {})[operation.method] = _endpoint(contract, operation)
    return [Route(path, _by_method(each), methods=list(each)) for path, each in by_path.items()]


def _by_method(endpoints: dict[str, Endpoint]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    return endpoint


def _endpoint(contract: Contract, operation: RestOperation) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        context = context_of(request)
        with released_on_error(context.budget):
            context.actor.check(operation.needs)
            variables = await read_variables(operation, request, context)
            result = await result_of(contract, operation, variables, context)
            if operation.status == 204:
                context.budget.release()
                return Response(status_code=204, headers=NOT_STORED)
            found = await answer(operation, result, context)
        return HeldAnswer(found, context.budget, repeatable=context.repeatable)

    return endpoint


async def result_of(
    contract: Contract, operation: RestOperation, variables: dict[str, Any], context: Context
) -> dict[str, Any]:
    """What the operation's document gives; raises the error of our tree, its places in REST's names."""
    try:
        result: dict[str, Any] = await contract.answer(operation.document, variables, context)
    except FaceForgeError as error:
        raise _in_rest_names(error, operation) from None
    return result


async def answer(operation: RestOperation, result: Any, context: Context) -> JsonAnswer:
    """The HTTP answer for what the operation's document gave; raises AnswerTooLarge, Overloaded."""
    body = operation.answer.shape(result) if operation.answer.shape is not None else result
    version = f"{body['version']}-" if operation.has_version else ""
    duplicate = operation.duplicate_key is not None and body[operation.duplicate_key]
    status = 200 if duplicate else operation.status
    text = await encoded(body, context.budget)
    headers = {**NOT_STORED, "ETag": f'"{version}{text.digest}"'}
    return JsonAnswer(status, headers, "application/json", text)


def _in_rest_names(error: FaceForgeError, operation: RestOperation) -> FaceForgeError:
    """The same error with its places as REST calls them: an argument is a parameter of the query or the path."""
    error.errors = tuple(_placed(fault, operation) for fault in error.errors)
    return error


def _placed(fault: Fault, operation: RestOperation) -> Fault:
    name = argument_name(fault.pointer[1:], of_list=operation.is_list)
    if name not in operation.arguments:
        return fault
    return replace(fault, pointer=f"/{name}", place="path" if name in operation.path_names else "query")
