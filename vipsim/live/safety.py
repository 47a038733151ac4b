"""What keeps the live adapter from taking over a network by accident.

Two proofs are asked for. The namespace must be one that was made for vipsim, by its name under
``/run/netns``; and it must not be the one in which the machine itself lives. The second cannot
always be looked up (a container's root may not read process 1), so it is the first that must hold.
"""

from __future__ import annotations

import os
from pathlib import Path

from vipsim.errors import VipsimError

NAME_PREFIX = "vipsim-"
"""How the names of namespaces made for vipsim begin."""


def require_made_namespace(
    own: str = "/proc/self/ns/net", initial: str = "/proc/1/ns/net", made: str = "/run/netns"
) -> None:
    """Refuse to run in any network namespace but one that was made for vipsim.

    Parameters
    ----------
    own, initial : str
        Files of the kernel that stand for this process's namespace and for the machine's first one.
    made : str
        Folder in which ``ip netns add`` names the others.

    Raises
    ------
    VipsimError
        If this is another namespace. Nothing has been sent or changed then.
    """
    here = os.stat(own)
    try:
        is_initial = os.path.samestat(here, os.stat(initial))
    except PermissionError:
        is_initial = False  # cannot be looked up: the name below decides
    named = [path.name for path in Path(made).glob(f"{NAME_PREFIX}*") if os.path.samestat(here, path.stat())]
    if is_initial or not named:
        raise VipsimError(
            "this would send on a network that was not made for vipsim: run it in a namespace of its own, "
            f"named {NAME_PREFIX}... (ip netns add)"
        )
