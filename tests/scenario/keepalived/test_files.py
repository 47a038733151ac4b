"""Whole files: Debian's samples, those of the measurements, our own, and files that include others."""

import json
import os
from pathlib import Path

import pytest

from tests.conftest import missing, require_tool
from tests.fuzz.fuzz_keepalived import bare
from tests.scenario.keepalived.daemon import judge
from vipsim.errors import ScenarioError
from vipsim.scenario.keepalived import KeepalivedConfig, Standing, read_keepalived, write_keepalived

DATA = Path(__file__).parents[2] / "data/keepalived"
OWN = sorted(DATA.glob("*.conf"))
SAMPLES = Path("/usr/share/doc/keepalived/samples")


def unknown(config: KeepalivedConfig) -> set[tuple[int, str]]:
    return {(one.place.line, one.keyword) for one in config.report if one.standing is Standing.UNKNOWN}


def samples() -> list[Path]:
    require_tool("keepalived")
    found = sorted(SAMPLES.glob("keepalived.conf.*"))
    return found or missing(f"Debian's samples are not in {SAMPLES} (a dpkg that leaves out documentation?)")


def test_debians_samples_read_as_the_program_reads_them() -> None:
    found = samples()
    assert len(found) >= 25
    for path in found:
        config = read_keepalived(path, config_id="n1")
        assert config.report, path.name
        assert unknown(config) == judge(path).unknown, path.name
        assert bare(read_keepalived(write_keepalived(config))) == bare(config), path.name


def test_measured_configurations_have_no_unknown_keyword(shared_data: Path) -> None:
    path = shared_data / "truth/experiments.json"
    experiments = json.loads((path if path.is_file() else DATA / "experiments.json").read_text())[
        "experiments"
    ]
    count = 0
    for name, one in experiments.items():
        for node, about in one["nodes"].items():
            texts = [text for file, text in about["files"].items() if file.endswith(".conf")]
            for text in texts if about["daemon"] == "keepalived" else ():
                config = read_keepalived(text, node=node)
                assert unknown(config) == set(), name
                assert len(config.instances) == 1
                assert bare(read_keepalived(write_keepalived(config), node=node)) == bare(config), name
                count += 1
    assert count >= 6


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_own_files_read_and_write(path: Path) -> None:
    config = read_keepalived(path, config_id="main")
    assert bare(read_keepalived(write_keepalived(config))) == bare(config)


def test_own_files_read_as_the_program_reads_them() -> None:
    for path in OWN:
        ours, theirs = unknown(read_keepalived(path, config_id="main")), judge(path, "main").unknown
        # Behind an unknown block the program takes known words for unknown ones: the reader warns of it.
        assert ours < theirs if path.stem == "balancer" else ours == theirs, path.name


def test_a_template_for_two_machines() -> None:
    main, backup = (read_keepalived(DATA / "template.conf", config_id=name) for name in ("main", "backup"))
    assert [one.name for one in main.instances] == ["VI_10", "VI_15", "VI_20"] == list(main.groups[0].members)
    assert {one.priority.value for one in main.instances} == {150}
    assert {one.priority.value for one in backup.instances} == {100}
    assert main.globals.router_id.value == "main_router"
    assert str(main.instances[0].virtual_ipaddress[0]) == "192.168.10.219/24"
    assert {one.advert_int.value for one in main.instances} == {200_000_000}


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / (name.replace("_", "/") + ".conf")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder / "main.conf"


