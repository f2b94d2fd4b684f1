"""The SQL type of every type of the schema, in each dialect."""

from __future__ import annotations

from fixturegen.databases.literals import literal
from fixturegen.databases.quoting import quoted_table
from fixturegen.dtypes import WIDEST_DECIMAL
from fixturegen.schema import Dialect, Type

OWN_COLLATION = " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
"""Texts of MySQL compare as Python's do, unless the source says how."""
_KEY_BYTES = 3072
"""Bytes of an InnoDB index key, at four a character."""

_STRICT = {"REAL": ("float", "decimal"), "INTEGER": ("integer", "boolean"), "BLOB": ("bytes",)}

_SQLITE = {
    "boolean": "BOOLEAN", "text": "TEXT", "bytes": "BLOB", "date": "DATE", "time": "TIME", "datetime": "DATETIME",
    "interval": "INTERVAL", "uuid": "UUID", "json": "JSON", "enum": "TEXT", "array": "TEXT", "ip": "TEXT", "mac": "TEXT",
    "url": "TEXT", "unknown": "TEXT",
}  # fmt: skip
_POSTGRESQL = {
    "boolean": "boolean", "text": "text", "bytes": "bytea", "date": "date", "uuid": "uuid", "json": "jsonb", "ip": "inet",
    "mac": "macaddr", "url": "text", "unknown": "text",
}  # fmt: skip
_MYSQL = {
    "boolean": "BOOLEAN", "date": "DATE", "interval": "DATETIME(6)", "uuid": "CHAR(36)", "json": "JSON", "array": "JSON",
    "ip": "VARCHAR(45)", "mac": "VARCHAR(17)", "unknown": "LONGTEXT",
}  # fmt: skip


def sql_type(type_: Type, dialect: Dialect, *, keyed: int = 0, strict: bool = False) -> str:
    """Return the declared type of a column.

    Args:
        type_: The type.
        dialect: The dialect.
        keyed: How many columns the widest key or index over this column has, 0 for none: MySQL indexes only texts of limited
            length.
        strict: For a STRICT table of SQLite, which knows five types.

    >>> [sql_type(Type(kind="decimal", precision=10, scale=2), d) for d in ("sqlite", "postgresql", "mysql")]
    ['DECIMAL(10, 2)', 'numeric(10, 2)', 'DECIMAL(10, 2)']
    >>> sql_type(Type(kind="text"), "mysql", keyed=1)
    'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'
    """
    if dialect == "sqlite":
        return _strict(type_) if strict else _sqlite(type_)
    return _postgresql(type_) if dialect == "postgresql" else _mysql(type_, keyed)


def enum_name(type_: Type, fallback: str) -> str:
    """Return the name of an enum type in PostgreSQL."""
    return quoted_table(type_.name or fallback, "postgresql")


def _strict(type_: Type) -> str:
    return next((name for name, kinds in _STRICT.items() if type_.kind in kinds), "TEXT")


def _sqlite(type_: Type) -> str:
    match type_.kind:
        case "integer":
            name = {8: "TINYINT", 16: "SMALLINT", 24: "MEDIUMINT", 32: "INT", 64: "INTEGER"}[type_.bits]
            return name if type_.signed or type_.bits == 64 else f"{name} UNSIGNED"
        case "decimal":
            return f"DECIMAL({type_.precision or WIDEST_DECIMAL}, {type_.scale})"
        case "float":
            return "FLOAT(24)" if type_.bits == 32 else "DOUBLE"
        case "text" if type_.length is not None:
            return f"{'CHAR' if type_.fixed else 'VARCHAR'}({type_.length})"
        case "datetime" if type_.zone:
            return "TIMESTAMP WITH TIME ZONE"
        case kind:
            return _SQLITE[kind]


def _postgresql(type_: Type) -> str:  # noqa: PLR0911 (one a kind)
    match type_.kind:
        case "integer":
            return _postgresql_integer(type_)
        case "decimal":
            return _sized("numeric", type_)
        case "float":
            return "real" if type_.bits == 32 else "double precision"
        case "text" if type_.length is not None:
            return f"{'char' if type_.fixed else 'varchar'}({type_.length})"
        case "datetime" | "time" | "interval":
            return _postgresql_time(type_)
        case "enum":
            return enum_name(type_, "enum")
        case "array":
            return f"{_postgresql(type_.element or Type(kind='text'))}[]"
        case kind:
            return _POSTGRESQL[kind]


def _postgresql_integer(type_: Type) -> str:
    if type_.signed:
        return "smallint" if type_.bits <= 16 else "integer" if type_.bits <= 32 else "bigint"
    return {8: "smallint", 16: "integer", 24: "integer", 32: "bigint", 64: "numeric(20, 0)"}[type_.bits]


def _postgresql_time(type_: Type) -> str:
    digits = "" if type_.precision is None else f"({type_.precision})"
    if type_.kind == "interval":
        return f"interval{digits}"
    base = "timestamp" if type_.kind == "datetime" else "time"
    return f"{base}{digits}{' with time zone' if type_.zone else ''}"


def _mysql(type_: Type, keyed: int) -> str:  # noqa: PLR0911 (one a kind)
    match type_.kind:
        case "integer":
            name = {8: "TINYINT", 16: "SMALLINT", 24: "MEDIUMINT", 32: "INT", 64: "BIGINT"}[type_.bits]
            return name if type_.signed else f"{name} UNSIGNED"
        case "decimal":
            return f"DECIMAL({type_.precision or 65}, {type_.scale if type_.precision else 30})"
        case "float":
            return "FLOAT" if type_.bits == 32 else "DOUBLE"
        case "text" | "url":
            return f"{_mysql_text(type_, keyed)}{OWN_COLLATION}"
        case "bytes":
            return _mysql_bytes(type_, keyed)
        case "datetime" | "time":
            return f"{type_.kind.upper()}({6 if type_.precision is None else type_.precision})"
        case "enum":
            return f"ENUM({', '.join(literal(label, Type(kind='text'), 'mysql') for label in type_.labels)})"
        case kind:
            return _MYSQL[kind]


def _mysql_text(type_: Type, keyed: int) -> str:
    if type_.length is not None and type_.length <= 16_000:
        return f"{'CHAR' if type_.fixed and type_.length <= 255 else 'VARCHAR'}({type_.length})"
    return f"VARCHAR({_key_length(keyed, 4)})" if keyed else "LONGTEXT"


def _mysql_bytes(type_: Type, keyed: int) -> str:
    if type_.length is not None and type_.length <= 60_000:
        return f"VARBINARY({type_.length})"
    return f"VARBINARY({_key_length(keyed, 1)})" if keyed else "LONGBLOB"


def _key_length(keyed: int, width: int) -> int:
    return min(255, _KEY_BYTES // width // keyed)


def _sized(name: str, type_: Type) -> str:
    return name if type_.precision is None else f"{name}({type_.precision}, {type_.scale})"
