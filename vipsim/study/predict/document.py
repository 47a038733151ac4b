"""A prediction as the document of ``vipsim predict --json``: times are ints of ns, censored ones text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vipsim import __version__
from vipsim.study.predict.clients import kind_of
from vipsim.study.predict.spread import Spread, estimate_data
from vipsim.study.predict.support import DIFFERENCES, MEASURED, Remark
from vipsim.study.seeds import seeds_text
from vipsim.units import format_duration

if TYPE_CHECKING:
    from vipsim.study.predict.prediction import FaultPrediction, Prediction

FORMAT = 1
"""Version of the document; a key that is added does not change it."""


def to_document(found: Prediction) -> dict[str, Any]:
    """Return the document; docs/predict.md describes it."""
    kinds = {client.name: kind_of(client) for client in found.scenario.clients if client.measured}
    return {
        "format": FORMAT,
        "vipsim": __version__,
        "scenario": found.scenario.name,
        "seeds": seeds_text(found.seeds),
        "measured_version": MEASURED,
        "differences": [{"version": version, "what": what} for version, what in DIFFERENCES],
        "keywords": found.support.to_data(),
        "misconfigured": list(found.misconfigured),
        "notes": list(found.notes),
        "clients": {
            client.name: {"kind": kinds[client.name], "resolution": client.interval}
            for client in found.scenario.clients
            if client.measured
        },
        "faults": [_fault(found, one, kinds) for one in found.faults],
    }


def _fault(found: Prediction, one: FaultPrediction, kinds: Mapping[str, str]) -> dict[str, Any]:
    def of_clients(number: str, spreads: Mapping[str, Spread]) -> dict[str, Any]:
        return {
            name: spread.to_data()
            | {"unsupported": _reasons(found.support.bearing(number, one.fault.word, kinds[name] != "ping"))}
            for name, spread in spreads.items()
        }

    def reasons(number: str) -> list[str]:
        return _reasons(found.support.bearing(number, one.fault.word))

    data: dict[str, Any] = {
        "fault": str(one.fault),
        "word": one.fault.word,
        "node": one.node or None,
        "length": None if one.fault.length is None else format_duration(one.fault.length),
        "n": one.n,
        "blackout": of_clients("blackout", one.blackout),
        "return": of_clients("return", one.after),
        "broken": {name: estimate_data(share) for name, share in one.broken.items()},
        "masters": {"ends": {group: dict(ends) for group, ends in one.masters.items()}},
        "dual_master": one.dual_master.to_data(),
        "dual_owner": one.dual_owner.to_data(),
        "silent": None,
        "false_failovers": None,
    }
    data["masters"]["unsupported"] = reasons("masters")
    if one.silent is not None:
        data["silent"] = {
            "met": one.silent.met,
            "silent": one.silent.silent,
            "share": estimate_data(one.silent.share),
            "expected": one.silent.expected,
            "cost": {name: spread.to_data() for name, spread in one.silent.cost.items()},
            "otherwise": {name: spread.to_data() for name, spread in one.silent.otherwise.items()},
            "unsupported": reasons("silent"),
        }
    if one.false_failovers is not None:
        data["false_failovers"] = {
            "per_day": estimate_data(one.false_failovers.per_day),
            "seen": one.false_failovers.seen,
            "observed": one.false_failovers.observed,
            "expected": one.false_failovers.expected,
            "unsupported": reasons("false failovers"),
        }
    return data


def _reasons(remarks: tuple[Remark, ...]) -> list[str]:
    return [
        f"{remark.keyword} ({remark.place}): {remark.bearing.why}"
        for remark in remarks
        if remark.bearing is not None
    ]
