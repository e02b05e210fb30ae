"""`faceforge token`: the keys to the API, shown, made, listed, revoked and rotated; and links that sign in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from cyclopts import App, Parameter

from faceforge_server.commands.options import HomeOption

if TYPE_CHECKING:
    from faceforge_server.core_client import Ask
    from faceforge_storage.home.home import Home

HELP = """Show, make, list, revoke and rotate tokens, the keys to the API, and make links that sign a browser in.

In a checkout it is `python3 dev.py token`, which shows the install token when nothing follows.

Core is asked with the token in FACEFORGE_TOKEN, when that is set, else with the install token."""
token = App(name="token", help=HELP)

Name = Annotated[str, Parameter(help="The name of the token.")]


@token.command
def show(*, home: HomeOption = None) -> None:
    """Print the install token, which may do all."""
    from faceforge_storage.home.home import open_home

    _, settings = open_home(home, new=False)
    print(settings.auth.install_token.get_secret_value())


@token.command
def link(*, home: HomeOption = None) -> None:
    """Print a link that signs a browser in, once and within a minute. It may do what the token may that asks for it."""
    from faceforge_server.core_client import core_of
    from faceforge_storage.home.home import open_home

    with core_of(*open_home(home, new=False), running=True) as ask:
        print(ask("POST", "/v1/sign-in-codes")["url"])


@token.command
def create(
    *,
    name: Annotated[str, Parameter(help="What you will know it by.")],
    permission: Annotated[
        list[str],
        Parameter(
            help="What it may do, such as entities:read; several may be given. entities:write includes entities:read.",
            negative="",
        ),
    ],
    home: HomeOption = None,
) -> None:
    """Make a limited token and print it. It is shown this once."""
    from faceforge_server.core_client import core_of
    from faceforge_storage.home.home import open_home

    with core_of(*open_home(home, new=False)) as ask:
        print(ask("POST", "/v1/tokens", {"name": name, "permissions": permission})["secret"])


@token.command(name="list")
def list_(*, home: HomeOption = None) -> None:
    """List the tokens that were made: name, permissions with what they include, when. Their secrets are not kept."""
    from faceforge_server.core_client import core_of
    from faceforge_storage.home.home import open_home

    with core_of(*open_home(home, new=False)) as ask:
        made = list(_tokens(ask))
    for each in made:
        print(each["name"], ",".join(each["permissions"]), each["created_at"], sep="\t")
    if not made:
        print("No tokens were made; there is only the install token.", file=sys.stderr)


@token.command
def revoke(name: Name, *, home: HomeOption = None) -> None:
    """Make a token void at once."""
    from faceforge_server.core_client import core_of
    from faceforge_storage.home.home import open_home

    place, settings = open_home(home, new=False)
    with core_of(place, settings) as ask:
        ask("DELETE", f"/v1/tokens/{_id_of(ask, place, name)}")
    print(f"The token {name} is revoked.", file=sys.stderr)


@token.command
def rotate(
    name: Annotated[str | None, Parameter(help="Which token; without it the install token.")] = None,
    *,
    home: HomeOption = None,
) -> None:
    """Give a token a new secret and print it; the old one is void at once."""
    from faceforge_server.core_client import core_of
    from faceforge_storage.home.home import open_home
    from faceforge_storage.home.settings import rotate_install_token

    place, settings = open_home(home, new=False)
    if name is None:
        print(rotate_install_token(place.settings_file))
        return
    with core_of(place, settings) as ask:
        print(ask("POST", f"/v1/tokens/{_id_of(ask, place, name)}/rotate")["secret"])


def _tokens(ask: Ask) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        query = {"limit": 500, **({"cursor": cursor} if cursor else {})}
        page = ask("GET", f"/v1/tokens?{urlencode(query)}")
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _id_of(ask: Ask, home: Home, name: str) -> str:
    from faceforge_server.token_command import token_command
    from faceforge_storage.errors import NotFound

    for each in _tokens(ask):
        if each["name"] == name:
            return str(each["token_id"])
    raise NotFound(
        f"There is no token named {name}.", hint=f"`{token_command(home.root, 'list')}` names them."
    )
