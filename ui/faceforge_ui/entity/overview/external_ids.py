"""Reads what other systems call an entity, as a form sent it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from faceforge_storage.errors import Fault, InvalidInput

NAMESPACE = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
RULE = "The name of a system has letters, digits, dots and dashes only, such as wikidata."


def read_external_ids(namespaces: Sequence[str], values: Sequence[str]) -> list[dict[str, str]]:
    """The pairs of a form, without rows that are empty. Raises InvalidInput for a row that is half empty."""
    found = []
    for namespace, value in zip(namespaces, values, strict=False):
        system, own = "-".join(namespace.lower().split()), value.strip()
        if not system and not own:
            continue
        if not NAMESPACE.fullmatch(system):
            raise InvalidInput(RULE, errors=(Fault("/namespace", RULE, "pattern"),))
        if not own:
            message = f"What does {system} call it? Write that, or remove the row."
            raise InvalidInput(message, errors=(Fault("/value", message, "required"),))
        found.append({"namespace": system, "value": own})
    return found
