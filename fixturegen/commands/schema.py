"""``fixturegen schema``: the JSON Schema of the YAML format, for editors."""

from __future__ import annotations

from importlib.resources import files

from fixturegen.commands.streams import say

JSON_SCHEMA = "fixturegen.schema.json"


def schema() -> None:
    """Print the JSON Schema of the YAML format."""
    say(json_schema())


def json_schema() -> str:
    """Return the text of the JSON Schema."""
    return (files("fixturegen.schemas") / JSON_SCHEMA).read_text(encoding="utf-8")
