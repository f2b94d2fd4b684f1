"""Rows as instances of mapped classes: relationships set, types the class's own, and a session takes them."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

import fixturegen as fg
from fixturegen.errors import InputError


class Base(DeclarativeBase):
    pass


class Status(enum.Enum):
    NEW = "n"
    PAID = "p"


post_tags = sa.Table(
    "post_tags",
    Base.metadata,
    sa.Column("post_id", sa.ForeignKey("posts.id"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("tags.id"), primary_key=True),
)


class Person(Base):
    __tablename__ = "people"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    kind: Mapped[str] = mapped_column(
        sa.Enum("person", "author", native_enum=False, create_constraint=True, name="kind")
    )
    posts: Mapped[list[Post]] = relationship(back_populates="author")
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}  # noqa: RUF012 - as SQLAlchemy has it


class Author(Person):
    __tablename__ = "authors"
    id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    fee: Mapped[float] = mapped_column(sa.Numeric(8, 2, asdecimal=False))
    __mapper_args__ = {"polymorphic_identity": "author"}  # noqa: RUF012 - the same


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(sa.String(20), unique=True)
    posts: Mapped[list[Post]] = relationship(secondary=post_tags, back_populates="tags")


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("people.id"))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("posts.id"))
    status_: Mapped[Status] = mapped_column("status", sa.Enum(Status))
    price: Mapped[Decimal] = mapped_column(sa.Numeric(8, 2))
    written_at: Mapped[datetime]
    extra: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    author: Mapped[Person] = relationship(back_populates="posts")
    parent: Mapped[Post | None] = relationship(remote_side="Post.id")
    tags: Mapped[list[Tag]] = relationship(secondary=post_tags, back_populates="posts")


@pytest.fixture(scope="module")
def schema() -> fg.Schema:
    return fg.load(Base)


def test_relationships_are_set_and_types_are_the_classes_own(schema: fg.Schema) -> None:
    made = fg.make(
        schema, "posts", status="PAID", price=5, parent={}, author={"name": "Ann", "kind": "person"}, post_tags=2
    )
    instances = made.instances(Base)
    post = instances.row
    assert isinstance(post, Post)
    assert (post.status_, post.price) == (Status.PAID, Decimal(5))
    assert isinstance(post.author_id, uuid.UUID)
    assert isinstance(post.extra, dict | list | str | int | float | bool | None)
    assert post.author.name == "Ann"
    assert isinstance(post.parent, Post)
    assert post in post.author.posts
    assert len(post.tags) == 2
    assert {type(one) for one in instances} == {Post, Person, Tag}
    assert len(instances) == 5


def test_a_session_takes_them(schema: fg.Schema) -> None:
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    made = fg.make(schema, "posts", rows=3, status=Status.NEW, parent={}, post_tags=1)
    with Session(engine) as session:
        session.add_all(made.instances(Base))
        session.commit()
        assert session.scalar(sa.select(sa.func.count()).select_from(Post)) == 4
        assert session.scalar(sa.select(sa.func.count()).select_from(post_tags)) == 3
        kept = session.get_one(Post, made.row["id"])
        assert kept.price == made.row["price"]
        assert [tag.label for tag in kept.tags] == [made.rows["tags"][0]["label"]]
    engine.dispose()


def test_a_class_that_inherits_takes_the_rows_of_both_tables(schema: fg.Schema) -> None:
    made = fg.make(schema, "authors", fee=12.5, people={"kind": "author", "name": "Bob"})
    instances = made.instances([Person, Author, Post, Tag])
    assert len(instances) == 1
    assert isinstance(instances.row, Author)
    assert (instances.row.name, instances.row.fee) == ("Bob", 12.5)
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(instances.row)
        session.commit()
        assert session.scalars(sa.select(Author.name)).all() == ["Bob"]
    engine.dispose()


def test_what_no_class_holds_is_said(schema: fg.Schema) -> None:
    made = fg.make(schema, "posts")
    with pytest.raises(InputError, match="no mapped class holds the rows of posts"):
        made.instances([Person])
    with pytest.raises(InputError, match="no declarative base"):
        made.instances(5)
    with pytest.raises(InputError, match="no declarative base"):
        made.instances([int])
