r"""Read keepalived.conf: the configuration in force, and what becomes of every statement.

>>> text = '''
... vrrp_instance VI_1 {
...     interface eth0
...     virtual_router_id 51
...     priority 150
...     advert_int 1.5
...     virtual_ipaddress {
...         192.168.1.219/24
...     }
... }
... '''
>>> config = read_keepalived(text)
>>> config.instances[0].advert_int.value, config.instances[0].advert_int.why
(2000000000, 'VRRP version 2 counts in whole seconds: 1.5s is rounded to 2s')
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from vipsim.errors import Problem, ScenarioError
from vipsim.scenario.keepalived.build import build
from vipsim.scenario.keepalived.collect import Block, Collector
from vipsim.scenario.keepalived.config import KeepalivedConfig
from vipsim.scenario.keepalived.config_parts import Statement
from vipsim.scenario.keepalived.effective import settle
from vipsim.scenario.keepalived.families import without_ipv6
from vipsim.scenario.keepalived.keywords import Standing
from vipsim.scenario.keepalived.parser import parse
from vipsim.scenario.keepalived.places import Enough, Findings
from vipsim.scenario.keepalived.preprocess import Directive, Preprocessor
from vipsim.scenario.keepalived.substitution import Piece

TEXT = "<text>"
"""What places call a text without a file."""


def read_keepalived(
    source: str | os.PathLike[str] | bytes,
    *,
    node: str = "",
    config_id: str | None = None,
    name: str = TEXT,
    folder: str | None = None,
) -> KeepalivedConfig:
    """Read a configuration from a file, or from text.

    Parameters
    ----------
    source : path, str or bytes
        A path; a str with a line end in it, or bytes, are taken as the text itself.
    node : str
        Name of the host that the configuration is for.
    config_id : str, optional
        What lines ``@id`` are compared with (keepalived -i). By default the node; without either, only
        ``@^id`` lines hold.
    name : str
        What errors call a text.
    folder : str, optional
        Where the includes of a text are looked for. By default they are not followed.

    Raises
    ------
    ScenarioError
        With every error, sorted by position; also if a file cannot be read.
    """
    findings = Findings()
    identity = config_id if config_id is not None else node or None
    reading = Preprocessor(findings, identity)
    config = KeepalivedConfig()
    with suppress(Enough):
        config = _read(_pieces(reading, source, name, folder), findings, reading.directives)
    config = replace(
        config,
        node=node,
        warnings=tuple(sorted(findings.warnings, key=lambda warned: warned.place)),
        files=tuple(reading.library.files),
    )
    if findings.problems:
        raise NotRunnable(sorted(findings.problems, key=_position), config)
    return config


class NotRunnable(ScenarioError):
    """A configuration with which keepalived ends at once.

    Parameters
    ----------
    problems : sequence of Problem
        What it ends with.
    config : KeepalivedConfig
        What was read all the same: its report and warnings tell of further mistakes.
    """

    def __init__(self, problems: Sequence[Problem], config: KeepalivedConfig) -> None:
        super().__init__(problems)
        self.config = config

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self.config)


def _position(problem: Problem) -> tuple[str, int, int]:
    return problem.path, problem.line, problem.column


def _pieces(
    reading: Preprocessor, source: str | os.PathLike[str] | bytes, name: str, folder: str | None
) -> Iterator[Piece]:
    if isinstance(source, bytes):
        return reading.text(source, name, folder)
    if isinstance(source, str) and ("\n" in source or not source.strip()):
        return reading.text(source.encode("utf-8", "surrogatepass"), name, folder)
    return reading.file(os.fspath(source))


def _read(pieces: Iterator[Piece], findings: Findings, directives: list[Directive]) -> KeepalivedConfig:
    nodes = parse(pieces, findings)
    collector = Collector(findings)
    top = collector.block(nodes, Block())
    config = build(top, findings)
    # Values of a file whose braces do not pair belong to other blocks than it seems: nothing is concluded.
    if not findings.problems:
        config = settle(config, findings)
    statements = collector.report if findings.problems else without_ipv6(collector.report, config)
    report = [*statements] + [_directive(one) for one in directives]
    report.sort(key=lambda statement: statement.place)
    return replace(config, report=tuple(report))


def _directive(one: Directive) -> Statement:
    standing = Standing.MODELLED if one.keyword.startswith("include") else Standing.IGNORED
    if one.note.startswith("not followed"):
        standing = Standing.IGNORED
    return Statement(one.place, "", one.keyword, one.text, standing, one.note)
