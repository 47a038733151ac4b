"""The page gives a packed document back as it was, octet by octet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.view.replay.documents import shown
from tests.view.replay.modules import call, opened
from vipsim.view.replay.pack import packed_document

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize(
    "name", ["database-pair-heartbeat", "postgresql-pair", "default-gateway", "stp-return", "ucarp-pair"]
)
def test_the_document_comes_back_whole(chromium: Browser, name: str) -> None:
    _, document = shown(name)
    page = opened(chromium, unpackDocument="core/unpack.js")
    back = call(
        page,
        "JSON.stringify(tested.unpackDocument(JSON.parse(values[0])))",
        json.dumps(packed_document(document)),
    )
    assert json.loads(back) == {**json.loads(json.dumps(document)), "packed": 1}
    page.close()


def test_what_is_not_packed_is_taken_as_it_is(chromium: Browser) -> None:
    page = opened(chromium, unpackDocument="core/unpack.js")
    assert call(page, 'tested.unpackDocument({ bytes: ["00"] })') == {"bytes": ["00"]}
    page.close()
