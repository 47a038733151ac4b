"""Breaks each rule of the neighbor cache once: ``python -m tests.mutation.neighbor [FOLDER]``.

Prints how many rows of the oracle notice each (FOLDER: where its files are; without it the recordings that
the tests use). Exit 1 if a broken rule goes unnoticed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.conftest import shared_folder
from tests.mutation.judge import differences, rows_of
from tests.mutation.mutants import MUTANTS


def main(arguments: list[str]) -> int:
    """Run every mutant over every row."""
    folder = Path(arguments[0]) if arguments else shared_folder() / "oracle"
    rows = [row for row in rows_of(folder) if not differences(row)]
    print(f"{len(rows)} rows agree with the unbroken cache; {len(MUTANTS)} rules are broken, one at a time")
    unnoticed = 0
    for mutant in MUTANTS:
        with mutant.applied():
            noticed = [row.id for row in rows if differences(row)]
        unnoticed += not noticed
        print(f"{len(noticed):5d}  {mutant.wrong}" + (f" ({noticed[0]})" if noticed else "   NOT NOTICED"))
    print(f"{len(MUTANTS) - unnoticed} of {len(MUTANTS)} broken rules noticed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
