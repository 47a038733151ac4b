"""ucarp's command line as a part in a CARP group: ucarp(8) of 1.5.2.

It is read as getopt_long(3) reads it: short options may stand together (``-Pz``), a value may follow at once
(``-k100``) or after an equals sign (``--advskew=100``), and a long option may be cut as long as it is clear.

>>> read_ucarp("-i eth0 -s 192.168.1.217 -v 51 -p secret -a 192.168.1.219 -k 100 -Pz".split()).member()
{'iface': 'eth0', 'advbase': 1, 'advskew': 100, 'ratio': 3, 'preempt': True, 'shutdown': True}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from vipsim.errors import AddressError, ScenarioError
from vipsim.scenario.fields import nearest, shown
from vipsim.wire.addresses import VRRP_GROUP, IPv4

_LONG = {
    "interface": "i", "srcip": "s", "mcast": "m", "vhid": "v", "pass": "p", "passfile": "o", "preempt": "P",
    "neutral": "n", "addr": "a", "help": "h", "advbase": "b", "advskew": "k", "upscript": "u",
    "downscript": "d", "deadratio": "r", "debug": "D", "shutdown": "z", "daemonize": "B",
    "ignoreifstate": "S", "nomcast": "M", "facility": "f", "xparam": "x",
}  # fmt: skip
_WITH_VALUE = frozenset("ismvpoabkudrfx")
_SILENT = frozenset("DBfx")
"""Options that change nothing on the wire: logging, the background, what the scripts are told besides."""


@dataclass(frozen=True, slots=True)
class Ucarp:
    """What one ucarp is told."""

    iface: str
    address: IPv4
    vhid: int
    password: str
    vip: IPv4
    up_script: str = ""
    down_script: str = ""
    advbase: int = 1
    advskew: int = 0
    ratio: int = 3
    preempt: bool = False
    shutdown: bool = False
    neutral: bool = False
    ignore_carrier: bool = False

    def member(self) -> dict[str, Any]:
        """Return its part in a ``carp`` group of a scenario, as plain data; the password is the group's."""
        always = ("iface", "advbase", "advskew", "ratio", "preempt")
        flags = ("shutdown", "neutral", "ignore_carrier")
        return {key: getattr(self, key) for key in always} | {
            key: True for key in flags if getattr(self, key)
        }


def read_ucarp(argv: Sequence[str], files: Mapping[str, str] | None = None) -> Ucarp:
    """Read a command line.

    Parameters
    ----------
    argv : sequence of str
        With or without the program's name in front.
    files : mapping, optional
        Texts of the files that it names, by path: ``--passfile`` needs its own.

    Raises
    ------
    ScenarioError
        Naming the option that is unknown, not modelled, missing, or has a value that it cannot have.
    """
    given: dict[str, Any] = {}
    for letter, value in _options(list(argv)):
        match letter:
            case "i":
                given["iface"] = value
            case "s" | "a":
                given["address" if letter == "s" else "vip"] = _address(letter, value)
            case "v":
                given["vhid"] = _number(letter, value, 1, 255)
            case "b" | "k":
                given["advbase" if letter == "b" else "advskew"] = _number(letter, value, 0, 255)
            case "r":
                given["ratio"] = _number(letter, value, 1, 1000)
            case "p":
                given["password"] = value
            case "o":
                given["password"] = _first_line(value, files or {})
            case "u" | "d":
                given["up_script" if letter == "u" else "down_script"] = value
            case "P" | "z" | "n" | "S":
                flag = {"P": "preempt", "z": "shutdown", "n": "neutral", "S": "ignore_carrier"}[letter]
                given[flag] = True
            case "m" if value == str(VRRP_GROUP):
                pass
            case _ if letter not in _SILENT:
                raise ScenarioError(f"ucarp: -{letter} ({_name(letter)}) is not modelled: leave it out")
    return _made(given)


def _made(given: dict[str, Any]) -> Ucarp:
    needed = {"iface": "i", "address": "s", "vhid": "v", "password": "p", "vip": "a"}
    missing = [f"-{letter} ({_name(letter)})" for key, letter in needed.items() if not given.get(key)]
    if missing:
        raise ScenarioError(f"ucarp: {', '.join(missing)} is missing")
    made = Ucarp(**given)
    if made.advbase == made.advskew == 0:
        raise ScenarioError("ucarp: -b (advbase) and -k (advskew) are both 0: there must be a period")
    assert set(given) <= {one.name for one in fields(Ucarp)}
    return made


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Each option with its value, as getopt_long gives them."""
    if words and not words[0].startswith("-"):
        del words[0]
    while words:
        word = words.pop(0)
        if word.startswith("--") and len(word) > 2:
            name, equals, value = word[2:].partition("=")
            letter = _letter(name)
            if letter not in _WITH_VALUE and equals:
                raise ScenarioError(f"ucarp: {shown(word)}: {_name(letter)} takes no value")
            yield letter, (value if equals else _next(letter, words))
            continue
        if not word.startswith("-") or len(word) < 2 or word == "--":
            raise ScenarioError(f"ucarp: {shown(word)} is no option: an option begins with -")
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter not in _LONG.values():
                known = " ".join(f"-{one}" for one in sorted(_LONG.values()))
                raise ScenarioError(f"ucarp: there is no option {shown('-' + letter)}: it has {known}")
            if letter in _WITH_VALUE and letters:
                yield letter, letters
                break
            yield letter, _next(letter, words)


def _letter(name: str) -> str:
    if name in _LONG:
        return _LONG[name]
    meant = [long for long in _LONG if long.startswith(name)]
    if len(meant) == 1:
        return _LONG[meant[0]]
    hint = f"it may be {', '.join(meant)}" if meant else nearest(name, _LONG)
    raise ScenarioError(f"ucarp: there is no option {shown('--' + name)}: {hint}")


def _next(letter: str, words: list[str]) -> str:
    if letter not in _WITH_VALUE:
        return ""
    if not words:
        raise ScenarioError(f"ucarp: -{letter} ({_name(letter)}) has no value: write one after it")
    return words.pop(0)


def _name(letter: str) -> str:
    return next(long for long, short in _LONG.items() if short == letter)


def _refused(letter: str, value: str, hint: str) -> ScenarioError:
    return ScenarioError(f"ucarp: -{letter} ({_name(letter)}) cannot be {shown(value)}: {hint}")


def _number(letter: str, value: str, least: int, most: int) -> int:
    is_number = value.isascii() and value.isdigit() and len(value) < 6
    if not is_number or not least <= int(value) <= most:
        raise _refused(letter, value, f"allowed: {least} to {most}")
    return int(value)


def _address(letter: str, value: str) -> IPv4:
    parse: Callable[[str], IPv4] = IPv4.parse
    try:
        return parse(value)
    except AddressError:
        raise _refused(letter, value, "write an address such as 192.168.1.219") from None


def _first_line(path: str, files: Mapping[str, str]) -> str:
    if path not in files:
        raise _refused("o", path, "the text of this file was not given")
    return files[path].split("\n", 1)[0]
