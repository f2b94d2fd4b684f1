"""What a database or a file format keeps unaltered, value by value."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from fixturegen.databases.sqlite_storage import affinity
from fixturegen.databases.types import sql_type
from fixturegen.schema import Column, Dialect

Form = Literal["rows", "sql", "ndjson", "csv", "parquet", "ipc"]


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who has to keep values unaltered.

    Attributes:
        dialect: The database system; None where there is none.
        form: How values get there: as rows of a live database, or in files of a format.
    """

    dialect: Dialect | None = None
    form: Form = "rows"


Test = Callable[[Column, object], str]


def unkept(column: Column, value: object, keeper: Keeper | None) -> str:
    r"""Return why a value is not kept as it is; an empty text where it is.

    >>> from fixturegen.schema import Type
    >>> unkept(Column(name="a", type=Type(kind="text")), "a\0", Keeper("postgresql"))
    'PostgreSQL refuses U+0000'
    """
    if keeper is None:
        return ""
    tests = [_FORMS[keeper.form]] if keeper.form in _FORMS else []
    tests += [_DIALECTS[keeper.dialect]] if keeper.dialect is not None else []
    return next((why for test in tests if (why := test(column, value))), "")


_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_LONE = re.compile(r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])")


def _minus_zero(value: object) -> bool:
    return isinstance(value, float) and value == 0 and math.copysign(1, value) < 0


def _has_nul(value: object) -> bool:
    return isinstance(value, str) and "\0" in value


def _sqlite(column: Column, value: object) -> str:
    match column.type.kind:
        case "float" if isinstance(value, float) and math.isnan(value):
            return "SQLite stores NaN as NULL"
        case "float" if _minus_zero(value):
            return "SQLite drops the sign of zero"
        case "decimal" if isinstance(value, Decimal) and not _double(value):
            return "SQLite keeps 15 digits of a decimal"
        case "integer" if isinstance(value, int) and value >= 2**63:
            return "SQLite holds no integer beyond 2^63 - 1"
        case _ if isinstance(value, str) and _NUMBER.fullmatch(value) and _numeric(column):
            return "a column of numeric affinity makes a number of it"
        case _:
            return ""


def _numeric(column: Column) -> bool:
    declared = column.type.native or sql_type(column.type, "sqlite")
    return affinity(declared) not in {"TEXT", "BLOB"}


def _double(value: Decimal) -> bool:
    return len("".join(map(str, value.as_tuple().digits)).strip("0")) <= 15


def _postgresql(column: Column, value: object) -> str:
    if _has_nul(value):
        return "PostgreSQL refuses U+0000"
    match column.type.kind:
        case "json" if (column.type.native or "jsonb").lower() != "json":
            return _jsonb(str(value))
        case "uuid" | "mac" if str(value) != str(value).lower():
            return "PostgreSQL writes it in lower case"
        case _:
            return ""


def _jsonb(text: str) -> str:
    if "\\u0000" in text:
        return "jsonb refuses U+0000"
    if _LONE.search(text):
        return "jsonb refuses a lone surrogate"
    if "-0.0" in text:
        return "jsonb drops the sign of zero"
    return "jsonb keeps the last of two keys" if text.count('"a"') > 1 else ""


def _mysql(column: Column, value: object) -> str:  # noqa: PLR0911 - one a kind
    match column.type.kind:
        case "float" if isinstance(value, float) and not math.isfinite(value):
            return "MariaDB holds no NaN and no infinity"
        case "float" if _minus_zero(value):
            return "MariaDB drops the sign of zero"
        case "json" if str(value).count("[") > 31:
            return "MariaDB refuses JSON nested beyond 32 levels"
        case "json" if _LONE.search(str(value)):
            return "MariaDB refuses a lone surrogate"
        case "datetime" | "date" | "interval":
            return _mysql_moment(column, value)
        case "text" | "url" | "unknown" if _unicode(value) and _narrow(column):
            return f"{column.collation} has no such character"
        case _:
            return ""


def _mysql_moment(column: Column, value: object) -> str:
    native = (column.type.native or "").lower()
    if native.startswith("timestamp") and isinstance(value, datetime):
        moment = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        if not datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC) <= moment <= datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC):
            return "a TIMESTAMP of MariaDB holds 1970 to 2038"
    if isinstance(value, timedelta) and native.startswith("time") and abs(value) > timedelta(hours=838, minutes=59):
        return "a TIME of MariaDB holds 838 hours"
    if native.startswith("year") and isinstance(value, date) and not 1901 <= value.year <= 2155:
        return "a YEAR holds 1901 to 2155"
    return ""


def _unicode(value: object) -> bool:
    return isinstance(value, str) and not value.isascii()


def _narrow(column: Column) -> bool:
    collation = (column.collation or "").lower()
    return bool(collation) and not collation.startswith(("utf8mb4", "uca1400", "binary"))


def _sql(column: Column, value: object) -> str:
    del column
    return "SQL text cannot carry U+0000" if _has_nul(value) else ""


def _ndjson(column: Column, value: object) -> str:
    del column
    return "JSON has no NaN and no infinity" if isinstance(value, float) and not math.isfinite(value) else ""


_FORMS: dict[str, Test] = {"sql": _sql, "ndjson": _ndjson}
_DIALECTS: dict[str, Test] = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql}
