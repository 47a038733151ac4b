"""The measurement itself: the kernel tells of an address first, and of its route a moment later."""

import pytest

from tests.conftest import require_root_and_namespaces
from tests.truth.removal import removals


@pytest.mark.network
def test_the_route_goes_after_the_address_and_soon() -> None:
    require_root_and_namespaces()
    times = removals(5)
    assert len(times) == 5
    assert min(times) > 0