def refusal(path: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_keepalived(path)
    return str(caught.value)


def test_includes_are_relative_to_their_file(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        main="global_defs {\n include d/a.conf\n}\ninclude d/{b,c}.conf\ninclude none/*.conf\n",
        d_a="router_id ${_PWD}\ninclude b?.conf\n",
        d_b2="vrrp_version 3\n",
        d_b="track_file b {\n}\n",
        d_c="track_file c {\n}\n",
    )
    config = read_keepalived(path)
    assert config.globals.router_id.value == str(tmp_path / "d")
    assert config.globals.vrrp_version.value == 3
    assert str(config.globals.vrrp_version.place) == f"{tmp_path}/d/b2.conf:1"
    assert [one.name for one in config.track_files] == ["b", "c"]
    assert [os.path.basename(file) for file in config.files] == [
        "main.conf",
        "a.conf",
        "b2.conf",
        "b.conf",
        "c.conf",
    ]
    assert [one.note for one in config.report if one.keyword == "include"] == [
        "1 file",
        "1 file",
        "2 files",
        "0 files",
    ]


def test_many_files_beside_each_other(tmp_path: Path) -> None:
    path = write(
        tmp_path, main="include d/*.conf\n", **{f"d_f{n:03}": "include ../x.conf\n" for n in range(100)}
    )
    write(tmp_path, x="global_defs {\n}\n")
    assert len(read_keepalived(path).files) == 201


def test_a_file_may_be_included_twice_and_beside_another_that_includes_it(tmp_path: Path) -> None:
    path = write(
        tmp_path, main="include {a,b}.conf\ninclude b.conf\n", a="include b.conf\n", b="global_defs {\n}\n"
    )
    assert [os.path.basename(file)[0] for file in read_keepalived(path).files] == ["m", "a", "b", "b", "b"]


def test_files_too_deep_within_each_other(tmp_path: Path) -> None:
    names = {f"f{n}": f"include f{n + 1}.conf\n" for n in range(30)}
    assert "includes are nested too deeply" in refusal(write(tmp_path, main="include f0.conf\n", **names))


def test_an_error_in_an_included_file_has_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, main="include d/a.conf\n", d_a="\nglobal_defs {\n")
    assert refusal(path).startswith(f"{tmp_path}/d/a.conf:2:13: the block of 'global_defs' has no end")


def test_a_file_that_includes_itself(tmp_path: Path) -> None:
    path = write(tmp_path, main="include d/a.conf\n", d_a="\ninclude ../*.conf\n")
    assert f"{tmp_path}/d/a.conf:2:1: " in refusal(path)
    assert "includes itself, directly or through others" in refusal(path)


def test_a_missing_file_is_an_error_only_if_it_must_be_there(tmp_path: Path) -> None:
    (warned,) = read_keepalived(write(tmp_path, main="include none.conf\n")).warnings
    assert "keepalived goes on without it" in str(warned)
    assert "there is no file" in refusal(write(tmp_path, main="includer none.conf\n"))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "there is no file" in refusal(tmp_path / "none.conf")
    assert "not a regular file" in refusal(tmp_path)
    large = tmp_path / "large.conf"
    large.write_bytes(b"# 10 MB\n" * 1_250_000)
    assert "larger than 1 MB" in refusal(large)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.conf")
        assert "not a regular file" in refusal(tmp_path / "pipe.conf")


def test_a_text_follows_includes_only_with_a_folder(tmp_path: Path) -> None:
    write(tmp_path, a="global_defs {\n router_id a\n}\n")
    assert read_keepalived("include a.conf\n", folder=str(tmp_path)).globals.router_id.value == "a"
    config = read_keepalived("include a.conf\n")
    assert config.globals.router_id.value == ""
    assert "not followed" in str(config.warnings[0])


def test_encodings() -> None:
    text = "# Müller\nglobal_defs {\n router_id lb\n}\n"
    for content in (text.encode(), b"\xef\xbb\xbf" + text.encode(), text.encode("latin-1")):
        assert read_keepalived(content).globals.router_id.value == "lb"
    assert "Latin-1" in str(read_keepalived(text.encode("latin-1")).warnings[0])
    for code in ("utf-16", "utf-16-le", "utf-16-be"):
        with pytest.raises(ScenarioError, match="UTF-16"):
            read_keepalived(text.encode(code))
