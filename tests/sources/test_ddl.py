"""DDL of three dialects as a schema: what files, dumps and alterations say."""

from pathlib import Path

import pytest

from fixturegen.errors import SchemaError
from fixturegen.schema import Constant, Dialect, Location, Schema, Table
from fixturegen.sources.ddl import from_ddl, guessed, load_ddl
from fixturegen.sources.reflection import reflected

CORPUS = Path(__file__).parents[1] / "corpus" / "sqlite"


def read(text: str, dialect: Dialect | None = None) -> Schema:
    return from_ddl(text, dialect=dialect, where=Location("f.sql", 1))


def table(text: str, dialect: Dialect = "postgresql", name: str = "t") -> Table:
    return read(text, dialect).tables[name]


# --- the dialect


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("CREATE TABLE t (a INTEGER PRIMARY KEY)", "sqlite"),
        ("CREATE TABLE `t` (`a` INTEGER PRIMARY KEY AUTOINCREMENT)", "sqlite"),
        ("CREATE TABLE t (a bigserial)", "postgresql"),
        ("CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (a mood)", "postgresql"),
        ("CREATE TABLE t (a int auto_increment) engine = InnoDB", "mysql"),
        ("CREATE TABLE t (a text DEFAULT 'nextval(::serial') -- bigserial\n", "sqlite"),
        ("CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)", "postgresql"),
        ("CREATE TABLE t (a int); ALTER TABLE t\n ADD FOREIGN KEY (a) REFERENCES t (a)", "postgresql"),
        ("CREATE TABLE t (a datetime); ALTER TABLE t ADD UNIQUE (a)", "mysql"),
        ("CREATE TABLE t (a int); ALTER TABLE `t` ADD CONSTRAINT k PRIMARY KEY (a)", "mysql"),
        ("CREATE TABLE t (a timestamptz, b `x`); ALTER TABLE t ADD PRIMARY KEY (a)", "postgresql"),
        ("CREATE TABLE t (a datetime); ALTER TABLE t ADD key text CHECK (a > 0)", "sqlite"),
    ],
)
def test_the_dialect_is_guessed(text: str, dialect: str) -> None:
    assert guessed(text) == dialect


def test_a_wrong_guess_says_how_to_name_the_dialect() -> None:
    with pytest.raises(SchemaError, match=r"^f\.sql:2: SQLite refuses .* taken for sqlite: .*--dialect"):
        read("\nCREATE TABLE t (a int[3] WEIRD STUFF(((,)))")


def test_what_match_full_and_deferred_keys_add_is_read() -> None:
    schema = read(
        "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b) DEFERRABLE INITIALLY DEFERRED);"
        "CREATE TABLE c (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, x int, y int,"
        " CONSTRAINT whole FOREIGN KEY (x, y) REFERENCES p MATCH FULL ON DELETE CASCADE);",
        "postgresql",
    )
    keys = [table.primary_key for table in schema.tables.values()]
    assert [key is not None and key.deferred for key in keys] == [True, True]
    (check,) = schema.tables["c"].checks
    assert check.name == "whole_full"
    assert check.sql == '("x" IS NULL AND "y" IS NULL) OR ("x" IS NOT NULL AND "y" IS NOT NULL)'


def test_bits_of_mariadb_have_their_bounds() -> None:
    column = table("CREATE TABLE t (b BIT(5))", "mysql").columns[0]
    assert (column.type.kind, column.high) == ("integer", Constant(31))


# --- SQLite


@pytest.mark.parametrize("name", ["chinook", "sakila", "hard"])
def test_a_file_says_what_the_database_made_of_it_says(name: str, tmp_path: Path) -> None:
    import sqlite3

    from sqlalchemy import create_engine

    path = CORPUS / f"{name}.sql"
    database = sqlite3.connect(tmp_path / "x.db")
    database.executescript(path.read_text(encoding="utf-8"))
    database.close()
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")
    live, file = reflected(engine), load_ddl(path)
    engine.dispose()
    assert placeless(live) == placeless(file)
    assert all(found.where.line for found in file.tables.values())


