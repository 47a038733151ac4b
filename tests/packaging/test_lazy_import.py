"""``import vipsim`` is light, and a missing extra is answered by one line that names it."""

import subprocess
import sys

import pytest

from vipsim._extras import require
from vipsim.errors import MissingExtra, VipsimError

HEAVY = ["IPython", "matplotlib", "networkx", "numpy", "pydantic", "scapy"]

# Every room is imported with one dependency hidden: it must come up without it, or name the extra.
IMPORT_ALL = """
import importlib, pkgutil, sys
from importlib.abc import MetaPathFinder

class Hidden(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Hidden())
import vipsim
from vipsim.errors import MissingExtra

for found in pkgutil.walk_packages(vipsim.__path__, "vipsim.", onerror=lambda name: None):
    if found.name.rpartition(".")[2] == "__main__" or "._data" in found.name:
        continue
    try:
        importlib.import_module(found.name)
    except MissingExtra as error:
        if "vipsim[{extra}]" not in str(error) or "\\n" in str(error):
            print(f"{{found.name}}: {{error}}")
    except Exception as error:
        print(f"{{found.name}}: {{type(error).__name__}}: {{error}}")
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def test_import_loads_nothing_heavy() -> None:
    done = python("-c", f"import sys, vipsim; print([m for m in {HEAVY} if m in sys.modules])")
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


@pytest.mark.parametrize(
    ("extra", "hidden"),
    [("plot", "matplotlib"), ("plot", "numpy"), ("packets", "scapy"), ("live", "pyroute2")],
)
def test_every_room_comes_up_or_names_the_extra(extra: str, hidden: str) -> None:
    if extra == "live" and not sys.platform.startswith("linux"):
        pytest.skip("the live extra is for Linux")
    done = python("-c", IMPORT_ALL.format(extra=extra, hidden=hidden))
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


def test_require_gives_the_module() -> None:
    assert require("plot", "json") is sys.modules["json"]


def test_require_names_the_extra_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra) as caught:
        require("plot", "matplotlib")
    assert str(caught.value) == 'matplotlib is not installed: pip install "vipsim[plot]"'
    assert isinstance(caught.value, VipsimError)
    assert isinstance(caught.value, ImportError)


def test_require_lets_a_broken_package_speak_for_itself(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "vipsim_broken.py").write_text("raise ImportError('its own trouble')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match="its own trouble") as caught:
        require("plot", "vipsim_broken")
    assert not isinstance(caught.value, MissingExtra)
