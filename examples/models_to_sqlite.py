"""SQLAlchemy models, an SQLite database filled for them, and a query over what is in it."""

import sys
from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

import fixturegen as fg

sys.path.insert(0, str(Path(__file__).parent))
from models import Base, Order, OrderLine

engine = create_engine("sqlite://")
Base.metadata.create_all(engine)

result = fg.seed(Base, engine, rows=50, seed=3)
for table, loaded in result.tables.items():
    print(f"{table}: {loaded.rows} rows")

with Session(engine) as session:
    lines = session.scalar(select(func.count()).select_from(OrderLine).join(Order))
print(f"{lines} lines, each with its order")
assert lines == result.tables["order_lines"].rows

assert fg.verify(Base, engine)
engine.dispose()
