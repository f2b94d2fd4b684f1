"""JupyterHub's own ways through its models, over seeded rows; what they give is told from the frames."""

from datetime import datetime

import polars as pl
import pytest
from jupyterhub import orm, roles
from sqlalchemy.exc import IntegrityError


@pytest.fixture
def db(fixturegen_session):
    return fixturegen_session


def names(frame):
    return sorted(frame["name"].to_list())


def test_users_are_found_by_name(db, fixturegen_dataset):
    for row in fixturegen_dataset["users"].iter_rows(named=True):
        user = orm.User.find(db, row["name"])
        assert (user.id, user.admin, user.created) == (row["id"], row["admin"], row["created"])
        assert user.user_info == {}
    assert orm.User.find(db, "nobody at all") is None


def test_groups_of_users(db, fixturegen_dataset):
    links = fixturegen_dataset["user_group_map"]
    groups = fixturegen_dataset["groups"]
    for user in db.query(orm.User):
        mine = links.filter(pl.col("user_id") == user.id)["group_id"]
        assert sorted(group.name for group in user.groups) == names(groups.filter(pl.col("id").is_in(mine.implode())))


def test_roles_of_users_come_with_those_of_their_groups(db, fixturegen_dataset):
    frames = fixturegen_dataset
    own, through = frames["user_role_map"], frames["user_group_map"].join(frames["group_role_map"], on="group_id")
    tried = 0
    for user in db.query(orm.User):
        wanted = {
            *own.filter(pl.col("user_id") == user.id)["role_id"],
            *through.filter(pl.col("user_id") == user.id)["role_id"],
        }
        assert {role.id for role in roles.get_roles_for(user)} == wanted
        tried += bool(wanted)
    assert tried > 5


def test_spawners_of_users(db, fixturegen_dataset):
    spawners = fixturegen_dataset["spawners"]
    for user in db.query(orm.User):
        assert sorted(user.orm_spawners) == names(spawners.filter(pl.col("user_id") == user.id))
    running = db.query(orm.Spawner).filter(orm.Spawner.server != None).count()  # noqa: E711 - SQL
    assert running == spawners["server_id"].count()


def test_expired_tokens_are_purged(db, fixturegen_dataset, monkeypatch):
    now = datetime(2025, 1, 1)  # noqa: DTZ001 - JupyterHub keeps them without a zone
    monkeypatch.setattr(orm.APIToken, "now", staticmethod(lambda: now))
    tokens = fixturegen_dataset["api_tokens"]
    left = tokens.filter(pl.col("expires_at").is_null() | (pl.col("expires_at") >= now))
    assert 0 < left.height < tokens.height
    orm.APIToken.purge_expired(db)
    assert sorted(token.id for token in db.query(orm.APIToken)) == left["id"].sort().to_list()


def test_every_token_has_one_owner(db):
    tokens = db.query(orm.APIToken).all()
    assert len(tokens) == 30
    assert {token.owner.kind for token in tokens} == {"user", "service"}


def test_a_deleted_user_takes_along_what_is_theirs(db, fixturegen_dataset):
    frames = fixturegen_dataset
    victim = frames["spawners"]["user_id"][0]
    db.delete(db.get(orm.User, victim))
    db.commit()
    spawners = frames["spawners"].filter(pl.col("user_id") == victim)
    assert db.query(orm.Spawner).count() == frames["spawners"].height - spawners.height
    # A spawner takes its OAuth client along, and that the tokens that it gave to others.
    clients = spawners["oauth_client_id"].drop_nulls().to_list()
    tokens = frames["api_tokens"].rows(named=True)
    kept = [row["id"] for row in tokens if row["user_id"] != victim and row["client_id"] not in clients]
    assert sorted(token.id for token in db.query(orm.APIToken)) == kept
    kept = frames["shares"].filter(pl.col("owner_id") != victim, pl.col("user_id").ne_missing(victim)).height
    assert db.query(orm.Share).count() == kept
    links = frames["user_group_map"].filter(pl.col("user_id") != victim).height
    assert db.query(orm.user_group_map).count() == links


def test_shares(db, fixturegen_dataset):
    shares = fixturegen_dataset["shares"]
    for share in db.query(orm.Share):
        assert share.spawner.user is share.owner
        assert (share.user is None) != (share.group is None)
    for user in db.query(orm.User):
        mine = {group.id for group in user.groups}
        rows = shares.iter_rows(named=True)
        wanted = {row["id"] for row in rows if row["user_id"] == user.id or row["group_id"] in mine}
        assert {share.id for share in user.all_shared_with_me} == wanted


def test_sharing_twice_is_sharing_once(db, fixturegen):
    made = fixturegen.make("spawners", name="lab", user={"name": "ada"}).row
    spawner, bob = db.get(orm.Spawner, made["id"]), db.get(orm.User, fixturegen.make("users", name="bob").row["id"])
    first = orm.Share.grant(db, spawner, bob)
    assert orm.Share.grant(db, spawner, bob) is first
    assert first.scopes == ["access:servers!server=ada/lab"]
    assert orm.Share.find(db, spawner, bob) is first
    assert bob.all_shared_with_me == [first]


def test_a_new_token_is_found(db, fixturegen):
    fixturegen.make("oauth_clients", identifier="jupyterhub")
    user = db.get(orm.User, fixturegen.make("users", name="ada").row["id"])
    token = user.new_api_token(note="for a test")
    found = orm.APIToken.find(db, token, kind="user")
    assert (found.user, found.note) == (user, "for a test")
    assert orm.APIToken.find(db, token, kind="service") is None


def test_a_name_is_taken_once(db, fixturegen_dataset):
    db.add(orm.User(name=fixturegen_dataset["users"]["name"][0]))
    with pytest.raises(IntegrityError):
        db.commit()
    db.rollback()
    assert db.query(orm.User).count() == 20
