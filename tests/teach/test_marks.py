"""`check` from outside: verdicts, words, points, and the line it leaves."""

import json
from pathlib import Path

import pytest

from vipsim.teach import check

RIGHT = {
    "01.detection-earliest": "1 s",
    "01.vrrp-takeover": "12.819 s",
    "01.mechanisms-order": "push, pull, vrrp",
}


@pytest.mark.parametrize("id", RIGHT)
def test_a_right_answer_gets_all_points_and_a_reason(id: str) -> None:
    mark = check(id, RIGHT[id])
    assert mark.verdict == "right" and mark.points == mark.of > 0
    assert len(mark.words.split()) > 5


def test_a_result_line_is_appended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIPSIM_RESULTS", str(tmp_path / "mine.jsonl"))
    for answer in ("12.6 s", "12.6 s", "12.819 s"):
        check("01.vrrp-takeover", answer)
    lines = [json.loads(line) for line in (tmp_path / "mine.jsonl").read_text().splitlines()]
    assert [(line["verdict"], line["tries"]) for line in lines] == [("near", 1), ("near", 1), ("right", 2)]
    assert [line["points"] for line in lines] == [1.5, 1.5, 3]
