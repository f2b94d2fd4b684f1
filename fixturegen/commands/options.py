"""The options that commands share, declared once: a command asks for ``wanted`` (what to make) and ``output`` (how to tell)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from functools import update_wrapper
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_type_hints

import typer

from fixturegen.commands.output import Output
from fixturegen.errors import InputError

if TYPE_CHECKING:
    from fixturegen.options import Options
    from fixturegen.planning import Plan
    from fixturegen.schema import Schema

DialectName = Literal["sqlite", "postgresql", "mysql"]

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", help="YAML file, SQLAlchemy URL, .sql file or module:attribute.", show_default=False
    ),
]
Dialect = Annotated[
    DialectName | None, typer.Option("--dialect", help="Dialect of SQL.", show_default="guessed, else sqlite")
]

_RowsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--rows",
        metavar="N | TABLE=N",
        help="Rows of every table (a wish) or of one (a demand); repeatable.",
        show_default=False,
    ),
]
_Scale = Annotated[float, typer.Option("--scale", metavar="F", help="Multiplies absolute counts.")]
_Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="TABLE", help="Only this table and what it needs; repeatable.", show_default=False),
]
_Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="TABLE", help="Leave this table out; repeatable.", show_default=False),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Any whole number.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="The frozen clock.", show_default="the schema's")
]
_Hostile = Annotated[
    float, typer.Option("--hostile", metavar="SHARE", help="Share of rows with hostile but valid values, 0 to 1.")
]
_Accept = Annotated[
    bool, typer.Option("--accept-unverified", help="Go on though a constraint can be neither constructed nor judged.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the result and errors.")]

_NUMBER = re.compile(r"-?[0-9][0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What rows are wanted, as given on the command line."""

    rows: tuple[str, ...] = ()
    scale: float = 1.0
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    seed: int = 0
    as_of: str | None = None
    hostile: float = 0.0
    accept_unverified: bool = False

    def options(self) -> Options:
        """Return the options of a run.

        Raises:
            InputError: If a count, the scale or the date is none.
        """
        from fixturegen.options import options_from  # noqa: PLC0415 - kept out of --help

        wish, demanded = _counts(self.rows)
        wished = options_from(
            rows=wish,
            scale=self.scale,
            seed=self.seed,
            as_of=self.clock(),
            hostile=self.hostile,
            only=self.only,
            exclude=self.exclude,
            accept_unverified=self.accept_unverified,
        )
        demands = options_from(rows=demanded).demanded
        return replace(wished, demanded=MappingProxyType(dict(demands)))

    def clock(self) -> date | None:
        """Return the date of ``--as-of``.

        Raises:
            InputError: If it is none.
        """
        if self.as_of is None:
            return None
        try:
            return date.fromisoformat(self.as_of)
        except ValueError:
            message = f"--as-of {self.as_of!r} is no date"
            raise InputError(message, hint="Write it as 2026-01-31.") from None

    def plan(self, schema: Schema, database: str | None = None) -> Plan:
        """Return the plan for a schema, counting on a database (if this is the URL of one) for what only it can judge."""
        from fixturegen.runs import database_behind, plan_of  # noqa: PLC0415 - kept out of --help

        return plan_of(schema, self.options(), database_behind(database))


def url_of(text: str, option: str = "", hint: str = "") -> str:
    """Return the URL of a database, as given for an argument or an option.

    Raises:
        InputError: If it is none. What may hold a password is not repeated.

    >>> url_of("sqlite:///shop.db")
    'sqlite:///shop.db'
    """
    if "://" not in text:
        what = "what is given" if "@" in text else repr(text)
        message = f"{option} {what} is no URL".strip()
        raise InputError(message, hint=f"Write it as sqlite:///shop.db or postgresql://user@host/name.{hint}")
    return text


def loaded(source: str, dialect: DialectName | None = None) -> Schema:
    """Return the schema of a source."""
    from fixturegen.sources import load  # noqa: PLC0415 - kept out of --help

    return load(source, dialect=dialect)


def shared(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the shared options: those behind its parameters ``wanted: Wanted`` and ``output: Output``."""
    return _sharing(command, ())


def shared_but(*idle: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the shared options as :func:`shared` does; ``idle`` ones are taken, mean nothing to it and are not shown."""
    return lambda command: _sharing(command, idle)


def _sharing(command: Callable[..., None], idle: Collection[str]) -> Callable[..., None]:
    signature = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True)
    kept = [
        parameter.replace(annotation=hints[parameter.name])
        for parameter in signature.parameters.values()
        if parameter.name not in {"wanted", "output"}
    ]
    making = [_hidden(each) if each.name in idle else each for each in _MAKING if "wanted" in signature.parameters]

    def run(**given: Any) -> None:
        values = {parameter.name: given.pop(parameter.name) for parameter in (*making, *_TELLING)}
        given["output"] = Output(json=values["json"], quiet=values["quiet"])
        if making:
            given["wanted"] = _wanted(values)
        command(**given)

    parameters = [*kept, *making, *_TELLING]
    update_wrapper(run, command)
    vars(run).pop("__wrapped__")  # or its signature would be taken for this one's
    vars(run)["__signature__"] = inspect.Signature(parameters)  # what typer reads (PEP 362)
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def place(what: str) -> Callable[[str | Path], Path]:
    """Return the parser of an argument or option that names a file or a directory."""

    def parsed(text: str | Path) -> Path:
        from fixturegen.options import checked_place  # noqa: PLC0415 - kept out of --help

        return checked_place(text, what)

    return parsed


def _wanted(values: dict[str, Any]) -> Wanted:
    return Wanted(
        rows=tuple(values["rows"] or ()),
        scale=values["scale"],
        only=tuple(values["only"] or ()),
        exclude=tuple(values["exclude"] or ()),
        seed=values["seed"],
        as_of=values["as_of"],
        hostile=values["hostile"],
        accept_unverified=values["accept_unverified"],
    )


def _counts(given: tuple[str, ...]) -> tuple[int | None, dict[str, int]]:
    """The wish for all tables and the demands by table; the last word on each counts."""
    wish, demanded = None, {}
    for text in given:
        table, equals, number = text.rpartition("=")
        if not _NUMBER.fullmatch(number) or (equals and not table):
            message = f"--rows {text!r} is neither a number nor TABLE=NUMBER"
            raise InputError(message, hint="Write --rows 1000 or --rows orders=1000.")
        if equals:
            demanded[table] = int(number)
        else:
            wish = int(number)
    return wish, demanded


def _hidden(parameter: inspect.Parameter) -> inspect.Parameter:
    kind, option = get_args(parameter.annotation)
    unseen = copy(option)
    unseen.hidden = True
    return parameter.replace(annotation=Annotated[kind, unseen])


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


_MAKING = (
    _parameter("rows", _RowsOption, None),
    _parameter("scale", _Scale, 1.0),
    _parameter("only", _Only, None),
    _parameter("exclude", _Exclude, None),
    _parameter("seed", Seed, 0),
    _parameter("as_of", AsOf, None),
    _parameter("hostile", _Hostile, 0.0),
    _parameter("accept_unverified", _Accept, default=False),
)
_TELLING = (_parameter("json", _Json, default=False), _parameter("quiet", _Quiet, default=False))
