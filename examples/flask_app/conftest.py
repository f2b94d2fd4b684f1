"""The application, on the seeded database."""

import pytest
from board import create_app, db


@pytest.fixture
def client(fixturegen_engine):
    app = create_app("sqlite://")
    with app.app_context():
        db.engines[None].dispose()
        db.engines[None] = fixturegen_engine
        yield app.test_client()
