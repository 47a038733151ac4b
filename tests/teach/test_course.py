"""Copies of the course: whole, without solutions, and never over a student's work."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import vipsim as vs
from vipsim import resources
from vipsim.errors import VipsimError
from vipsim.teach import copy_course, labs
from vipsim.teach.exercises import MODULES, exercises

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["checkout", "wheel"])
def installed(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped files where a checkout or a wheel has them."""
    package = tmp_path / "site" / "vipsim"
    data = package.parent if request.param == "checkout" else package / "_data"
    for kind in ("scenarios", "notebooks"):
        shutil.copytree(ROOT / kind, data / kind)
    package.mkdir(exist_ok=True)
    (data / "notebooks" / "solutions").mkdir(exist_ok=True)
    (data / "notebooks" / "solutions" / "99-answers.ipynb").write_text("{}")
    monkeypatch.setattr(resources, "files", lambda _: package)
    return data


def below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_labs_are_the_notebooks_and_hold_all_exercises() -> None:
    found = labs()
    assert [lab.name for lab in found] == resources.notebook_names()
    assert sum(len(lab.exercises) for lab in found) == len(exercises())
    assert {lab.name for lab in found if lab.exercises} == set(MODULES)
    assert all(lab.title and lab.points == sum(one.points for one in lab.exercises) for lab in found)


def test_a_copy_has_notebooks_scenarios_and_a_page(installed: Path, tmp_path: Path) -> None:
    done = copy_course(tmp_path / "ann" / "labs")
    there = below(tmp_path / "ann" / "labs")
    assert {path.as_posix() for path in done.written} == there and not done.kept and not done.same
    assert {f"{name}.ipynb" for name in resources.notebook_names()} <= there
    assert {"README.md", "scenarios/database-pair.yaml", "scenarios/keepalived/a.conf"} <= there
    for name in there:
        if name.endswith(".yaml"):
            vs.read_scenario(tmp_path / "ann" / "labs" / name)


def test_the_page_names_all_labs_and_the_number_that_is_missing(tmp_path: Path) -> None:
    copy_course(tmp_path)
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert all(f"`{lab.name}.ipynb`" in page for lab in labs())
    numbers = [int(lab.name[:2]) for lab in labs()]
    for number in range(1, max(numbers)):
        assert (f"there is no lab {number:02}." in page) == (number not in numbers)


def test_every_scenario_that_a_notebook_reads_is_copied(tmp_path: Path) -> None:
    copy_course(tmp_path)
    for book in tmp_path.glob("*.ipynb"):
        for name in re.findall(
            r'(?:scenario_path|shipped)\(\\"([a-z-]+)\\"', book.read_text(encoding="utf-8")
        ):
            assert (tmp_path / "scenarios" / f"{name}.yaml").is_file(), name


def test_a_student_s_copy_has_no_solution(installed: Path, tmp_path: Path) -> None:
    copy_course(tmp_path / "ann")
    assert not any("solution" in name or "99" in name for name in below(tmp_path / "ann"))
    for book in (tmp_path / "ann").rglob("*.ipynb"):
        cells: list[dict[str, Any]] = json.loads(book.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                assert "".join(cell["source"]).endswith("= ...")
            assert not cell.get("outputs")


def test_a_teacher_s_copy_has_them(installed: Path, tmp_path: Path) -> None:
    copy_course(tmp_path / "me", solutions=True)
    assert "solutions/99-answers.ipynb" in below(tmp_path / "me")


def test_what_was_changed_is_kept_and_named(tmp_path: Path) -> None:
    first = copy_course(tmp_path)
    mine = tmp_path / "01-virtual-ip.ipynb"
    mine.write_text("my work")
    (tmp_path / "README.md").unlink()
    again = copy_course(tmp_path)
    assert mine.read_text() == "my work"
    assert (again.kept, again.written) == ((Path("01-virtual-ip.ipynb"),), (Path("README.md"),))
    assert len(again.same) == len(first.written) - 2
    forced = copy_course(tmp_path, force=True)
    assert forced.written == (Path("01-virtual-ip.ipynb"),) and not forced.kept
    assert mine.read_bytes() == resources.notebook_path("01-virtual-ip").read_bytes()


def test_the_layout_of_nbgrader(tmp_path: Path) -> None:
    copy_course(tmp_path, nbgrader=True)
    names = resources.notebook_names()
    assert below(tmp_path) == {"nbgrader_config.py", *(f"source/{name}/{name}.ipynb" for name in names)}
    compile((tmp_path / "nbgrader_config.py").read_text(), "config", "exec")


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_no_name_of_a_folder(name: str) -> None:
    with pytest.raises(VipsimError, match="not a folder"):
        copy_course(name)


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(VipsimError, match="not a folder"):
        copy_course(tmp_path / "x")
    (tmp_path / "y" / "README.md").mkdir(parents=True)
    with pytest.raises(VipsimError, match="is a folder"):
        copy_course(tmp_path / "y")


def test_a_folder_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vipsim.teach.course.os.access", lambda *_: False)
    with pytest.raises(VipsimError, match="Permission denied"):
        copy_course(tmp_path)
