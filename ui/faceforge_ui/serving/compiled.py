"""Jinja with two short cuts for what a page does a thousand times: it looks into dicts, and it escapes texts.

Both answer what Jinja does; together they take a quarter off a page (decision 0046).
"""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Environment
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from markupsafe import Markup, escape

SPECIAL = re.compile("[&<>'\"]").search
"""Finds what must not stand in a page as it is."""
METHODS = frozenset(dir(dict))
"""Names that mean the dict itself, whatever keys it has: `kept.items()`."""


def written(value: Any) -> str:
    """A value as it is written into a page; what is markup already is not copied."""
    kind = type(value)
    plain = kind is Markup or (kind is str and not SPECIAL(value))
    return value if plain else escape(value)


class _Code(CodeGenerator):
    """Writes `{{ value }}` by `written`."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
            return
        self.write("environment.written(")
        if finalize.src is not None:
            self.write(finalize.src)


_getattr = Environment.getattr


class Templates(Environment):
    """An environment with the short cuts."""

    code_generator_class = _Code
    written = staticmethod(written)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute` of a template: data has keys, and Jinja would look for an attribute first."""
        if type(obj) is dict and attribute in obj and attribute not in METHODS:
            return obj[attribute]
        return _getattr(self, obj, attribute)
