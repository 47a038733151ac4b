"""Values and parts that every section of a scenario file is made of, as pydantic types."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from vipsim.scenario import fields, kinds
from vipsim.units import US, Time
from vipsim.wire.addresses import IPv4, Mac

Name = Annotated[
    str, kinds.Parsed(fields.parse_name, {"type": "string", "pattern": f"^{fields.NAME.pattern}$"})
]
PortName = Annotated[
    str, kinds.Parsed(fields.parse_port_name, {"type": "string", "pattern": f"^{fields.PORT_NAME.pattern}$"})
]
Title = Annotated[
    str, kinds.Parsed(fields.parse_title, {"type": "string", "pattern": f"^{fields.TITLE.pattern}$"})
]
Text = Annotated[str, kinds.text(10_000)]
Short = Annotated[str, kinds.text(200)]
Value = Annotated[str, kinds.text(20_000)]
MacText = Annotated[
    Mac, kinds.Parsed(Mac.parse, {"type": "string", "pattern": "^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$"})
]
Prefixed = Annotated[
    tuple[IPv4, int],
    kinds.Parsed(
        fields.parse_prefixed, {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$"}
    ),
]
Duration = Annotated[Time, kinds.time(0)]
Positive = Annotated[Time, kinds.time(US)]
Times = Annotated[tuple[Time, Time], kinds.times()]
Percent = Annotated[
    float, kinds.Parsed(fields.parse_percent, {"type": "string", "pattern": r"^\s*[0-9.eE-]+\s*%\s*$"})
]
Flag = Annotated[bool, kinds.flag()]


def absent(default: Any = None, text: str = "", alias: str | None = None) -> Any:
    """A key that may be left out; `default` is told to editors only."""

    def tell(schema: dict[str, Any]) -> None:
        schema.pop("default", None)
        if default is not None:
            schema["default"] = default

    return Field(default=None, alias=alias, description=text or None, json_schema_extra=tell)


class Part(BaseModel):
    """Base of all parts: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)


def given(part: Part, *keys: str) -> dict[str, Any]:
    """Return the values of those `keys` that somebody wrote."""
    return {key: getattr(part, key) for key in keys if key in part.model_fields_set}
