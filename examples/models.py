"""SQLAlchemy models with what schemas are hard for: fixturegen fills them as they are.

fixturegen plan examples.models:Base
fixturegen export examples.models:Base out --format parquet --rows 50
"""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    Table,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import JSON


class Base(DeclarativeBase):
    pass


class Status(enum.Enum):
    NEW = "new"
    PAID = "paid"
    SHIPPED = "shipped"


class Tenant(Base):
    __tablename__ = "tenants"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class User(Base):
    """One tenant's user: its key has two columns."""

    __tablename__ = "users"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    email: Mapped[str] = mapped_column(String(80))
    is_owner: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index("users_email_key", func.lower(email), unique=True),
        Index(
            "users_one_owner", tenant_id, unique=True, sqlite_where=text("is_owner"), postgresql_where=text("is_owner")
        ),
    )


class Category(Base):
    """A tree: each category but the roots lies in another one."""

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    name: Mapped[str] = mapped_column(String(40))
    parent: Mapped[Category | None] = relationship(remote_side="Category.id")

    __table_args__ = (CheckConstraint("parent_id <> id", name="categories_not_own_parent"),)


product_categories = Table(
    "product_categories",
    Base.metadata,
    Column("product_id", ForeignKey("products.id"), primary_key=True),
    Column("category_id", ForeignKey("categories.id"), primary_key=True),
)


class Product(Base):
    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(12))
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    discounted: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    categories: Mapped[list[Category]] = relationship(secondary=product_categories)

    __table_args__ = (
        UniqueConstraint("sku", name="products_sku_key"),
        CheckConstraint("price > 0", name="products_price_positive"),
        CheckConstraint("discounted IS NULL OR discounted < price", name="products_discount_below_price"),
    )


class Order(Base):
    """A user's order: the reference has two columns, and shipped orders know when."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_number: Mapped[int]
    status: Mapped[Status] = mapped_column(default=Status.NEW)
    placed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))
    shipped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "user_number"], ["users.tenant_id", "users.number"], name="orders_user_fkey"
        ),
        CheckConstraint("(status = 'SHIPPED') = (shipped_at IS NOT NULL)", name="orders_shipped_at_with_status"),
        CheckConstraint("shipped_at >= placed_at", name="orders_shipped_after_placed"),
    )


class OrderLine(Base):
    __tablename__ = "order_lines"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(CheckConstraint("line_no >= 1"), primary_key=True, autoincrement=False)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int] = mapped_column(CheckConstraint("quantity BETWEEN 1 AND 99"))
