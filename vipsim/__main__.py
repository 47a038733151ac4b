"""``python -m vipsim``: the same as the command ``vipsim``."""

import sys

from vipsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
