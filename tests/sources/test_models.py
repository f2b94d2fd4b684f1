import enum
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import TypeDecorator

from fixturegen.errors import InputError, SchemaError
from fixturegen.schema import Dialect, Schema, Table, Type
from fixturegen.sources import load
from fixturegen.sources.models import from_metadata
from fixturegen.sources.reflection import reflected


@pytest.fixture(scope="module")
def models() -> Iterator[ModuleType]:
    path = Path(__file__).parents[2] / "examples" / "models.py"
    spec = importlib.util.spec_from_file_location("example_models", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["example_models"] = module  # where SQLAlchemy looks for the names in annotations
    spec.loader.exec_module(module)
    yield module
    del sys.modules["example_models"]


def one(*items: object, dialect: Dialect = "sqlite") -> Table:
    metadata = sa.MetaData()
    sa.Table("t", metadata, *items)  # type: ignore[arg-type]  # columns and constraints as each test gives them
    return from_metadata(metadata, dialect=dialect).tables["t"]


def shape(schema: Schema) -> dict[str, object]:
    return {
        name: (
            [(column.name, column.nullable, column.default) for column in table.columns],
            table.primary_key and table.primary_key.columns,
            sorted((u.columns, u.expressions, str(u.predicate)) for u in table.uniques),
            sorted((r.columns, r.table, r.target, r.role, str(r.on_delete)) for r in table.references),
            sorted(check.sql for check in table.checks),
        )
        for name, table in schema.tables.items()
    }


@pytest.mark.parametrize("source", ["example", "optuna.storages._rdb.models:BaseModel", "jupyterhub.orm:Base"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # those of the packages
def test_models_say_what_the_database_made_of_them_says(models: ModuleType, source: str) -> None:
    base = models.Base
    if source != "example":
        module, _, name = source.partition(":")
        base = getattr(importlib.import_module(module), name)
    engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    base.metadata.create_all(engine)
    live = reflected(engine)
    engine.dispose()
    assert shape(live) == {name: shape(load(base))[name] for name in live.tables}
    assert set(live.tables) == set(load(base).tables)


def test_the_example_says_all_that_it_means(models: ModuleType) -> None:
    schema = load(models.Base, dialect="postgresql")
    users, orders = schema.tables["users"], schema.tables["orders"]
    assert users.primary_key is not None
    assert users.primary_key.columns == ("tenant_id", "number")
    assert [(u.name, u.columns, u.expressions, u.predicate) for u in users.uniques] == [
        ("users_email_key", ("email",), ("lower(email)",), None),
        ("users_one_owner", ("tenant_id",), (), "is_owner"),
    ]
    (reference,) = orders.references
    assert (reference.columns, reference.target, reference.role) == (
        ("tenant_id", "user_number"), ("tenant_id", "number"), "user",
    )  # fmt: skip
    status = orders.columns[3].type
    assert (status.kind, status.name, status.labels) == ("enum", "status", ("NEW", "PAID", "SHIPPED"))
    assert orders.columns[4].type.zone
    assert schema.tables["tenants"].columns[0].type.kind == "uuid"
    assert [check.sql for check in schema.tables["order_lines"].checks] == ["line_no >= 1", "quantity BETWEEN 1 AND 99"]
    assert schema.tables["categories"].references[0].table == "categories"


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


class Json(TypeDecorator[object]):
    impl = sa.Text
    cache_ok = True


@pytest.mark.parametrize(
    ("given", "dialect", "expected"),
    [
        (sa.Integer(), "sqlite", Type(kind="integer")),
        (sa.Integer(), "postgresql", Type(kind="integer", bits=32)),
        (sa.BigInteger().with_variant(sa.SmallInteger(), "mysql"), "mysql", Type(kind="integer", bits=16)),
        (mysql.INTEGER(unsigned=True), "mysql", Type(kind="integer", bits=32, signed=False)),
        (sa.Enum(Colour), "sqlite", Type(kind="enum", labels=("RED", "BLUE"), name="colour")),
        (sa.Enum("a", "b", native_enum=False), "postgresql", Type(kind="enum", labels=("a", "b"))),
        (sa.Uuid(), "sqlite", Type(kind="uuid")),
        (sa.JSON(), "mysql", Type(kind="json")),
        (postgresql.JSONB(), "postgresql", Type(kind="json")),
        (sa.ARRAY(sa.Uuid()), "postgresql", Type(kind="array", element=Type(kind="uuid", native="UUID"))),
        (sa.Interval(), "sqlite", Type(kind="datetime")),  # what SQLAlchemy stores there
        (sa.Interval(second_precision=3), "postgresql", Type(kind="interval", precision=3)),
        (sa.LargeBinary(), "postgresql", Type(kind="bytes")),
        (sa.PickleType(), "sqlite", Type(kind="bytes")),
        (sa.Numeric(10, 2), "sqlite", Type(kind="decimal", precision=10, scale=2)),
        (sa.Numeric(), "postgresql", Type(kind="decimal", scale=2)),
        (sa.Float(), "sqlite", Type(kind="float")),
        (sa.Double(), "mysql", Type(kind="float")),
        (sa.Unicode(30), "sqlite", Type(kind="text", length=30)),
        (sa.CHAR(3), "sqlite", Type(kind="text", length=3, fixed=True)),
        (sa.Boolean(), "mysql", Type(kind="boolean")),
        (sa.DateTime(timezone=True), "postgresql", Type(kind="datetime", zone=True)),
        (mysql.DATETIME(fsp=3), "mysql", Type(kind="datetime", precision=3)),
        (sa.Time(), "sqlite", Type(kind="time")),
        (Json(), "sqlite", Type(kind="text")),
        (postgresql.INET(), "postgresql", Type(kind="ip")),
        (
            postgresql.INT4RANGE(),
            "postgresql",
            Type(kind="unknown", form="range", element=Type(kind="integer", bits=32)),
        ),
    ],
)
def test_types(given: sa.types.TypeEngine[object], dialect: Dialect, expected: Type) -> None:
    found = one(sa.Column("a", given), dialect=dialect).columns[0].type
    assert found.native
    assert Type(**{**{name: getattr(found, name) for name in Type.__slots__}, "native": None}) == expected


def test_a_type_that_the_dialect_lacks_is_unknown_and_named() -> None:
    found = one(sa.Column("a", postgresql.TSVECTOR()), sa.Column("b", sa.types.UserDefinedType())).columns
    assert [column.type.kind for column in found] == ["unknown", "unknown"]
    assert all(column.type.native for column in found)


def test_checks_that_come_with_a_type_are_left_out_and_percent_signs_kept() -> None:
    enum_ = sa.Enum("a", "b", native_enum=False, create_constraint=True, name="e")
    flag = sa.Boolean(create_constraint=True, name="f")
    for dialect in ("sqlite", "postgresql", "mysql"):
        written = sa.CheckConstraint("e LIKE 'a%' AND e <> '%s'")
        found = one(sa.Column("e", enum_), sa.Column("f", flag), written, dialect=dialect)
        assert [check.sql for check in found.checks] == ["e LIKE 'a%' AND e <> '%s'"]


def test_checks_written_as_expressions_carry_their_values() -> None:
    a, b = sa.Column("a", sa.Integer), sa.Column("b b", sa.String(5))
    found = one(a, b, sa.CheckConstraint(sa.and_(a > 5, b.in_(["x", "it's"])), name="c"))
    assert found.checks[0].sql == "a > 5 AND \"b b\" IN ('x', 'it''s')"


def test_what_the_database_computes_and_numbers() -> None:
    columns = [
        sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
        sa.Column("g", sa.Integer, sa.Computed("id * 2")),
        sa.Column("d", sa.String, server_default="it's"),
        sa.Column("e", sa.DateTime, server_default=sa.func.now()),
        sa.Column("f", sa.Integer, default=5, server_default=sa.text("1 + 1")),
    ]
    found = one(*columns, dialect="postgresql").columns
    assert [column.identity for column in found] == ["always", None, None, None, None]
    assert [column.generated for column in found] == [None, "id * 2", None, None, None]
    assert [column.default for column in found] == [None, None, "'it''s'", "now()", "1 + 1"]


@pytest.mark.parametrize(
    ("dialect", "identity"), [("sqlite", "by default"), ("postgresql", "by default"), ("mysql", "autoincrement")]
)
def test_integer_keys_are_numbered_by_the_database(dialect: Dialect, identity: str) -> None:
    assert one(sa.Column("id", sa.Integer, primary_key=True), dialect=dialect).columns[0].identity == identity


def test_schemas_deferral_and_cycles() -> None:
    metadata = sa.MetaData()
    later = {"deferrable": True, "initially": "DEFERRED", "ondelete": "CASCADE"}
    sa.Table("a", metadata, sa.Column("id", sa.Integer, primary_key=True),
             sa.Column("b", sa.ForeignKey("s.b.id", use_alter=True, name="loop", **later)), schema="public")  # fmt: skip
    sa.Table("b", metadata, sa.Column("id", sa.Integer, primary_key=True),
             sa.Column("a", sa.ForeignKey("public.a.id")), schema="s")  # fmt: skip
    schema = from_metadata(metadata, dialect="postgresql")
    assert list(schema.tables) == ["a", "s.b"]
    (reference,) = schema.tables["a"].references
    assert (reference.name, reference.table, reference.deferred, reference.on_delete) == (
        "loop",
        "s.b",
        True,
        "CASCADE",
    )
    assert schema.tables["s.b"].references[0].table == "a"


def test_joined_inheritance_is_tables() -> None:
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str]
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}  # noqa: RUF012  # SQLAlchemy's own spelling

    class Engineer(Person):
        __tablename__ = "engineers"
        id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
        __mapper_args__ = {"polymorphic_identity": "engineer"}  # noqa: RUF012  # the same

    tables = load(Base).tables
    assert (tables["engineers"].references[0].role, tables["engineers"].columns[0].identity) == ("people", None)
    assert load(Engineer).tables.keys() == tables.keys()
    assert load(Base.registry).tables.keys() == tables.keys()


def test_sqlmodel() -> None:
    sqlmodel = pytest.importorskip("sqlmodel")

    class Hero(sqlmodel.SQLModel, table=True):  # type: ignore[misc,name-defined]  # imported at run time
        id: int | None = sqlmodel.Field(default=None, primary_key=True)
        name: str = sqlmodel.Field(max_length=40, unique=True)

    assert load(Hero).tables["hero"].uniques[0].columns == ("name",)
    assert "hero" in load(sqlmodel.SQLModel.metadata).tables


def test_no_tables_and_foreign_keys_to_nowhere_are_refused() -> None:
    with pytest.raises(InputError, match="no tables"):
        from_metadata(sa.MetaData(), source="app:Base")
    with pytest.raises(SchemaError, match=r"t\.a: this foreign key leads nowhere: .*'nope'"):
        one(sa.Column("a", sa.ForeignKey("nope.id")))
