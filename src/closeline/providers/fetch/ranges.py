"""Which addresses are out on the public network: our own table, because libraries disagree about wrapped ones.

Sources: the IANA special-purpose registries for IPv4 and IPv6. Whatever wraps an IPv4 address into an IPv6 one is
refused whole, so that `64:ff9b::a9fe:a9fe` is no way to 169.254.169.254.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_PRIVATE_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Only global unicast is out there at all; what is refused below it wraps IPv4 or leads nowhere.
_GLOBAL_6 = IPv6Network("2000::/3")
_PRIVATE_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0/96",
    )
)  # fmt: skip


def is_public(text: str) -> bool:
    """Say whether an address may be called as a stranger's; what is no address may not."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _PRIVATE_4)
    return address in _GLOBAL_6 and not any(address in network for network in _PRIVATE_6)


def is_loopback(text: str) -> bool:
    """Say whether an address is this machine's own, unwrapped."""
    return text == "::1" or (text.startswith("127.") and _is_four(text))


def _is_four(text: str) -> bool:
    try:
        return isinstance(ip_address(text), IPv4Address)
    except ValueError:
        return False
