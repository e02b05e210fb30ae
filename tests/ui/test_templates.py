"""Templates: the short cuts of ours answer what Jinja does, and what templates are given in Python."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import DictLoader, UndefinedError
from jinja2 import Environment as Plain
from markupsafe import Markup, escape

from faceforge_ui.serving.compiled import Templates, written
from faceforge_ui.serving.markup import attributes, icon, style
from faceforge_ui.serving.rendering import templates

HOSTILE = "<img src=x onerror=\"a('&')\">"


class Drawn:
    """Has a way of its own to be written, as Jinja knows it."""

    def __html__(self) -> str:
        return "<b>drawn</b>"


class Text(str):
    """A text that is more than one."""


@pytest.mark.parametrize(
    "value",
    [
        *["", "plain", HOSTILE, "&amp;", "'", '"', chr(0), "سارة", "\u202eevil\u202c"],
        *[7, 1.5, None, True, [HOSTILE], {"<": ">"}],
        *[Text(HOSTILE), Drawn(), Markup(HOSTILE)],
    ],
)
def test_what_is_written_is_what_jinja_writes(value: Any) -> None:
    assert written(value) == escape(value)


@pytest.mark.parametrize(
    "template",
    [
        "{{ text }}{{ text ~ '&' }}{% set one %}{{ text }}{% endset %}{{ one }}",
        "{% macro one(text) %}<i>{{ text }}</i>{{ caller() }}{% endmacro %}{% call one(text) %}{{ text }}{% endcall %}",
        "{% for name, each in data.items() %}{{ name }}={{ each }}{% endfor %}{{ data.items is callable }}",
        "{{ data.plain }}{{ data['plain'] }}{{ text.upper() }}{{ data.get('none', 'nothing') }}",
        "{% autoescape false %}{{ text }}{% endautoescape %}",
        "{% autoescape text == '' %}{{ text }}{% endautoescape %}",
    ],
)
def test_a_template_reads_as_it_would_without_the_short_cuts(template: str) -> None:
    values = {"text": HOSTILE, "data": {"items": "<key>", "plain": HOSTILE}}
    ours, plain = (
        made(loader=DictLoader({"t": template}), autoescape=True).get_template("t").render(values)
        for made in (Templates, Plain)
    )
    assert ours == plain


def test_a_name_that_is_missing_is_still_a_fault() -> None:
    environment = Templates(undefined=templates().undefined)
    for template in ("{{ data.missing }}", "{{ missing }}"):
        with pytest.raises(UndefinedError):
            environment.from_string(template).render(data={})


def test_pages_have_the_short_cuts_and_escape() -> None:
    page = templates().from_string("{{ text }}")
    assert page.render(text=HOSTILE) == str(escape(HOSTILE))
    assert isinstance(templates(), Templates)


def test_attributes_are_named_and_escaped() -> None:
    given = {"data_swap": '#a"><b', "hidden": True, "off": False, "none": None, "aria_pressed": False}
    assert (
        attributes({**given, "aria_busy": True, "class": "x", "rows": 0}, ["class"])
        == ' data-swap="#a&#34;&gt;&lt;b" hidden aria-pressed="false" aria-busy="true" rows="0"'
    )


def test_the_name_of_a_picture_cannot_leave_its_address() -> None:
    assert '"><b' not in icon('x"><b')


def test_a_style_that_does_not_exist_is_a_fault() -> None:
    with pytest.raises(FileNotFoundError):
        style("entities/none.css")
