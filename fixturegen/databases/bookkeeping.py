"""Tables in which migration tools keep account of themselves: what they hold is no test data, and no business of ours."""

from __future__ import annotations

_TABLES = frozenset(
    {
        "alembic_version",
        "aerich",
        "atlas_schema_revisions",
        "databasechangelog",
        "databasechangeloglock",
        "django_migrations",
        "doctrine_migration_versions",
        "flyway_schema_history",
        "goose_db_version",
        "gorp_migrations",
        "knex_migrations",
        "knex_migrations_lock",
        "kysely_migration",
        "kysely_migration_lock",
        "migrate_version",
        "migratehistory",
        "migration_versions",
        "migrations",
        "mikro_orm_migrations",
        "pgmigrations",
        "phinxlog",
        "play_evolutions",
        "refinery_schema_history",
        "schema_migrations",
        "schema_version",
        "sequelizemeta",
        "south_migrationhistory",
        "typeorm_metadata",
        "yoyo_lock",
        "ar_internal_metadata",
        "__diesel_schema_migrations",
        "__drizzle_migrations",
        "__efmigrationshistory",
        "_prisma_migrations",
        "_sqlx_migrations",
        "_yoyo_log",
        "_yoyo_migration",
        "_yoyo_version",
    }
)
_OF_ONE_APPLICATION = ("_alembic_version", "_schema_migration", "_schema_migrations", "_schema_version")
"""Ends of names where several applications share a database and each keeps its own."""


def is_bookkeeping(table: str) -> bool:
    """Tell whether a table is one that a known migration tool keeps, by its name without the schema.

    >>> [is_bookkeeping(name) for name in ("public.alembic_version", "DATABASECHANGELOG", "shop_schema_migrations", "orders")]
    [True, True, True, False]
    """
    name = table.rpartition(".")[2].casefold()
    return name in _TABLES or name.endswith(_OF_ONE_APPLICATION)
