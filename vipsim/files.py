"""Output files appear whole or not at all: the one way in which vipsim writes them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a binary file that takes the place of `path` when the block ends without an error.

    It is written beside `path` under another name; after an error, Ctrl-C or a full disk the old file
    is still there and nothing else is left behind.

    Raises
    ------
    OSError
        If it cannot be made, written or moved to its place.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
