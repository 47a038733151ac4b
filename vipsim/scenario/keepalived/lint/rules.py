"""The table of rules: what is looked for, gravest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from vipsim.errors import Problem
from vipsim.scenario.keepalived.config import KeepalivedConfig
from vipsim.scenario.keepalived.lint import announcing, deaf, electing, surrounding
from vipsim.scenario.keepalived.lint.case import Case, Surroundings, case_of
from vipsim.scenario.keepalived.lint.finding import Finding, Level
from vipsim.scenario.keepalived.places import Place

Rule = Callable[[Case], Iterator[Finding]]

_CHECKS: tuple[Rule, ...] = (
    deaf.version_mismatch,
    deaf.interval_mismatch,
    deaf.auth_mismatch,
    deaf.list_mismatch,
    deaf.vrid_mismatch,
    deaf.vrid_clash,
    deaf.transport_mismatch,
    deaf.missing_peer,
    deaf.same_source,
    electing.two_owners,
    announcing.strict_does_not_answer,
    announcing.no_accept_here,
    electing.equal_priorities,
    electing.nopreempt_master,
    electing.delay_master,
    electing.nopreempt_weights,
    electing.weights_cannot_cross,
    electing.preempt_differs,
    electing.patience_differs,
    electing.one_lost_advert,
    announcing.single_announcement,
    announcing.nobody_answers_a_rival,
    announcing.slow_announcements,
    announcing.vmac_on_one,
    announcing.no_refresh,
    announcing.refresh_too_slow,
    announcing.prefix_differs,
    surrounding.preempt_behind_stp,
    surrounding.rounded_interval,
    surrounding.delays_cut,
    surrounding.dead_link_unseen,
    surrounding.alone,
    surrounding.nothing_here,
    surrounding.unknown_keywords,
    deaf.interval_differs,
    electing.preempt_delay_longer,
    electing.weight_takes,
    electing.short_patience,
    electing.slow_detection,
)

RULES: dict[str, Rule] = {rule.__name__.replace("_", "-"): rule for rule in _CHECKS}
"""Name and function of each rule; `said_by_keepalived` comes after them."""

_ORDER = {level: number for number, level in enumerate(Level)}


def lint_broken(problems: Sequence[Problem], config: KeepalivedConfig) -> list[Finding]:
    """Return what ends keepalived at once with a configuration, and what else is wrong with its words."""
    found = [
        Finding(
            Level.ERROR,
            Place(one.path, max(1, one.line), max(1, one.column)),
            one.message,
            one.hint or "mend it",
            rule="does-not-run",
        )
        for one in problems
    ]
    case = case_of({})
    case = replace(case, configs=((config.node, config),))
    for rule, name in (
        (surrounding.unknown_keywords, "unknown-keywords"),
        (surrounding.said_by_keepalived, "said-by-keepalived"),
    ):
        found += [replace(one, rule=name) for one in rule(case)]
    return found


def lint(configs: Mapping[str, KeepalivedConfig], around: Surroundings | None = None) -> list[Finding]:
    """Return what will bite in the configurations of some nodes, gravest first.

    Parameters
    ----------
    configs : mapping
        The configuration of each node, by its name.
    around : Surroundings, optional
        What no file tells.
    """
    case = case_of(configs, around)
    found: dict[tuple[str, str], Finding] = {}
    for name, rule in RULES.items():
        for finding in rule(case):
            found.setdefault((str(finding.place), finding.what), replace(finding, rule=name))
    places = {(finding.place.file, finding.place.line) for finding in found.values()}
    for finding in surrounding.said_by_keepalived(case):
        # What a rule has explained at that line is not said again in the daemon's shorter words.
        if (finding.place.file, finding.place.line) not in places:
            found.setdefault((str(finding.place), finding.what), replace(finding, rule="said-by-keepalived"))
    return sorted(found.values(), key=lambda one: (_ORDER[one.level], one.place))
