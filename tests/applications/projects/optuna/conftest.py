"""Optuna's storage on the seeded database."""

import optuna
import pytest
from optuna.storages import RDBStorage
from optuna.storages._rdb.models import BaseModel


@pytest.fixture(scope="session")
def fixturegen_create():
    return (
        BaseModel.metadata.create_all
    )  # Optuna's tables, without the checks that storage.yaml adds for the seeded rows


@pytest.fixture
def storage(fixturegen_engine):
    storage = RDBStorage("sqlite://", skip_compatibility_check=True)
    storage.remove_session()
    storage.engine.dispose()
    storage.engine = fixturegen_engine
    storage.scoped_session.configure(bind=fixturegen_engine)
    yield storage
    storage.remove_session()


@pytest.fixture
def study(storage):
    def study(number):
        return optuna.load_study(study_name=storage.get_study_name_from_id(number), storage=storage)

    return study
