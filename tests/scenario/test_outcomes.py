"""What comes of every shipped scenario, and of every `vipsim run` that its header tells a reader to try.

``outcomes.txt`` is the transcript: a command and the numbers that it ends with, for its seed. It is reviewed
as a diff (``python -m tests.scenario.test_outcomes`` writes it again); tests/sim judges why it comes out so.
"""

import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from tests.docs.test_commands import SCENARIOS, commands, header
from vipsim import Level, run
from vipsim.cli import parser
from vipsim.cli.options import find_scenario, read_changed
from vipsim.trace import Trace
from vipsim.trace.formatting import blackout_text
from vipsim.trace.outcome import ClientOutage
from vipsim.units import MS, seconds

TABLE = Path(__file__).parent / "outcomes.txt"
NAMES = [path.stem for path in SCENARIOS]
FIX = "The fix"
ON_ITS_WAY = MS
"""Two masters for no longer: the winner's advert is on the cable."""


@cache
def played(command: str) -> Trace:
    args = parser("run").parse_args(shlex.split(command)[1:])
    changed = read_changed(find_scenario(args.scenario), args.settings, args.faults)
    return run(changed, args.seed, level=Level.PROTOCOL)


def outcome(trace: Trace) -> str:
    """The numbers of a run in one line; what did not happen is left out."""
    metrics = trace.metrics
    found = [
        f"{name} {blackout_text(ClientOutage(one.blackout, one.censored))}"
        + (f" in {len(one.silences)}" if len(one.silences) > 1 else "")
        for name, one in metrics.clients.items()
    ]
    for label, time in (("two masters", metrics.dual_master), ("two owners", metrics.dual_owner)):
        found += [f"{label} {seconds(time)}"] * (time > ON_ITS_WAY)
    found += [f"false failovers {metrics.false_failovers}"] * bool(metrics.false_failovers)
    for name, session in metrics.sessions.items():
        found += [f"{name} failed: {error} {count}" for error, count in session.errors.items()]
    for database in metrics.databases.values():
        found.append(f"rows lost {database.lost}, two writers {seconds(database.two_writers)}")
    found += [f"VIOLATION {one.rule}" for one in trace.violations]
    return "; ".join([*found, *(f"MISCONFIGURED {one.text}" for one in trace.misconfigured)])


def tried(name: str, after: str = "") -> list[str]:
    """The commands of a scenario's header that run it once, those after a phrase if one is given."""
    text = header(find_scenario(name)).partition(after)[2] if after else header(find_scenario(name))
    return [command for command in commands(text) if command.startswith("vipsim run ")]


def transcript() -> dict[str, str]:
    blocks = re.findall(r"^\$ (.+)\n {2}(.+)$", TABLE.read_text("utf-8"), re.MULTILINE)
    assert len({command for command, _ in blocks}) == len(blocks)
    return dict(blocks)


def wanted() -> list[str]:
    """Each scenario as it is, then what its header tries."""
    return list(dict.fromkeys(one for name in NAMES for one in (f"vipsim run {name}", *tried(name))))


def test_the_transcript_has_every_scenario_and_every_command_of_a_header() -> None:
    assert list(transcript()) == wanted()


@pytest.mark.parametrize("command", wanted())
def test_it_comes_out_as_written(command: str) -> None:
    assert outcome(played(command)) == transcript()[command]


def trouble(trace: Trace) -> dict[str, int]:
    """What nobody wants, each by its amount."""
    metrics = trace.metrics
    amounts = {
        "never back": sum(one.censored for one in metrics.clients.values()),
        "silence": sum(one.blackout for one in metrics.clients.values()),
        "two masters": metrics.dual_master,
        "two owners": metrics.dual_owner,
        "false": metrics.false_failovers,
        "errors": sum(sum(one.errors.values()) for one in metrics.sessions.values()),
    }
    return {what: amount for what, amount in amounts.items() if amount > (ON_ITS_WAY if "two" in what else 0)}


MENDED = {
    "client-ignores-garp": "silence",
    "flapping-link": "silence",
    "frozen-snapshot": "silence",
    "frr-backup-answers": "errors",
    "half-a-router": "never back",
    "killed-daemon": "never back",
    "lock-time": "silence",
    "lost-announcement": "never back",
    "mute-second-master": "two masters",
    "nopreempt-ignored": "errors",
    "nopreempt-weights": "never back",
    "one-way-adverts": "two masters",
    "preempt-delay": "silence",
    "rolling-address-list": "two masters",
    "rolling-password-change": "two masters",
    "silent-takeover": "silence",
    "split": "never back",
    "stp-at-boot": "two owners",
    "stp-return": "two owners",
    "strict-no-answer": "never back",
    "vrid-clash": "false",
    "weights-do-not-cross": "never back",
}
"""The trouble that the first command after "The fix" takes away, or lessens if it is silence or errors."""
ELSEWHERE = {"equal-backups", "silent-survivor"}
"""Their fix is a comparison over many seeds, judged in tests/sim."""


def test_every_header_with_a_fix_is_judged() -> None:
    assert {name for name in NAMES if FIX in header(find_scenario(name))} == set(MENDED) | ELSEWHERE


@pytest.mark.parametrize("name", MENDED)
def test_the_fix_mends_it(name: str) -> None:
    before = trouble(played(f"vipsim run {name}"))
    after = trouble(played(tried(name, FIX)[0]))
    what = MENDED[name]
    assert after.get(what, 0) < before[what]
    assert what in ("silence", "errors") or what not in after


def renew() -> None:
    """Write down what comes out now."""
    lines = [f"$ {command}\n  {outcome(played(command))}" for command in wanted()]
    TABLE.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    renew()
