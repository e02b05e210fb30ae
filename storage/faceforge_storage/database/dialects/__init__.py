"""What differs between databases, one module for each; here is the one that is used.

SQLite is the only dialect so far; another one is a module beside it with the same names.
"""

from faceforge_storage.database.dialects.sqlite import (
    among,
    any_contains,
    contains,
    json_value,
    listed,
    make_engine,
    starts_with,
    stop_after,
    sync_field_index,
    warn_of_old_sqlite,
)

__all__ = [
    "among",
    "any_contains",
    "contains",
    "json_value",
    "listed",
    "make_engine",
    "starts_with",
    "stop_after",
    "sync_field_index",
    "warn_of_old_sqlite",
]
