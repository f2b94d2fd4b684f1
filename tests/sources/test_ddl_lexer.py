import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import Done, outcome

from fixturegen.errors import SchemaError
from fixturegen.schema import Dialect, Location
from fixturegen.sources.ddl_lexer import Source, Statement, statements, tokens_of

DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql", "mysql")


def read(text: str, dialect: Dialect = "sqlite") -> list[Statement]:
    return list(statements(Source(text, dialect, Location("f.sql", 1))))


def words(statement: Statement) -> list[str]:
    return [token.text for token in statement.tokens]


@given(st.lists(st.sampled_from(["a", " ", "'x''y'", '"q""r"', "(", ")", ";", "--c\n", "/* d */", "1.5", "::", "\n"])))
@pytest.mark.parametrize("dialect", DIALECTS)
def test_tokens_are_slices_of_the_text_in_order(dialect: Dialect, parts: list[str]) -> None:
    text = "".join(parts)
    tokens = tokens_of(text, dialect)
    ends = [0, *(token.end for token in tokens)]
    for end, token in zip(ends, tokens, strict=False):
        assert end <= token.start < token.end
        if token.kind in ("word", "number", "mark"):
            assert text[token.start : token.end] == token.text


def test_quotes_of_every_kind_name_things() -> None:
    names = [token.text for token in tokens_of('[a b] `c``d` "e""f"', "sqlite")]
    assert names == ["a b", "c`d", 'e"f']


def test_semicolons_in_texts_comments_and_triggers_end_nothing() -> None:
    text = """
    INSERT INTO t VALUES ('; CREATE TABLE no (a)');
    -- ; CREATE TABLE no (a);
    CREATE TRIGGER x AFTER INSERT ON t BEGIN
      SELECT CASE WHEN 1 THEN 2 END; CREATE TABLE no (a); END;
    CREATE TABLE yes (a);
    """
    trigger, table = read(text)
    assert (words(trigger)[1:3], words(trigger)[-1]) == (["TRIGGER", "x"], "END")
    assert words(table)[2] == "yes"


def test_postgresql_dumps_are_read_past_their_data() -> None:
    text = r"""
    \restrict abc
    CREATE TABLE t (a text);
    COPY t (a) FROM stdin;
    CREATE TABLE no (a int);
    \.
    CREATE FUNCTION f() RETURNS int AS $b$ BEGIN; CREATE TABLE no (a int); END $b$ LANGUAGE plpgsql;
    CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END;
    /* outer /* inner */ CREATE TABLE no (a int); */
    CREATE TABLE u (a text DEFAULT E'\';');
    """.replace("\n    ", "\n")
    assert [words(statement)[2] for statement in read(text, "postgresql")] == ["t", "u"]


def test_mysql_executable_comments_are_code_and_delimiters_are_followed() -> None:
    text = """
DELIMITER ;;
CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN CREATE TABLE no (a int); END;;
DELIMITER ;
/*!50001 CREATE TABLE t (a int /*!80000 INVISIBLE */) */;
# CREATE TABLE no (a int);
CREATE DEFINER=`r`@`%` PROCEDURE p() BEGIN IF 1 THEN SELECT 1; END IF; CREATE TABLE no (a int); END;
CREATE TABLE u (a varchar(9) DEFAULT '\\';');
"""
    made = [statement for statement in read(text, "mysql") if words(statement)[1] == "TABLE"]
    assert [words(statement)[2] for statement in made] == ["t", "u"]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", ["CREATE TABLE a (b text DEFAULT 'x);", "INSERT INTO a VALUES ('", 'CREATE TABLE "a'])
def test_what_never_ends_is_said_with_its_line(dialect: Dialect, text: str) -> None:
    with pytest.raises(SchemaError, match=r"f\.sql:2: .* never ends"):
        read("\n" + text, dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "text",
    [
        "a" * 500_000,
        "(" * 500_000,
        "CREATE TABLE x " + "(" * 500_000,
        "CREATE TABLE x (" + "a int, " * 120_000,
        "/* " * 200_000,
        "-" * 500_000,
        " $a$ " * 50_001,
        "".join(f"$a{number}$" for number in range(50_000)),
        "[[ " * 200_000,
        "x'" * 200_001,
        "`" * 200_001,
        "INSERT INTO x VALUES " + "(1,'abc''def',NULL)," * 30_000,
    ],
    ids=lambda text: text[:24],
)
def test_hostile_texts_take_no_time(dialect: Dialect, text: str) -> None:
    found = outcome(lambda: read(text, dialect), SchemaError)
    assert len(found) < 300 if isinstance(found, str) else found == Done([])  # either is right, slowness is not
