"""What differs between databases, one module for each; this package offers the one in use.

SQLite is the only dialect so far; another one is a module beside it with the same names.
"""

from faceforge_storage.database.dialects.sqlite import (
    Listed,
    all_among,
    among,
    any_contains,
    contains,
    holds_for_each,
    in_transaction,
    insert_or_ignore,
    interrupt,
    is_one_of,
    json_keys,
    json_kind,
    json_rows,
    json_value,
    make_engine,
    next_row_id,
    savepoint,
    starts_with,
    stop_after,
    sync_field_index,
    total_changes,
    truncate_log,
)
from faceforge_storage.database.dialects.sqlite_files import connect_immutable, takes_no_log
from faceforge_storage.database.dialects.sqlite_library import description, warning

__all__ = [
    "Listed",
    "all_among",
    "among",
    "any_contains",
    "connect_immutable",
    "contains",
    "description",
    "holds_for_each",
    "in_transaction",
    "insert_or_ignore",
    "interrupt",
    "is_one_of",
    "json_keys",
    "json_kind",
    "json_rows",
    "json_value",
    "make_engine",
    "next_row_id",
    "savepoint",
    "starts_with",
    "stop_after",
    "sync_field_index",
    "takes_no_log",
    "total_changes",
    "truncate_log",
    "warning",
]
