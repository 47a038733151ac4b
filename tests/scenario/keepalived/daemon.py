"""The real keepalived as a judge: ``keepalived -t``."""

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.conftest import require_tool


class Verdict(NamedTuple):
    code: int
    said: str

    @property
    def unknown(self) -> set[tuple[int, str]]:
        """Lines and keywords that it does not know."""
        found = re.finditer(r"Line (\d+)\) Unknown keyword '(.*)'", self.said)
        return {(int(match[1]), match[2]) for match in found}


def judge(path: Path, config_id: str = "n1") -> Verdict:
    """What the program says to a file (skips, or fails in CI, where it is not installed)."""
    tool = require_tool("keepalived")
    command = [tool, "-t", "-i", config_id, "-f", str(path)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, cwd=path.parent)
    return Verdict(done.returncode, (done.stderr + done.stdout).decode("utf-8", "replace"))
