"""Accounts and transfers: FastAPI with SQLModel."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import CheckConstraint, Engine, create_engine
from sqlmodel import Field, Session, SQLModel, func, select


class Account(SQLModel, table=True):
    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("balance >= 0"),)
    id: int | None = Field(default=None, primary_key=True)
    owner: str = Field(max_length=60)
    iban: str = Field(max_length=34, unique=True)
    balance: Decimal = Field(max_digits=12, decimal_places=2)


class Transfer(SQLModel, table=True):
    __tablename__ = "transfers"
    __table_args__ = (CheckConstraint("amount > 0"), CheckConstraint("source_id <> target_id"))
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="accounts.id")
    target_id: int = Field(foreign_key="accounts.id")
    amount: Decimal = Field(max_digits=12, decimal_places=2)


app = FastAPI()


@cache
def engine() -> Engine:
    return create_engine("sqlite:///accounts.sqlite")


def get_session() -> Iterator[Session]:
    with Session(engine()) as session:
        yield session


Db = Annotated[Session, Depends(get_session)]


@app.get("/accounts/{number}")
def account(number: int, session: Db) -> Account:
    found = session.get(Account, number)
    if found is None:
        raise HTTPException(404)
    return found


@app.get("/accounts/{number}/sent")
def sent(number: int, session: Db) -> Decimal:
    return session.exec(select(func.sum(Transfer.amount)).where(Transfer.source_id == number)).one() or Decimal()


@app.post("/transfers", status_code=201)
def transfer(wanted: Transfer, session: Db) -> Transfer:
    source, target = session.get(Account, wanted.source_id), session.get(Account, wanted.target_id)
    if source is None or target is None:
        raise HTTPException(404)
    made = Transfer(source_id=source.id, target_id=target.id, amount=Decimal(wanted.amount))
    if source.balance < made.amount:
        raise HTTPException(409)
    source.balance -= made.amount
    target.balance += made.amount
    session.add(made)
    session.commit()
    session.refresh(made)
    return made