def placeless(schema: Schema) -> list[object]:
    return [
        [
            (column.name, column.type, column.nullable, column.default, column.identity) for column in found.columns
        ]
        + [(unique.name, unique.columns) for unique in found.uniques]
        + [(item.name, item.columns, item.table, item.target, item.role) for item in found.references]
        + [(check.name, check.sql) for check in found.checks]
        for found in schema.tables.values()
    ]  # fmt: skip


def test_only_statements_that_make_tables_are_run(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    schema = read(
        f"""PRAGMA writable_schema = ON; ATTACH '{other}' AS other; BEGIN;
        CREATE TABLE t (a INTEGER PRIMARY KEY);
        INSERT INTO t VALUES (1); SELECT load_extension('x');
        CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;
        CREATE VIEW v AS SELECT 1; CREATE VIRTUAL TABLE f USING fts5(x); CREATE INDEX fi ON f (x);
        CREATE TEMP TABLE tmp (a); CREATE UNIQUE INDEX ti ON tmp (a);
        CREATE TABLE gone (a); DROP TABLE gone; DROP TABLE IF EXISTS never; DROP TABLE never;
        ALTER TABLE t ADD COLUMN b TEXT; CREATE UNIQUE INDEX i ON t (b); COMMIT;""",
        "sqlite",
    )
    assert list(schema.tables) == ["t"]
    assert [unique.name for unique in schema.tables["t"].uniques] == ["i"]
    assert not other.exists()


def test_places_are_those_of_the_file() -> None:
    found = table("\n\nCREATE TABLE t (\n  a INT,\n  b INT CHECK (b > 0)\n);", "sqlite")
    assert str(found.where) == "f.sql:3 t"
    assert str(found.columns[1].where) == "f.sql:5 t.b"
    assert str(found.checks[0].where) == "f.sql:5 t"


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_a_table_from_a_select_is_refused(dialect: Dialect) -> None:
    with pytest.raises(SchemaError, match=r"f\.sql:2.*takes its columns from a SELECT"):
        read("CREATE TABLE a (b int);\nCREATE TABLE t AS SELECT * FROM a", dialect)


# --- PostgreSQL


def test_columns_and_constraints_beside_them() -> None:
    found = table(
        """CREATE TABLE IF NOT EXISTS public.T (
            Id serial PRIMARY KEY, "Key" varchar(10) COLLATE "C" DEFAULT 'a,b)'::character varying NOT NULL UNIQUE,
            n numeric(8,3)[] DEFAULT ARRAY[1,2]::numeric[] CONSTRAINT c1 CHECK (array_length(n, 1) > 0),
            g int GENERATED ALWAYS AS (id * 2) STORED, h int GENERATED BY DEFAULT AS IDENTITY (START WITH 5),
            i bigint GENERATED ALWAYS AS IDENTITY, p int REFERENCES t ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
            d date DEFAULT now()::date NOT NULL);"""
    )
    columns = {column.name: column for column in found.columns}
    assert list(columns) == ["id", "Key", "n", "g", "h", "i", "p", "d"]
    assert [column.identity for column in found.columns[:6]] == ["by default", None, None, None, "by default", "always"]
    assert (columns["Key"].default, columns["Key"].collation) == ("'a,b)'::character varying", "C")
    assert (columns["n"].default, columns["n"].type.kind) == ("ARRAY[1,2]::numeric[]", "array")
    assert columns["g"].generated == "id * 2"
    assert columns["d"].default == "now()::date"
    assert [name for name, column in columns.items() if column.nullable] == ["n", "g", "p"]
    assert (found.checks[0].name, found.checks[0].sql) == ("c1", "array_length(n, 1) > 0")
    assert found.uniques[0].name == "t_Key_key"
    (reference,) = found.references
    assert (reference.name, reference.target, reference.on_delete, reference.deferred) == (
        "t_p_fkey", ("id",), "SET NULL", True,
    )  # fmt: skip


PG_DUMP = r"""
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TYPE public.mood AS ENUM ('sad', 'o''k');
CREATE DOMAIN public.year AS integer
	CONSTRAINT year_check CHECK (((VALUE >= 1901) AND (VALUE <= 2155)));
ALTER TYPE public.mood OWNER TO postgres;
CREATE TABLE public.film (
    film_id integer DEFAULT nextval('public.film_seq'::regclass) NOT NULL,
    release public.year,
    feeling public.mood DEFAULT 'sad'::public.mood,
    moods public.mood[]
);
CREATE VIEW public.films AS SELECT 1;
ALTER TABLE public.films OWNER TO postgres;
CREATE TABLE sales.rental (id bigint NOT NULL, film_id integer NOT NULL);
COPY public.film (film_id) FROM stdin;
1
\.
SELECT pg_catalog.setval('public.film_seq', 1000, true);
ALTER TABLE ONLY public.film ADD CONSTRAINT film_pkey PRIMARY KEY (film_id);
CREATE UNIQUE INDEX rental_part ON sales.rental USING btree (film_id, lower((id)::text)) WHERE (film_id > 1);
ALTER TABLE ONLY sales.rental
    ADD CONSTRAINT rental_film FOREIGN KEY (film_id) REFERENCES public.film(film_id) ON DELETE RESTRICT NOT VALID;
"""


def test_a_dump_of_postgresql() -> None:
    schema = read(PG_DUMP)
    assert schema.dialect == "postgresql"
    assert list(schema.tables) == ["film", "sales.rental"]
    film, rental = schema.tables.values()
    assert (film.columns[0].identity, film.columns[0].default) == ("by default", None)
    assert (film.columns[1].type.kind, film.columns[1].type.native) == ("integer", "public.year")
    assert [(check.name, check.sql) for check in film.checks] == [
        ("year_check", '(("release" >= 1901) AND ("release" <= 2155))')
    ]
    assert (film.columns[2].type.labels, film.columns[2].type.name) == (("sad", "o'k"), "mood")
    assert film.columns[3].type.element is not None
    assert film.columns[3].type.element.labels == ("sad", "o'k")
    (unique,) = rental.uniques
    assert unique.columns == ("film_id", "id")
    assert unique.expressions == ("film_id", "lower((id)::text)")
    assert unique.predicate == "film_id > 1"
    (reference,) = rental.references
    assert (reference.table, reference.on_delete, reference.name) == ("film", "RESTRICT", "rental_film")


def test_domains_build_on_domains() -> None:
    found = table(
        """CREATE DOMAIN a AS int NOT NULL DEFAULT 5 CHECK (VALUE > 0); ALTER DOMAIN a ADD CHECK (value < 99);
           CREATE DOMAIN b a CONSTRAINT even CHECK (value % 2 = 0); CREATE TABLE t (x b, y text, z b);"""
    )
    assert [check.sql for check in found.checks] == [
        f'"{column}" {rest}' for column in "xz" for rest in ("% 2 = 0", "> 0", "< 99")
    ]
    assert len({check.name for check in found.checks}) == 6
    assert [column.nullable for column in found.columns] == [False, True, False]


def test_enums_change() -> None:
    found = table(
        """CREATE TYPE e AS ENUM ('a', 'c'); ALTER TYPE e ADD VALUE 'b' BEFORE 'c'; ALTER TYPE e ADD VALUE 'd';
           ALTER TYPE e RENAME VALUE 'a' TO 'A'; ALTER TYPE e ADD VALUE IF NOT EXISTS 'd'; CREATE TABLE t (x e);"""
    )
    assert found.columns[0].type.labels == ("A", "b", "c", "d")


def test_columns_copied_and_inherited() -> None:
    schema = read(
        """CREATE TABLE a (id serial PRIMARY KEY, x int UNIQUE CHECK (x > 0) DEFAULT 3);
           CREATE TABLE b (LIKE a INCLUDING ALL EXCLUDING INDEXES, y int);
           CREATE TABLE c (LIKE a); CREATE TABLE d (y int) INHERITS (a);""",
        "postgresql",
    )
    b, c, d = (schema.tables[name] for name in "bcd")
    assert [[column.name for column in found.columns] for found in (b, c, d)] == [
        ["id", "x", "y"],
        ["id", "x"],
        ["id", "x", "y"],
    ]
    assert [len(found.checks) for found in (b, c, d)] == [1, 0, 1]
    assert [found.columns[1].default for found in (b, c, d)] == ["3", None, "3"]
    assert c.primary_key is None


def test_keys_of_every_kind() -> None:
    found = table(
        """CREATE TABLE t (a int, b int, c text, r int4range,
             CONSTRAINT "p;k" PRIMARY KEY (a, b) INCLUDE (c), UNIQUE NULLS NOT DISTINCT (b, c) WITH (fillfactor=70),
             CONSTRAINT x EXCLUDE USING gist (a WITH =, r WITH &&) WHERE (b > 1) DEFERRABLE);
           CREATE UNIQUE INDEX CONCURRENTLY i1 ON ONLY t (lower(c) COLLATE "C" text_pattern_ops DESC NULLS LAST, a) INCLUDE (b);
           CREATE UNIQUE INDEX i2 ON t (c varchar_pattern_ops, ((a + b))) NULLS NOT DISTINCT;
           CREATE UNIQUE INDEX i3 ON t (c text_pattern_ops);
           CREATE INDEX plain ON t (b);"""
    )
    assert found.primary_key is not None
    assert (found.primary_key.name, found.primary_key.columns) == ("p;k", ("a", "b"))
    assert [(u.columns, u.expressions, u.nulls_distinct) for u in found.uniques] == [
        (("b", "c"), (), False),
        (("c", "a"), ("lower(c)", "a"), True),
        (("c", "a", "b"), ("c", "a + b"), False),
        (("c",), (), True),
    ]
    (exclusion,) = found.exclusions
    assert (exclusion.expressions, exclusion.operators, exclusion.predicate) == (("a", "r"), ("=", "&&"), "b > 1")


def test_tables_are_altered() -> None:
    found = table(
        """CREATE TABLE t (a int, b int DEFAULT 1, c text, e int, CONSTRAINT gone CHECK (a > 1));
           ALTER TABLE t ADD COLUMN d jsonb NOT NULL DEFAULT '{}', ADD CONSTRAINT chk CHECK ((a <> b) OR c = ';,') NOT VALID;
           ALTER TABLE ONLY t ALTER COLUMN a SET NOT NULL, ALTER b DROP DEFAULT, ALTER COLUMN c TYPE varchar(20) USING c::varchar;
           ALTER TABLE t ALTER a ADD GENERATED ALWAYS AS IDENTITY, DROP CONSTRAINT gone, DROP COLUMN e, CLUSTER ON i;
           CREATE UNIQUE INDEX i ON t (b); ALTER TABLE t ADD CONSTRAINT b_once UNIQUE USING INDEX i;"""
    )
    assert [(c.name, c.nullable, c.default, c.type.native, c.identity) for c in found.columns] == [
        ("a", False, None, "int", "always"), ("b", True, None, "int", None),
        ("c", True, None, "varchar(20)", None), ("d", False, "'{}'", "jsonb", None),
    ]  # fmt: skip
    assert [(check.name, check.sql, check.enforced) for check in found.checks] == [
        ("chk", "(a <> b) OR c = ';,'", False)
    ]
    assert [unique.name for unique in found.uniques] == ["b_once"]


def test_schemas_and_the_search_path() -> None:
    schema = read(
        """CREATE SCHEMA s CREATE TABLE u (a int PRIMARY KEY) CREATE TABLE v (b int REFERENCES u);
           CREATE TABLE p (a int PRIMARY KEY); SET search_path TO s, public;
           CREATE TABLE w (a int REFERENCES u, b int REFERENCES p, c int REFERENCES public.p (a));""",
        "postgresql",
    )
    assert list(schema.tables) == ["s.u", "s.v", "p", "s.w"]
    assert [item.table for item in schema.tables["s.w"].references] == ["s.u", "p", "p"]
    assert schema.tables["s.v"].references[0].name == "v_b_fkey"


def test_unquoted_names_are_folded_and_quoted_ones_are_not() -> None:
    schema = read(
        'CREATE TABLE Users (Id int PRIMARY KEY); CREATE TABLE "Users" ("Id" int REFERENCES USERS(ID));', "postgresql"
    )
    assert list(schema.tables) == ["users", "Users"]
    assert schema.tables["Users"].references[0].table == "users"


# --- MySQL and MariaDB

MYSQLDUMP = r"""
/*!40101 SET NAMES utf8 */;
CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop`; USE `shop`;
DROP TABLE IF EXISTS `a b`;
CREATE TABLE `a b` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'it''s; the \'key\' CHECK(',
  `key` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'x;y',
  `e` enum('a','b''c','d)') NOT NULL DEFAULT 'a',
  `ts` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  `y` year(4) DEFAULT NULL,
  `j` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`j`)),
  `h` varchar(50) GENERATED ALWAYS AS (concat(`key`,'z')) VIRTUAL,
  `d` decimal(8,2) unsigned DEFAULT 1.5,
  PRIMARY KEY (`id`) USING BTREE,
  UNIQUE KEY `uk` (`key`(5),`e`) USING BTREE COMMENT 'c',
  UNIQUE KEY (`y`),
  KEY `k` (`ts`), FULLTEXT KEY `ft` (`key`),
  CONSTRAINT `chk` CHECK (`d` >= 0 and `e` <> 'd)')
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COMMENT='CREATE TABLE x (';
/*!40000 ALTER TABLE `a b` DISABLE KEYS */;
INSERT INTO `a b` (`id`) VALUES (1),(2);
CREATE TABLE shop.child (
  a_id INT UNSIGNED, n SERIAL, t TINYINT(1) NOT NULL, x INT,
  CONSTRAINT fk1 FOREIGN KEY idx (a_id) REFERENCES `a b` (`ID`) ON DELETE SET NULL ON UPDATE CASCADE, INDEX (x)
);
ALTER TABLE child ADD UNIQUE INDEX ux (x), ADD COLUMN z int NOT NULL AFTER x, MODIFY t int(5) NOT NULL, ENGINE=InnoDB;
CREATE TABLE child2 LIKE child;
"""


def test_a_dump_of_mysql() -> None:
    schema = read(MYSQLDUMP)
    assert schema.dialect == "mysql"
    assert list(schema.tables) == ["a b", "child", "child2"]
    columns = {column.name: column for column in schema.tables["a b"].columns}
    assert (columns["id"].identity, columns["id"].type.signed) == ("autoincrement", False)
    assert columns["e"].type.labels == ("a", "b'c", "d)")
    assert columns["j"].type.kind == "json"
    assert columns["h"].generated == "concat(`key`,'z')"
    assert columns["y"].low == Constant(1901)
    assert columns["d"].low == Constant(0)
    assert columns["ts"].default == "current_timestamp()"
    uniques = schema.tables["a b"].uniques
    assert [(unique.name, unique.columns, unique.expressions) for unique in uniques] == [
        ("uk", ("key", "e"), ("left(`key`, 5)", "`e`")),
        ("a b_y_key", ("y",), ()),
    ]
    assert [check.sql for check in schema.tables["a b"].checks] == ["json_valid(`j`)", "`d` >= 0 and `e` <> 'd)'"]


def test_mysql_tables_are_altered_and_copied() -> None:
    schema = read(MYSQLDUMP)
    child, copy = schema.tables["child"], schema.tables["child2"]
    assert [column.name for column in child.columns] == ["a_id", "n", "t", "x", "z"]
    assert [column.type.native for column in child.columns][2] == "int(5)"
    (reference,) = child.references
    assert (reference.name, reference.table, reference.target) == ("fk1", "a b", ("id",))
    assert [unique.columns for unique in child.uniques] == [("x",), ("n",)]
    assert [column.name for column in copy.columns] == [column.name for column in child.columns]
    assert not copy.references


def test_columns_with_checks_are_added_to_tables_of_sqlite() -> None:
    text = "CREATE TABLE t (id INTEGER PRIMARY KEY); ALTER TABLE t ADD COLUMN n INTEGER CHECK (n > 0);"
    (check,) = from_ddl(text, dialect="sqlite", where=Location("a.sql", 1)).tables["t"].checks
    assert check.sql == "n > 0"
