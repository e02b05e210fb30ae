"""The version of a record that a form sends back."""

from __future__ import annotations

import pytest

from faceforge_storage.errors import BadRequest
from faceforge_ui.serving.form import Form


@pytest.mark.parametrize(("sent", "read"), [({"version": ["7"]}, 7), ({"version": [""]}, None), ({}, None)])
def test_a_form_says_which_version_the_person_saw(sent: dict[str, list[str]], read: int | None) -> None:
    assert Form(sent).version() == read


@pytest.mark.parametrize("text", ["seven", "-1", "1.5", "²", "9" * 5000])
def test_what_is_no_version_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadRequest, match="cannot be read"):
        Form({"version": [text]}).version()
