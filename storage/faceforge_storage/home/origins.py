"""How the origin of a web page is written in the settings."""

from __future__ import annotations

import re
from ipaddress import ip_address

ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[1-9][0-9]{0,4}))?"
)
"""An origin as a browser writes it (RFC 6454)."""
LAST_PORT = 65535
IMPLIED_PORTS = {("http", "80"), ("https", "443")}


def _is_host(host: str) -> bool:
    """Whether a browser can write a host so: an address in its one short form, or a name."""
    address = host.strip("[]")
    if host == address and not host.replace(".", "").isdigit():
        return ".." not in host and not host.startswith(".")
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return parsed.compressed == address and (parsed.version == 4) == (host == address)


def origin(text: str) -> str:
    """An origin as browsers send it: in lower case, without the port that the scheme implies. Raises ValueError."""
    found = ORIGIN.fullmatch(text.lower())
    if found is None or not _is_host(found["host"]) or int(found["port"] or 0) > LAST_PORT:
        several = " `*` is not taken: name each site whose pages may call." if text == "*" else ""
        raise ValueError(
            "is not an origin: scheme, host and perhaps a port, as in http://127.0.0.1:8188, without a path or a "
            f"slash at the end.{several}"
        )
    implied = (found["scheme"], found["port"]) in IMPLIED_PORTS
    return found[0].removesuffix(f":{found['port']}") if implied else found[0]
