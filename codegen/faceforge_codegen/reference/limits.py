"""The page of limits: what each bounds, and what happens beyond it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from faceforge_codegen.reference.markdown import one_line
from faceforge_storage.home.settings import Beyond, Limits

INTRODUCTION = """# Limits

Memory, time, connections and disk are budgets, so that nothing a program asks for stops Core. Each is a
[setting](settings.md) in `config/core.json`. What would go beyond one is refused by an error that names the setting,
the count that was met and what to do, with a code that stays the same ([errors.md](errors.md)). Nothing is lost.

| setting | default | what it bounds | beyond it |
|---|---|---|---|
"""


def page() -> str:
    return INTRODUCTION + "\n".join(_rows()) + "\n"


def _rows() -> Iterator[str]:
    for name, field in Limits.model_fields.items():
        (beyond,) = (each for each in field.metadata if isinstance(each, Beyond))
        outcome = beyond.outcome
        shown = outcome if isinstance(outcome, str) else f"{outcome.status} `{outcome.code}`"
        yield f"| `limits.{name}` | `{json.dumps(field.default)}` | {one_line(field.description)} | {shown} |"
