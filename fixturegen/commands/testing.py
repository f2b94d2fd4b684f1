"""The options of commands that test constraints rather than fill tables."""

from __future__ import annotations

from typing import Annotated

import typer

Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="TABLE", help="Only the constraints of this table; repeatable.", show_default=False),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="TABLE", help="Not those of this table; repeatable.", show_default=False),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="HOST | DATABASE",
        help="Write to it, though it does not look like a development database; repeatable.",
        show_default=False,
    ),
]
