"""Shipped scenarios and notebooks are found in a checkout and in a wheel alike."""

from pathlib import Path

import pytest

from vipsim import resources
from vipsim.errors import VipsimError


@pytest.fixture(params=["checkout", "wheel"])
def package(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up vipsim with its data where a checkout or a wheel has it; the folder of the data."""
    package = tmp_path / "site" / "vipsim"
    data = package.parent if request.param == "checkout" else package / "_data"
    for name in ("scenarios/b.yaml", "scenarios/a.yaml", "scenarios/script.py", "notebooks/01-x.ipynb"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).touch()
    package.mkdir(exist_ok=True)
    monkeypatch.setattr(resources, "files", lambda _: package)
    return data


def test_names(package: Path) -> None:
    assert resources.scenario_names() == ["a", "b"]
    assert resources.notebook_names() == ["01-x"]


def test_paths_with_and_without_suffix(package: Path) -> None:
    assert resources.scenario_path("a") == resources.scenario_path("a.yaml") == package / "scenarios/a.yaml"
    assert resources.notebook_path("01-x") == package / "notebooks/01-x.ipynb"


@pytest.mark.parametrize("name", ["c", "", "../scenarios/a", "script.py", "/etc/hostname", "A"])
def test_an_unknown_name_lists_the_known(package: Path, name: str) -> None:
    with pytest.raises(LookupError, match="known are a, b") as caught:
        resources.scenario_path(name)
    assert isinstance(caught.value, VipsimError)


def test_the_wheel_s_copy_wins_over_a_stranger_s_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, strangers = tmp_path / "vipsim/_data/scenarios", tmp_path / "scenarios"
    for folder, name in ((ours, "ours.yaml"), (strangers, "theirs.yaml")):
        folder.mkdir(parents=True)
        (folder / name).touch()
    monkeypatch.setattr(resources, "files", lambda _: tmp_path / "vipsim")
    assert resources.scenario_names() == ["ours"]


def test_this_checkout_has_both_kinds() -> None:
    assert "database-pair-heartbeat" in resources.scenario_names()
    assert "01-virtual-ip" in resources.notebook_names()
    assert all(resources.scenario_path(name).is_file() for name in resources.scenario_names())
