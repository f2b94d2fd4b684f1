"""The application, with the seeded session in place of its own."""

import pytest
from accounts import app, get_session
from fastapi.testclient import TestClient


@pytest.fixture
def client(fixturegen_session):
    app.dependency_overrides[get_session] = lambda: fixturegen_session
    with TestClient(app) as client:
        yield client
    app.dependency_overrides.clear()
