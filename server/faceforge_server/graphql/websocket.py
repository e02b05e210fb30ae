"""GraphQL over a WebSocket (`graphql-transport-ws` only): subscriptions, and anything else, after a token was sent."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from functools import partial
from json import JSONDecodeError
from typing import Any

from graphql import GraphQLError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.http.exceptions import (
    NonJsonMessageReceived,
    NonTextMessageReceived,
    WebSocketDisconnected,
)
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, Message

from faceforge_schema import NOBODY, Actor, Context, Contract, Core
from faceforge_schema.context import ANSWERING
from faceforge_schema.execute.admission import graphql_errors
from faceforge_schema.execute.masking import mask
from faceforge_schema.values.small_json import QUICK_BYTES
from faceforge_server.http.answers import encoded
from faceforge_server.http.connections import let_in
from faceforge_server.http.json_body import parse_json
from faceforge_server.http.json_response import encode
from faceforge_server.http.request_context import address_of, client_address
from faceforge_server.middleware.authenticator import Authenticator, Credentials, sent_token
from faceforge_server.middleware.origins import is_from_own_page
from faceforge_server.middleware.session_cookie import CSRF_HEADER
from faceforge_storage.database.read_budget import ReadBudget
from faceforge_storage.errors import (
    AnswerTooLarge,
    CsrfRequired,
    FaceForgeError,
    Overloaded,
    RateLimited,
    Unauthorized,
)
from faceforge_storage.scheduling.fair_queue import Turn

INIT_SECONDS = 10
"""How long a client may take to send its token."""
UNAUTHORIZED, FORBIDDEN, TRY_AGAIN = 4401, 4403, 1013
"""Codes of a close. Clients report 4401 at once, and connect anew after the others, which a wrong token must not bring
about; 4403 ends what a valid token has begun."""
REASON_BYTES = 123
"""The longest reason of a close (RFC 6455, 5.5)."""
HOW = 'send {"authorization": "Bearer TOKEN"} as the payload of connection_init.'


class SocketContext(Context):
    """The context of a connection: nobody's until `connection_init` has come, and a token with it or before it."""

    connection_params: dict[str, Any] | None = None
    address: str | None = None
    scope: Scope | None = None
    credentials: Credentials = Credentials(None)


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler of the protocol, with four rules of ours: a message has the form it should have, a document
    that cannot be read is an error of its operation, a token that has become void is void here too, and who is not let
    in, or may not stay, is told why."""

    _left = False

    async def handle_message(self, message: Message) -> None:
        if not _is_message(message):
            await self.handle_invalid_message("The message is not one of the protocol")
        elif message["type"] != "subscribe":
            await super().handle_message(message)
        elif not self.connection_acknowledged:
            await self._leave(UNAUTHORIZED, f"Not signed in: first {HOW}")
        elif await self._may_stay():
            await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        try:
            await super().handle_connection_init(message)
        except FaceForgeError as refusal:
            wait = refusal.headers.get("Retry-After")
            code = (
                UNAUTHORIZED if isinstance(refusal, Unauthorized | RateLimited | CsrfRequired) else TRY_AGAIN
            )
            await self._leave(code, f"{refusal.detail} Wait {wait} s." if wait else refusal.detail)

    async def _leave(self, code: int, reason: str) -> None:
        self._left = True
        await self.websocket.close(code, reason.encode()[:REASON_BYTES].decode(errors="ignore"))

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        return None  # the connection stays, with its other operations

    async def send_message(self, message: Message) -> None:
        if not self._left and (message["type"] != "next" or await self._may_stay()):
            await super().send_message(message)

    async def _may_stay(self) -> bool:
        """Whether the token still gives what it gave; if not, the connection ends."""
        assert isinstance(self.view, GraphqlWebSocket)
        try:
            if not self._left and await self.view.actor_of(self.context) == self.context.actor:
                return True
        except FaceForgeError:
            pass
        if not self._left:
            await self._leave(FORBIDDEN, "The token has been revoked, rotated or changed since.")
        return False


class SocketAdapter(ASGIWebSocketAdapter):
    """Reads large messages beside the event loop; sends messages, each of which holds its bytes until it is sent."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        assert isinstance(self.view, GraphqlWebSocket)
        try:
            while self.ws.application_state != WebSocketState.DISCONNECTED:
                text = await self.ws.receive_text()
                try:
                    yield await self._decoded(text)
                except JSONDecodeError as error:
                    if not ignore_parsing_errors:
                        raise NonJsonMessageReceived from error
        except KeyError as error:
            raise NonTextMessageReceived from error
        except WebSocketDisconnect:
            return

    async def _decoded(self, text: str) -> object:
        assert isinstance(self.view, GraphqlWebSocket)
        if len(text) <= QUICK_BYTES:
            return self.view.decode_json(text)
        turn = Turn(self._actor.name, self.ws.client)
        return await self.view.core.computing.run(turn, partial(self.view.decode_json, text))

    async def send_json(self, message: Mapping[str, object]) -> None:
        budget = ANSWERING.get() if message["type"] == "next" else None  # all other messages are small
        try:
            text = encode(message) if budget is None else await self._encoded(message, budget)
            await self.ws.send_text(text.decode())
        except WebSocketDisconnect as gone:
            raise WebSocketDisconnected from gone

    async def _encoded(self, message: Mapping[str, object], budget: ReadBudget) -> bytes:
        """A message of an operation; its error instead where the answer finds no room any more."""
        try:
            found = await encoded(message, budget)
        except (AnswerTooLarge, Overloaded) as refusal:
            errors = graphql_errors(refusal)
            mask(errors)
            refused = {"data": None, "errors": [each.formatted for each in errors]}
            return encode({**message, "payload": refused})
        return b"".join(found.pieces)

    @property
    def _actor(self) -> Actor:
        """Who is known to be there; nobody until a token has come."""
        actor: Actor = self.ws.scope.get("actor", NOBODY)
        return actor


