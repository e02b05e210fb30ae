"""Everything that can go wrong and is expected: one tree, raised by every layer, answered alike by both faces.

FaceForgeError
├── AmbiguousHash 300: several records fit; names them
├── BadRequest 400: InvalidJson, InvalidMultipart, InvalidCursor, GraphqlSyntax, GraphqlInvalid, QueryTooComplex, …
├── Unauthorized 401; Forbidden 403: ForeignOrigin, CsrfRequired, InvalidSignature; NotFound 404: UnknownAddress
├── MethodNotAllowed 405, NotAcceptable 406, RequestTimeout 408
├── Conflict 409: AlreadyExists, AmbiguousMatch, ExternalIdTaken, FieldKeyTaken, FieldValueTaken, NameTaken,
│   RelationshipExists, OffsetMismatch, InUse, NotInTrash, IdempotencyMismatch, LeaseLost
├── CursorExpired 410, UploadExpired 410, VersionConflict 412, TusVersion 412
├── PayloadTooLarge 413, UnsupportedMediaType 415, RangeNotSatisfiable 416, MisdirectedRequest 421
├── InvalidInput 422 lists each fault with its place: HashMismatch, SizeMismatch, InvalidSidecar, UnknownReference,
│   UnknownContent, RecordTooLarge
├── UploadLocked 423, RateLimited 429, RequestHeaderFieldsTooLarge 431, ChecksumMismatch 460
├── Internal 500, whose cause is in the log only: StorageFailed
├── Unavailable 503: ReadOnly, Busy, Overloaded, StoreAway; QueryTimeout 504, NoSpace 507
└── CannotStart: printed on the command line, never answered over HTTP
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input.

    `pointer` is a JSON Pointer (RFC 6901) into the part of the request that `place` names; `code` is stable.
    """

    pointer: str
    message: str
    code: str = "invalid"
    place: str = "body"

    def as_json(self) -> dict[str, str]:
        return {"pointer": self.pointer, "in": self.place, "code": self.code, "message": self.message}


