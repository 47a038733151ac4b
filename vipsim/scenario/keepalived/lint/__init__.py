"""What in some keepalived.conf files will bite: ``vipsim lint``.

`case` lays the files of several nodes beside each other, `rules` is the table of what is looked for, and each
rule is a small pure function in one of the modules behind it. Numbers come from the machine's own formulas
(`vipsim.machines.vrrp.rules`) and from what was measured.
"""

from vipsim.scenario.keepalived.lint.case import Surroundings
from vipsim.scenario.keepalived.lint.finding import Finding, Level
from vipsim.scenario.keepalived.lint.rules import RULES, lint, lint_broken

__all__ = ["RULES", "Finding", "Level", "Surroundings", "lint", "lint_broken"]
