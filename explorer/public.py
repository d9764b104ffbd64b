"""Which network addresses are the public internet's: only those are ever fetched from."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Ranges of IPv6 that lead to an IPv4 address, and how far from the end that address lies.
NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
COMPATIBLE = ipaddress.IPv6Network("::/96")


def is_public(text: str) -> bool:
    """Tell whether an address is global, and whatever IPv4 address it wraps is too."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if "%" in text or address.is_multicast or address.is_reserved or not address.is_global:
        # NAT64's own prefix counts as global or not depending on the version of Python.
        return isinstance(address, ipaddress.IPv6Address) and _is_public_nat64(address)
    return all(is_public(str(inner)) for inner in _unwrap(address))


def _is_public_nat64(address: ipaddress.IPv6Address) -> bool:
    return address in NAT64[0] and is_public(str(_last(address)))


def _unwrap(address: Address) -> list[ipaddress.IPv4Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in COMPATIBLE or any(address in network for network in NAT64):
        found.append(_last(address))
    return [inner for inner in found if inner is not None]


def _last(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