class GraphqlWebSocket(GraphQL[Context, None]):
    """The endpoint `/graphql` for WebSockets.

    The token stands in the payload of `connection_init`, as programs of a browser can send it, or in the headers of the
    handshake, under the names that headers have. Either is looked at when `connection_init` comes: whoever sent a wrong
    one in a header would not learn the reason from a handshake that is refused. `OriginCheck` has refused foreign pages
    before.
    """

    graphql_transport_ws_handler_class = SocketHandler
    websocket_adapter_class = SocketAdapter

    def __init__(self, contract: Contract, core: Core, authenticator: Authenticator) -> None:
        super().__init__(
            contract,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
        )
        self.core, self._authenticator = core, authenticator

    def is_websocket_origin_allowed(self, request: WebSocket, origin: str) -> bool:
        return True  # `OriginCheck` has refused all others

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        context = SocketContext(self.core, NOBODY, address_of(request), connection=request.client)
        context.address, context.scope = client_address(request), request.scope
        return context

    async def on_ws_connect(self, context: Context) -> dict[str, object] | None:
        """Let in whoever sent a valid token, or cookie and CSRF token; raises Unauthorized, RateLimited, Unavailable,
        CsrfRequired."""
        assert isinstance(context, SocketContext)
        assert context.scope is not None
        context.credentials = self._credentials_of(context.scope, context.connection_params or {})
        context.actor = context.scope["actor"] = await self.actor_of(context)
        let_in(context.scope)
        return {}

    async def actor_of(self, context: Context) -> Actor:
        """Whose token was sent; raises Unauthorized, RateLimited, Unavailable."""
        assert isinstance(context, SocketContext)
        return await self._authenticator.actor_of(context.credentials, context.address)

    def _credentials_of(self, scope: Scope, payload: dict[str, Any]) -> Credentials:
        """The token of a handshake or of the payload of `connection_init`, whose keys may stand in `headers` there, as
        many clients send them; or the cookie of the handshake, with the CSRF token of the payload. Raises Unauthorized
        unless there is just one token, or a cookie."""
        nested = payload.get("headers")
        said = {**payload, **(nested if isinstance(nested, dict) else {})}
        headers = Headers(scope=scope)
        token = sent_token([*headers.items(), *payload.items(), *said.items()])
        cookie = self._authenticator.cookie.sent(scope["headers"]) if is_from_own_page(headers) else None
        if token is None and cookie is None:
            raise Unauthorized(f"No token: {HOW}")
        csrf = next((text for name, text in said.items() if name.lower() == CSRF_HEADER), None)
        return Credentials(token, cookie, csrf if isinstance(csrf, str) else None)

    def decode_json(self, data: str | bytes) -> object:
        """A message, held to the same rules as a body."""
        try:
            return parse_json(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)
        except FaceForgeError as error:
            raise JSONDecodeError(error.detail, "", 0) from None


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] not in ("subscribe", "complete"):
        return True
    payload = message.get("payload", {}) if message["type"] == "subscribe" else {"query": ""}
    return (
        isinstance(message.get("id"), str)
        and isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
