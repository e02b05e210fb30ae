"""What differs between databases, one module for each; this package offers the one in use.

SQLite is the only dialect so far; another one is a module beside it with the same names.
"""

from faceforge_storage.database.dialects.sqlite import (
    among,
    any_contains,
    contains,
    json_rows,
    json_value,
    make_engine,
    starts_with,
    stop_after,
    sync_field_index,
)
from faceforge_storage.database.dialects.sqlite_library import description, warning

__all__ = [
    "among",
    "any_contains",
    "contains",
    "description",
    "json_rows",
    "json_value",
    "make_engine",
    "starts_with",
    "stop_after",
    "sync_field_index",
    "warning",
]
