"""Partitions in DDL of PostgreSQL and MariaDB: rows of the whole table, within what the partitions take."""

from __future__ import annotations

import pytest

from fixturegen.schema import Dialect, Location, Rows, Schema
from fixturegen.sources.ddl import from_ddl


def read(text: str, dialect: Dialect) -> Schema:
    return from_ddl(text, dialect=dialect, where=Location("f.sql", 1))


def test_partitions_are_their_parents_rows() -> None:
    schema = read(
        """CREATE TABLE t (id int NOT NULL, day date NOT NULL) PARTITION BY RANGE (day);
           CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
           CREATE TABLE t_2 (id int NOT NULL, day date NOT NULL) PARTITION BY LIST (id);
           ALTER TABLE ONLY t ATTACH PARTITION t_2 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
           CREATE TABLE t_2_x PARTITION OF t_2 DEFAULT;
           ALTER TABLE ONLY t ADD CONSTRAINT t_pkey PRIMARY KEY (id, day);
           ALTER TABLE ONLY t_1 ADD CONSTRAINT t_1_pkey PRIMARY KEY (id, day);
           CREATE TABLE kid (id int, day date, FOREIGN KEY (id, day) REFERENCES t_1);""",
        "postgresql",
    )
    assert list(schema.tables) == ["t", "kid"]
    assert dict(schema.tables["t"].options) == {
        "partition_by": "RANGE (day)",
        "partitions": (
            ("t_1", "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"),
            ("t_2", "FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"),
        ),
    }
    assert schema.tables["kid"].references[0].table == "t"


PARTED = "CREATE TABLE t (id int NOT NULL, day date NOT NULL, n int) PARTITION BY {};"


@pytest.mark.parametrize(
    ("key", "parts", "expected"),
    [
        (
            "RANGE (day)",
            (
                "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
                "create table t2 partition of t for values from ('2025-01-01') to (maxvalue);"
            ),
            "(day IS NOT NULL AND day >= '2024-01-01')",
        ),
        (
            "LIST (id)",
            (
                "CREATE TABLE t1 PARTITION OF t (CHECK (n < 5)) FOR VALUES IN (1, 2);"
                "CREATE TABLE t2 (id int, day date, n int); ALTER TABLE t ATTACH PARTITION t2 FOR VALUES IN (3);"
            ),
            "((id IS NOT NULL AND id IN (1, 2)) AND (n < 5)) OR (id IS NOT NULL AND id IN (3))",
        ),
        (
            "LIST (id)",
            "CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); CREATE TABLE t2 PARTITION OF t DEFAULT;",
            None,
        ),
        (
            "HASH (id)",
            (
                "CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
                "CREATE TABLE t2 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
            ),
            None,
        ),
        ("RANGE (day)", "", None),
    ],
)
def test_a_partitioned_table_takes_what_its_partitions_take(key: str, parts: str, expected: str | None) -> None:
    table = read(PARTED.format(key) + parts, "postgresql").tables["t"]
    assert [(check.name, check.sql) for check in table.checks] == ([("t_partition", expected)] if expected else [])
    assert table.count is None


def test_a_partitioned_table_whose_partitions_take_nothing_stays_empty() -> None:
    parts = "CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1) PARTITION BY LIST (n);"
    assert read(PARTED.format("LIST (id)") + parts, "postgresql").tables["t"].count == Rows(0)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("RANGE (year(day)) (PARTITION a VALUES LESS THAN (2020), PARTITION b VALUES LESS THAN (2025))",
         "year(day) < 2025 OR year(day) IS NULL"),
        ("RANGE (id) PARTITIONS 2 (PARTITION a VALUES LESS THAN (5) ENGINE = InnoDB, PARTITION b VALUES LESS THAN MAXVALUE)", None),
        ("LIST COLUMNS(n) (PARTITION a VALUES IN (1, 2), PARTITION b VALUES IN (NULL))", "n IN (1, 2) OR n IS NULL"),
        ("LIST (id) SUBPARTITION BY HASH (n) SUBPARTITIONS 2 (PARTITION a VALUES IN (1), PARTITION b DEFAULT)", None),
        ("HASH (id) PARTITIONS 4", None),
    ],
)  # fmt: skip
def test_partitions_of_mariadb_are_read(key: str, expected: str | None) -> None:
    for text in (PARTED.format(key), PARTED.replace("PARTITION", "/*!50100 PARTITION", 1).format(key)[:-1] + " */;"):
        checks = read(text, "mysql").tables["t"].checks
        assert [(check.name, check.sql) for check in checks] == ([("t_partition", expected)] if expected else [])
