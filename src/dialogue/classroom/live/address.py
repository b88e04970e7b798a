"""Where phones find this computer: its addresses on networks that are private."""

from __future__ import annotations

import io
import ipaddress
import socket
from contextlib import suppress

# Of virtual machines, containers and tunnels: no phone is on such a network.
_VIRTUAL = (
    "docker",
    "br-",
    "veth",
    "vbox",
    "vmnet",
    "virbr",
    "utun",
    "tun",
    "tap",
    "wg",
    "vethernet",
)


def _own() -> str:
    """The address that the system would send from.  Nothing is sent: the other end is one that
    is kept for documentation, and connecting a datagram socket only asks for the way there."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(("192.0.2.1", 9))
        return str(asking.getsockname()[0])
    return ""


def addresses() -> list[str]:
    """This computer's addresses in the room's network, the likeliest first."""
    found: dict[str, bool] = {}
    with suppress(ImportError, OSError):
        import psutil

        for name, all_of_it in psutil.net_if_addrs().items():
            for one in all_of_it:
                if one.family == socket.AF_INET:
                    found[one.address] = name.lower().startswith(_VIRTUAL)
    own = _own()
    if own:
        found.setdefault(own, False)
    usable = [a for a in found if not ipaddress.ip_address(a).is_loopback and _private(a)]
    return sorted(usable, key=lambda a: (found[a], a != own))


def _private(address: str) -> bool:
    return not ipaddress.ip_address(address).is_global


def qr(words: str) -> str:
    """*words* as a QR code (SVG), or nothing where segno is not installed."""
    try:
        import segno
    except ImportError:
        return ""
    drawn = io.BytesIO()
    code = segno.make(words, error="l", micro=False)
    code.save(drawn, kind="svg", scale=8, dark="#000", light="#fff", omitsize=True, xmldecl=False)
    return drawn.getvalue().decode()