@dataclass(eq=False)
class FaceForgeError(Exception):
    """An expected error: what happened (`detail`), a stable `code`, an HTTP `status`, what to do next (`hint`)."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    default_hint: ClassVar[str] = ""

    detail: str
    hint: str = ""
    errors: tuple[Fault, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    """HTTP headers that belong to the answer, such as `WWW-Authenticate`."""

    def __str__(self) -> str:
        return self.detail

    def as_json(self) -> dict[str, Any]:
        """The members that REST puts in a problem document and GraphQL in `extensions`."""
        members: dict[str, Any] = {
            "code": self.code,
            "status": self.status,
            "title": self.title,
            "detail": self.detail,
            "hint": self.hint or self.default_hint,
        }
        if self.errors:  # only then: many a client takes any `errors` for those of GraphQL
            members["errors"] = [fault.as_json() for fault in self.errors]
        return members


@dataclass(eq=False)
class AmbiguousHash(FaceForgeError):
    code, status, title = "ambiguous_hash", 300, "Several files have a hash that begins so"
    default_hint = "Send more digits, or take one of the `candidates`."

    candidates: tuple[dict[str, str], ...] = ()
    """The oldest asset on each of the contents: `asset_id`, `filename`, `content_hash`."""

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), "candidates": list(self.candidates)}


class BadRequest(FaceForgeError):
    code, status, title = "bad_request", 400, "The request cannot be understood"


class InvalidJson(BadRequest):
    code, title = "invalid_json", "The body is not JSON"
    default_hint = "Send one JSON value in UTF-8, without a byte order mark."


class InvalidMultipart(BadRequest):
    code, title = "invalid_multipart", "The body is not multipart/form-data"
    default_hint = "Send a `file` part, an optional `meta` part and plain form fields."


class InvalidCursor(BadRequest):
    code, title = "invalid_cursor", "The cursor does not belong to this list"
    default_hint = "Start again without a cursor; keep filters and sorting the same while you page."


class GraphqlSyntax(BadRequest):
    code, title = "graphql_parse_failed", "The GraphQL document cannot be parsed"


class GraphqlInvalid(BadRequest):
    code, title = "graphql_validation_failed", "The GraphQL document does not fit the schema"


class QueryTooComplex(BadRequest):
    code, title = "query_too_complex", "The query asks for more than is allowed"
    default_hint = "Ask for fewer objects or fewer levels at once, or raise `limits` in config/core.json."


class AnswerTooLarge(BadRequest):
    code, title = "answer_too_large", "The answer is larger than is allowed"
    default_hint = (
        "Ask for fewer items by `first` (in REST `limit`) or fewer fields, or raise `limits.answer_bytes`."
    )


class Unauthorized(FaceForgeError):
    code, status, title = "unauthorized", 401, "A valid token is needed"
    default_hint = (
        "Send `Authorization: Bearer TOKEN`. The terminal in which FaceForge was started names the command that shows "
        "the token; it works on that machine."
    )


class Forbidden(FaceForgeError):
    code, status, title = "forbidden", 403, "This token may not do that"
    default_hint = "Use a token that has the permission; `POST /v1/tokens` makes one for whoever holds it."


class ForeignOrigin(Forbidden):
    code, title = "foreign_origin", "The request comes from another site"
    default_hint = (
        "Call from a program, or add the origin of the page to `network.allowed_origins` and restart Core."
    )


class CsrfRequired(Forbidden):
    code, title = "csrf_required", "A session changes nothing without its CSRF token"
    default_hint = (
        "Send the `csrf_token` of the sign-in as `X-FaceForge-CSRF`; a program sends a token instead."
    )


class InvalidSignature(Forbidden):
    code, title = "invalid_signature", "The signed address is altered or has expired"
    default_hint = "Ask for a new one: POST /v1/assets/{asset_id}/signed-url."


class NotFound(FaceForgeError):
    code, status, title = "not_found", 404, "There is no such record"
    default_hint = "Check the id; a record in the trash is shown only when `deleted=include` asks for it."


class UnknownAddress(NotFound):
    code, title = "unknown_address", "There is nothing at this address"
    default_hint = "All addresses are in /docs and in /openapi.json."


class MethodNotAllowed(FaceForgeError):
    code, status, title = "method_not_allowed", 405, "This address does not take that method"


class NotAcceptable(FaceForgeError):
    code, status, title = "not_acceptable", 406, "No acceptable media type can be answered"


class RequestTimeout(FaceForgeError):
    code, status, title = "request_timeout", 408, "The request took too long to arrive"
    default_hint = "Send it again without a pause, or raise the limit that is named in config/core.json."


class Conflict(FaceForgeError):
    code, status, title = "conflict", 409, "The request does not fit the present state"


class AlreadyExists(Conflict):
    code, title = "already_exists", "The entity is there already"
    default_hint = "Leave the item out, or send `on_conflict` as `merge`, `replace` or `skip`."


class AmbiguousMatch(Conflict):
    code, title = "ambiguous_match", "The ids of the item belong to different entities"
    default_hint = "Leave out the ids of all but one of them, or take the external id from the others first."


class ExternalIdTaken(Conflict):
    code, title = "external_id_taken", "Another entity has this external id"


class FieldKeyTaken(Conflict):
    code, title = "field_key_taken", "This field key is already defined"


class FieldValueTaken(Conflict):
    code, title = "field_value_taken", "Another entity has this value of a unique field"


class NameTaken(Conflict):
    code, title = "name_taken", "This name is already in use"


class RelationshipExists(Conflict):
    code, title = "relationship_exists", "An equal relationship exists"


class OffsetMismatch(Conflict):
    code, title = "offset_mismatch", "The upload goes on at another byte"
    default_hint = "Ask by HEAD for `Upload-Offset`, and send what follows from there."


class InUse(Conflict):
    code, title = "in_use", "Other records still use this one"


class NotInTrash(Conflict):
    code, title = "not_in_trash", "Only a record in the trash can be purged"
    default_hint = "DELETE it first."


class IdempotencyMismatch(Conflict):
    code, title = "idempotency_mismatch", "This Idempotency-Key was used for another request"
    default_hint = "Use a new key for a new request."


class LeaseLost(Conflict):
    code, title = "lease_lost", "The job is not this runner's any more"
    default_hint = (
        "Stop working on it, and claim another: what was not completed is done again by whoever has it now."
    )


class CursorExpired(FaceForgeError):
    code, status, title = "cursor_expired", 410, "The events after this cursor are not kept any more"
    default_hint = (
        "Take `last_event_id` of GET /v1/events?limit=1, read anew all that you follow, then go on after it."
    )


class UploadExpired(FaceForgeError):
    code, status, title = "upload_expired", 410, "The upload was not finished in time"
    default_hint = (
        "Begin a new one: POST /v1/uploads. `limits.upload_keep_hours` says how long they are kept."
    )


class VersionConflict(FaceForgeError):
    code, status, title = "version_conflict", 412, "The record was changed meanwhile"
    default_hint = "Read it again and repeat the change on its present version."


class TusVersion(FaceForgeError):
    code, status, title = "tus_version", 412, "This version of the tus protocol is not spoken here"


class PayloadTooLarge(FaceForgeError):
    code, status, title = "payload_too_large", 413, "The body is larger than is allowed"
    default_hint = "Send less, or raise `limits` in config/core.json."


class UnsupportedMediaType(FaceForgeError):
    code, status, title = "unsupported_media_type", 415, "The body has a media type that is not taken here"


class RangeNotSatisfiable(FaceForgeError):
    code, status, title = "range_not_satisfiable", 416, "The range lies outside the file"


class MisdirectedRequest(FaceForgeError):
    code, status, title = "misdirected_request", 421, "This server does not answer for that host name"
    default_hint = "Use the address Core printed, or add the name to `network.allowed_hosts`."


class InvalidInput(FaceForgeError):
    code, status, title = "invalid_input", 422, "The input is not valid"


class HashMismatch(InvalidInput):
    code, title = "hash_mismatch", "The bytes do not have the declared hash"
    default_hint = "Send the file again; nothing was kept."


class SizeMismatch(InvalidInput):
    code, title = "size_mismatch", "The bytes do not have the declared size"
    default_hint = "Send the file again; nothing was kept."


class InvalidSidecar(InvalidInput):
    code, title = "invalid_sidecar", "The sidecar cannot be read"


class UnknownReference(InvalidInput):
    code, title = "unknown_reference", "The input names a record that does not exist"


class UnknownContent(InvalidInput):
    code, title = "unknown_content", "No stored bytes have this hash"
    default_hint = "Upload the bytes: POST /v1/assets/upload."


class RecordTooLarge(InvalidInput):
    code, title = "record_too_large", "The record would be larger than is allowed"
    default_hint = (
        "Send less, remove what the record no longer needs, or keep large content as a file: an asset has no such "
        "bound. `limits.record_bytes` in config/core.json can be raised."
    )

    @classmethod
    def of(cls, size: int, most: float) -> RecordTooLarge:
        """A record of `size` bytes of JSON, where `limits.record_bytes` allows `most`."""
        return cls(f"The record would have {size} bytes of JSON; limits.record_bytes allows {most}.")


class UploadLocked(FaceForgeError):
    code, status, title = "upload_locked", 423, "Another request is sending this upload"
    default_hint = "Wait until it has ended, ask by HEAD for `Upload-Offset`, and go on from there."


class ChecksumMismatch(FaceForgeError):
    code, status, title = "checksum_mismatch", 460, "The bytes have another checksum than the one sent"


class RateLimited(FaceForgeError):
    code, status, title = "rate_limited", 429, "Too many failed attempts"
    default_hint = "Wait for the seconds that Retry-After names."


class RequestHeaderFieldsTooLarge(FaceForgeError):
    code, status, title = "headers_too_large", 431, "The headers of the request are too large"
    default_hint = "Send fewer or shorter headers, or a shorter address: 64 KiB are allowed for all together."


class Internal(FaceForgeError):
    default_hint = "The cause is in the log of Core, under the same request id."


class StorageFailed(Internal):
    code, title = "storage_failed", "The disk or the object store refused"
    default_hint = "Look at the disk and at the log of Core; nothing was half-written."


class Unavailable(FaceForgeError):
    code, status, title = "unavailable", 503, "Core cannot do this now"
    default_hint = "Try again in a moment."


class ReadOnly(Unavailable):
    code, title = "read_only", "The data can only be read now"
    default_hint = "Make room on the disk of `paths.db_dir`, or mount it for writing, and start Core again."


class Overloaded(Unavailable):
    code, title = "overloaded", "Core has more to do than it can hold"
    default_hint = "Try again after the seconds that Retry-After names."


class Busy(Unavailable):
    code, title = "busy", "Too much of this client waits already"
    default_hint = "Try again after the seconds that Retry-After names, with fewer requests at once."

    @classmethod
    def of(cls, waiting: int, most: int) -> Busy:
        """More than `limits.waiting_per_client` allows: `waiting` pieces of work wait already, `most` may."""
        return cls(
            f"{waiting} requests of this token or session wait already; limits.waiting_per_client allows {most}.",
            headers={"Retry-After": "1"},
        )


class StoreAway(Unavailable):
    code, title = "store_away", "The store of the files is away"
    default_hint = (
        "Connect the disk that holds `paths.assets_dir`, or set it to where the files are; nothing was lost."
    )


class QueryTimeout(FaceForgeError):
    code, status, title = "query_timeout", 504, "The query took longer than is allowed"
    default_hint = "Ask for less at once, or raise `limits.query_seconds`."


class NoSpace(FaceForgeError):
    code, status, title = "no_space", 507, "The disk is full"
    default_hint = "Free space on the disk of the data directory; nothing was half-written."


class CannotStart(FaceForgeError):
    code, status, title = "cannot_start", 503, "FaceForge cannot start"

    @classmethod
    def unwritable(cls, file: object, reason: object) -> CannotStart:
        """A file that must be written cannot be; `reason` is the message of the operating system."""
        return cls(f"{file} cannot be written: {reason}", "Make room on its disk, or mend its permissions.")
