from hypothesis import given
from hypothesis import strategies as st

from fixturegen.schema import Reference
from fixturegen.sources.naming import LONGEST_NAME, constraint_name, unused, with_roles


def reference(*columns: str, table: str = "users", target: tuple[str, ...] = ()) -> Reference:
    return Reference(columns=columns, table=table, target=target or ("id",) * len(columns))


def test_a_taken_name_is_numbered_whatever_its_case() -> None:
    assert constraint_name("t", ["a"], "key", taken={"T_A_KEY", "t_a_key_2"}) == "t_a_key_3"


@given(st.text(min_size=1, max_size=90), st.sets(st.text(min_size=1, max_size=80)))
def test_names_fit_every_database_and_are_free(name: str, taken: set[str]) -> None:
    made = unused(name, taken)
    assert len(made.encode()) <= LONGEST_NAME
    assert made.lower() not in {other.lower() for other in taken}


def test_long_names_that_differ_at_their_end_stay_different() -> None:
    assert unused("x" * 80 + "a", ()) != unused("x" * 80 + "b", ())


def test_the_role_of_a_composite_reference_is_what_no_other_shares() -> None:
    roles = with_roles([reference("tenant_id", table="tenants"), reference("user_id", "tenant_id")])
    assert [item.role for item in roles] == ["tenant", "user"]


def test_the_role_of_a_composite_reference_leaves_off_the_target() -> None:
    shared = reference("tenant_id", "user_number", target=("tenant_id", "number"))
    assert with_roles([shared])[0].role == "user"


def test_roles_are_unique_and_a_declared_one_is_kept() -> None:
    declared = Reference(columns=("x",), table="t", target=("id",), role="user")
    roles = [item.role for item in with_roles([reference("user_id"), declared, reference("user_id", table="admins")])]
    assert len({role.lower() for role in roles}) == 3
    assert roles[1] == "user"


def test_a_shared_primary_key_is_called_after_its_table() -> None:
    assert with_roles([reference("id", table="sales.people")])[0].role == "people"
