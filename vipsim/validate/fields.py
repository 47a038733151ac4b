"""Reading one row's fields: each value is checked where it is taken, and a complaint says where it stood."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from vipsim.errors import AddressError, VipsimError
from vipsim.units import MS, SECOND, Time
from vipsim.wire.addresses import IPv4, Mac

_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a whole number"}
_LONGEST = 10**5
"""Seconds: a longer wait than a day is a mistake (and would be simulated)."""
_IPV6 = re.compile(r"(?=.*:)[0-9a-fA-F:.]{2,45}(%[\w.-]+)?")
_NAME = re.compile(r"[\w.-]{1,15}")


class RowError(VipsimError, ValueError):
    """A row that cannot be interpreted: `place` in the row, reason, and what to write instead."""

    def __init__(self, place: str, reason: str, fix: str) -> None:
        self.place, self.reason, self.fix = place, reason, fix
        super().__init__(f"{place}: {reason}: {fix}" if place else f"{reason}: {fix}")


class SkipRow(VipsimError):
    """A row that is well formed and asks for what is not modelled: the reason, to be counted."""


class Fields:
    """The fields of one object of a row; `place` is where the object stands in it."""

    __slots__ = ("data", "place")

    def __init__(self, data: dict[str, Any], place: str = "") -> None:
        self.data = data
        self.place = place

    def __contains__(self, name: str) -> bool:
        return name in self.data

    def at(self, name: str) -> str:
        """Place of field `name` in the row; no name: of the object itself."""
        return ".".join(part for part in (self.place, name) if part)

    def wrong(self, name: str, reason: str, fix: str) -> NoReturn:
        """Complain about field `name`."""
        raise RowError(self.at(name), reason, fix)

    def has(self, name: str) -> bool:
        """Whether `name` is there and not null."""
        return self.data.get(name) is not None

    def raw(self, name: str, kind: type) -> Any:
        """Value of a field that must be there and of this JSON type."""
        if name not in self.data:
            self.wrong(name, "the field is missing", f"write {_KINDS[kind]}")
        value = self.data[name]
        is_kind = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if not is_kind:
            self.wrong(name, f"{shown(value)} is not {_KINDS[kind]}", f"write {_KINDS[kind]}")
        return value

    def obj(self, name: str) -> Fields:
        """Return an object."""
        return Fields(self.raw(name, dict), self.at(name))

    def objects(self, name: str) -> Iterator[Fields]:
        """Elements of a list of objects."""
        for number, value in enumerate(self.raw(name, list)):
            place = f"{self.at(name)}[{number}]"
            if not isinstance(value, dict):
                raise RowError(place, f"{shown(value)} is not an object", "write an object")
            yield Fields(value, place)

    def texts(self, name: str) -> list[str]:
        """Return a list of texts."""
        values = self.raw(name, list)
        for value in values:
            if not isinstance(value, str):
                self.wrong(name, f"{shown(value)} in it is not a text", "write a list of texts")
        return list(values)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; `default` if the field is absent or null."""
        if default is not None and not self.has(name):
            return default
        return str(self.raw(name, str))

    def flag(self, name: str, default: bool | None = None) -> bool:
        """Return true or false; `default` if the field is absent or null."""
        if default is not None and not self.has(name):
            return default
        return bool(self.raw(name, bool))

    def count(self, name: str, least: int = 0, most: int = 2**31 - 1, default: int | None = None) -> int:
        """Return a whole number in a range; `default` if the field is absent or null."""
        if default is not None and not self.has(name):
            return default
        value = int(self.raw(name, int))
        if not least <= value <= most:
            self.wrong(name, f"{shown(value)} is out of range", f"write {least} to {most}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """Return a finite number; `default` if the field is absent or null."""
        if default is not None and not self.has(name):
            return default
        value = self.data.get(name)
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or (isinstance(value, float) and not math.isfinite(value))
        ):
            self.wrong(name, f"{shown(value)} is not a number", "write a number")
        # a whole number may be too long for a float: it is compared as it is
        if abs(value) > 1e15:
            self.wrong(name, f"{shown(value)} is out of range", "write less than 1e15")
        return float(value)

    def seconds(self, name: str, default: float | None = None) -> Time:
        """Return a time in ns, written in seconds; it may be negative."""
        return self._time(name, self.number(name, default), SECOND)

    def milliseconds(self, name: str) -> Time:
        """Return a duration in ns, written in ms."""
        value = self.number(name)
        if value < 0:
            self.wrong(name, f"{shown(value)} is less than nothing", "write a duration in ms")
        return self._time(name, value, MS)

    def _time(self, name: str, value: float, unit: Time) -> Time:
        time = round(value * unit)
        if abs(time) > _LONGEST * SECOND:
            self.wrong(name, f"{shown(value)} is too far away", f"write at most {_LONGEST} s")
        return time

    def mac(self, name: str) -> Mac:
        """Return a MAC address."""
        value: Mac = self._address(name, Mac)
        return value

    def ip(self, name: str) -> IPv4:
        """Return an IPv4 address."""
        value: IPv4 = self._address(name, IPv4)
        return value

    def _address(self, name: str, kind: Any) -> Any:
        text = self.text(name)
        try:
            return kind.parse(text)
        except AddressError as error:
            reason, _, fix = str(error).partition(": ")
            self.wrong(name, reason, fix)

    def name(self, name: str) -> str:
        """Return the name of an interface or port."""
        value = self.text(name)
        if not _NAME.fullmatch(value):
            self.wrong(name, f"{shown(value)} is not a name", "write the name of an interface or port")
        return value

    def net(self, name: str) -> tuple[IPv4, int] | None:
        """Return an address with its prefix length; None if it is an IPv6 one."""
        return parse_net(self.text(name), self.at(name))

    def nets(self, name: str) -> list[tuple[IPv4, int]]:
        """Return the IPv4 ones of a list of addresses with prefix lengths."""
        found = [parse_net(text, f"{self.at(name)}[{n}]") for n, text in enumerate(self.texts(name))]
        return [net for net in found if net is not None]


def parse_net(text: str, place: str) -> tuple[IPv4, int] | None:
    """Read ``192.168.1.10/24``; None if it is an IPv6 address, which is not modelled."""
    address, slash, prefix = text.partition("/")
    limit = 128 if ":" in address else 32
    fits = not slash or (prefix.isascii() and prefix.isdigit() and len(prefix) < 4 and int(prefix) <= limit)
    if not fits:
        raise RowError(place, f"{shown(text)} has no usable prefix length", "write 192.168.1.10/24")
    if _IPV6.fullmatch(address):
        return None
    try:
        return IPv4.parse(address), int(prefix) if slash else 32
    except AddressError as error:
        reason, _, fix = str(error).partition(": ")
        raise RowError(place, reason, fix) from None


def shown(value: object) -> str:
    """A value as a complaint quotes it: short, whatever it is."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
