"""What a trigger may do to a row that comes, as far as its words tell: write columns, read them, refuse the row or pass it over."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from fixturegen.errors import SchemaError
from fixturegen.schema import Dialect
from fixturegen.sources.ddl_lexer import Token, tokens_of

ALL = "*"
"""Stands for all columns."""
_BEGINNINGS = frozenset({";", "THEN", "BEGIN", "ELSE", "LOOP", "SET", ",", "INTO"})
"""What stands before the name of a column that is written, where ``=`` alone may as well compare."""
_HEAD = frozenset({"BEFORE", "AFTER", "INSTEAD", "INSERT", "UPDATE", "DELETE"})


def effects(body: str, dialect: Dialect, columns: Collection[str]) -> dict[str, object]:
    """Return what the words of a trigger say of the row that comes, only what there is to say.

    Args:
        body: The trigger's statements, or those of its function.
        dialect: Their dialect.
        columns: The columns of its table.

    Returns:
        ``writes`` and ``reads``: columns, in the table's order, or ``*`` alone where it may be any; ``passes_over``: whether the row
        may be left out without a word. A comparison that may be an assignment counts as one.

    >>> effects("BEGIN IF NEW.a IS NULL THEN NEW.b := lower(NEW.c); END IF; RETURN NEW; END", "postgresql", "abcd")
    {'writes': ['b'], 'reads': ['a', 'b', 'c']}
    >>> effects("SET NEW.a = 1, NEW.`b` = NOW()", "mysql", ["A", "b"])
    {'writes': ['A', 'b'], 'reads': ['A', 'b']}
    """
    tokens = read(body, dialect)
    if body and not tokens:
        return {"writes": [ALL], "reads": [ALL]}
    named = [(at, _name(tokens, at)) for at, token in enumerate(tokens) if token.word == "NEW"]
    writes = {name for at, name in named if _is_written(tokens, at, name)} | set(_returned(tokens, dialect))
    reads = {name for at, name in named if name != ALL or not _is_returned(tokens, at)}
    told = {"writes": _spelled(writes, columns), "reads": _spelled(reads, columns)}
    return {key: names for key, names in told.items() if names} | (
        {"passes_over": True} if _passes_over(tokens, dialect) else {}
    )


def read(body: str, dialect: Dialect) -> tuple[Token, ...]:
    """Return the tokens of a body; none where it cannot be read."""
    try:
        return tokens_of(body, dialect)
    except SchemaError:
        return ()


def effects_of_function(language: str, body: str, definition: str, columns: Collection[str]) -> dict[str, object]:
    """Return the same for a trigger of PostgreSQL, which calls a function and may have a condition of its own.

    Args:
        language: The function's language. Of those that nobody reads here, a trigger may do anything; one in C mostly writes the
            columns that it is given by name.
        body: The function's source.
        definition: The CREATE TRIGGER as the server writes it.
        columns: The columns of its table.

    >>> made = "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION moddatetime('b')"
    >>> effects_of_function("c", "moddatetime", made, ["a", "b"])
    {'writes': ['b'], 'reads': ['b']}
    """
    if language == "plpgsql":
        own = effects(body, "postgresql", columns)
        told = [*_listed(own.get("reads")), *_listed(effects(definition, "postgresql", columns).get("reads"))]
        reads = _spelled(set(told), columns)
        return own | ({"reads": reads} if reads else {})
    named = [token.text for token in tokens_of(definition, "postgresql") if token.kind == "string"]
    given = _spelled(set(named), columns) if language in {"c", "internal"} else [ALL]
    return {"writes": given, "reads": given} if given else {}


def _listed(names: object) -> list[str]:
    return names if isinstance(names, list) else []


def _name(tokens: Sequence[Token], at: int) -> str:
    """Return the column that is named after NEW, ``*`` where it is the whole row."""
    if at + 2 < len(tokens) and tokens[at + 1].text == ".":
        return tokens[at + 2].text
    return ALL


def _is_written(tokens: Sequence[Token], at: int, name: str) -> bool:
    behind = at + (1 if name == ALL and _text(tokens, at + 1) != "." else 3)
    sign, before = _text(tokens, behind) + _text(tokens, behind + 1), _text(tokens, at - 1).upper()
    return sign.startswith(":=") or before == "INTO" or (sign.startswith("=") and before in _BEGINNINGS)


def _returned(tokens: Sequence[Token], dialect: Dialect) -> Iterator[str]:
    """Yield ``*`` where a function returns another row than the one it was given."""
    for at, token in enumerate(tokens):
        if dialect == "postgresql" and token.word == "RETURN" and _text(tokens, at + 1).upper() not in _OWN_ROWS:
            yield ALL


_OWN_ROWS = frozenset({"NEW", "OLD", "NULL", ";", ""})


def _is_returned(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].word == "RETURN"


def _passes_over(tokens: Sequence[Token], dialect: Dialect) -> bool:
    if dialect == "mysql":
        return False
    first, second = ("RETURN", "NULL") if dialect == "postgresql" else ("RAISE", "IGNORE")
    step = 1 if dialect == "postgresql" else 2
    return any(token.word == first and _text(tokens, at + step).upper() == second for at, token in enumerate(tokens))


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _spelled(names: Collection[str], columns: Collection[str]) -> list[str]:
    folded = {name.lower() for name in names}
    return [ALL] if ALL in folded else [column for column in columns if column.lower() in folded]


def trigger_of_sqlite(sql: str, columns: Collection[str]) -> dict[str, object]:
    """Return what SQLite's own text of a trigger says.

    Args:
        sql: The whole CREATE TRIGGER.
        columns: The columns of its table.

    >>> trigger_of_sqlite("CREATE TRIGGER g INSERT ON t WHEN NEW.a > 9 BEGIN SELECT RAISE(ABORT, 'no'); END", ["a", "b"])
    {'timing': 'BEFORE', 'events': ['INSERT'], 'level': 'row', 'reads': ['a'], 'refuses': True}
    """
    tokens = tokens_of(sql, "sqlite")
    head = [token.word for token in tokens if token.word in _HEAD]
    timing = head[0] if head[0] in {"BEFORE", "AFTER"} else "INSTEAD OF" if head[0] == "INSTEAD" else "BEFORE"
    event = next(word for word in head if word in {"INSERT", "UPDATE", "DELETE"})
    refuses = any(token.word == "RAISE" for token in tokens)
    told: dict[str, object] = {"timing": timing, "events": [event], "level": "row"}
    return told | effects(sql, "sqlite", columns) | ({"refuses": True} if refuses else {})
