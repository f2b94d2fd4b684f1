"""SQLAlchemy's types into the schema's: by class where the class says more than the SQL it compiles to, else by that SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine.interfaces import Dialect as Compiler
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeDecorator, TypeEngine

from fixturegen.schema import Dialect, Kind, Type
from fixturegen.sources.types_sql import type_of


def type_of_model(given: TypeEngine[Any], dialect: Dialect, compiler: Compiler) -> Type:
    """Return what a column of an SQLAlchemy type holds.

    Args:
        given: The type: a variant for the dialect is preferred, a decorator is what it stores.
        dialect: The dialect.
        compiler: SQLAlchemy's dialect of the same database.

    Example:
        >>> from sqlalchemy.dialects import sqlite
        >>> type_of_model(sa.Uuid(), "sqlite", sqlite.dialect()).kind
        'uuid'
    """
    stored = _stored(given, compiler)
    native = _native(given, compiler)
    by_class = _by_class(stored, dialect, compiler)
    if by_class is not None:
        return replace(by_class, native=native)
    return type_of(native, dialect) if native else Type(kind="unknown", native=type(given).__name__)


def _stored(given: TypeEngine[Any], compiler: Compiler) -> TypeEngine[Any]:
    """Return the type in the end: the variant of this dialect, and what decorators decorate."""
    variants: Mapping[str, TypeEngine[Any]] = getattr(given, "_variant_mapping", {})
    stored = variants.get(compiler.name, given)
    while isinstance(stored, TypeDecorator):
        if isinstance(stored, sa.Interval) and compiler.name == "postgresql":
            break  # a decorator everywhere else, where intervals are stored as datetimes
        inner = stored.load_dialect_impl(compiler)
        stored = inner if inner is not stored else stored.impl_instance
    return stored


def _native(given: TypeEngine[Any], compiler: Compiler) -> str | None:
    try:
        return str(given.compile(compiler))
    except (SQLAlchemyError, NotImplementedError, AttributeError):
        return None  # this database has no such type


_PLAIN: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (sa.Uuid, "uuid"),
    (sa.JSON, "json"),
    (sa.Boolean, "boolean"),
)


def _by_class(stored: TypeEngine[Any], dialect: Dialect, compiler: Compiler) -> Type | None:
    for plain, kind in _PLAIN:
        if isinstance(stored, plain):
            return Type(kind=kind)
    if isinstance(stored, sa.Enum | mysql.SET):
        return _labelled(stored)
    if isinstance(stored, sa.ARRAY | postgresql.ARRAY):
        return Type(kind="array", element=type_of_model(stored.item_type, dialect, compiler))
    if isinstance(stored, sa.Numeric) and not isinstance(stored, sa.Float) and stored.precision is not None:
        return Type(kind="decimal", precision=stored.precision, scale=stored.scale or 0)
    return _moment(stored, dialect)


def _labelled(stored: sa.Enum | mysql.SET) -> Type | None:
    if isinstance(stored, mysql.SET):
        return Type(kind="enum", labels=tuple(stored.values))
    if not stored.enums:
        return None
    name = stored.name if stored.native_enum and isinstance(stored.name, str) else None
    return Type(kind="enum", labels=tuple(stored.enums), name=name)


def _moment(stored: TypeEngine[Any], dialect: Dialect) -> Type | None:
    if isinstance(stored, sa.DateTime):
        zone = bool(stored.timezone) and dialect != "mysql"  # its DATETIME knows no zone, whatever the model says
        return Type(kind="datetime", zone=zone, precision=_digits(stored, dialect))
    if isinstance(stored, sa.Time):
        return Type(kind="time", zone=bool(stored.timezone), precision=_digits(stored, dialect))
    return None


def _digits(stored: Any, dialect: Dialect) -> int | None:
    """Return the digits of a second that are kept: MySQL keeps none unless told."""
    given = getattr(stored, "fsp", None) if dialect == "mysql" else getattr(stored, "precision", None)
    return given if isinstance(given, int) else (0 if dialect == "mysql" else None)
