"""Optuna's own questions, asked of seeded rows; what it answers is told from the frames."""

import json
import math

import optuna
import polars as pl
import pytest
from optuna.study import StudyDirection
from optuna.trial import TrialState

INFINITE = {"INF_POS": math.inf, "INF_NEG": -math.inf}


def values(dataset, study):
    """The value of each complete trial of a study, by the trial's key."""
    trials = dataset["trials"].filter(pl.col("study_id") == study, pl.col("state").cast(pl.String) == "COMPLETE")
    rows = dataset["trial_values"].join(trials, on="trial_id").iter_rows(named=True)
    return {row["trial_id"]: INFINITE.get(row["value_type"], row["value"]) for row in rows}


def test_all_studies(storage, fixturegen_dataset):
    names = fixturegen_dataset["studies"]["study_name"].to_list()
    assert [study.study_name for study in storage.get_all_studies()] == names
    for row in fixturegen_dataset["study_directions"].iter_rows(named=True):
        assert storage.get_study_directions(row["study_id"]) == [StudyDirection[row["direction"]]]


def test_attributes_of_studies(storage, fixturegen_dataset):
    rows = fixturegen_dataset["study_user_attributes"]
    assert rows.height > 0
    for study in fixturegen_dataset["studies"]["study_id"]:
        own = rows.filter(pl.col("study_id") == study).iter_rows(named=True)
        assert storage.get_study_user_attrs(study) == {row["key"]: json.loads(row["value_json"]) for row in own}


def test_trials_of_a_study(study, storage, fixturegen_dataset):
    frames = fixturegen_dataset
    for number in frames["studies"]["study_id"]:
        rows = frames["trials"].filter(pl.col("study_id") == number).sort("trial_id")
        trials = study(number).trials
        assert [trial._trial_id for trial in trials] == rows["trial_id"].to_list()
        assert [trial.state.name for trial in trials] == rows["state"].to_list()
        assert [trial.datetime_start for trial in trials] == rows["datetime_start"].to_list()
        for trial in trials:
            params = frames["trial_params"].filter(pl.col("trial_id") == trial._trial_id).iter_rows(named=True)
            assert trial.params == {row["param_name"]: row["param_value"] for row in params}
            steps = frames["trial_intermediate_values"].filter(pl.col("trial_id") == trial._trial_id)
            assert sorted(trial.intermediate_values) == steps["step"].sort().to_list()


def test_the_best_trial_is_the_best(study, fixturegen_dataset):
    tried = 0
    for row in fixturegen_dataset["study_directions"].iter_rows(named=True):
        complete = values(fixturegen_dataset, row["study_id"])
        if complete:
            best = max if row["direction"] == "MAXIMIZE" else min
            assert study(row["study_id"]).best_value == best(complete.values())
            tried += 1
    assert tried >= 3


def test_counts_by_state(storage, fixturegen_dataset):
    counted = fixturegen_dataset["trials"].group_by("study_id", "state").len()
    for study, state, number in counted.iter_rows():
        assert storage.get_n_trials(study, TrialState[state]) == number


def test_a_study_without_complete_trials_has_no_best(study, storage, fixturegen):
    made = fixturegen.make("studies", study_directions={"direction": "MINIMIZE"}, trials={"state": "FAIL"}).row
    assert storage.get_n_trials(made["study_id"]) == storage.get_n_trials(made["study_id"], TrialState.FAIL) == 1
    with pytest.raises(ValueError, match="Record does not exist"):
        _ = study(made["study_id"]).best_trial


def test_a_trial_is_told_and_found_to_be_the_best(study, fixturegen):
    made = fixturegen.make("studies", study_directions={"direction": "MAXIMIZE", "objective": 0}).row
    opened = study(made["study_id"])
    for value in (1.5, 9.25, 3.0):
        trial = opened.ask({"x": optuna.distributions.FloatDistribution(0, 10)})
        opened.tell(trial, value)
    assert (opened.best_value, opened.best_trial.number) == (9.25, 1)


def test_a_deleted_study_takes_its_trials_along(storage, study, fixturegen_dataset, fixturegen_connection):
    optuna.delete_study(study_name=study(1).study_name, storage=storage)
    assert len(storage.get_all_studies()) == fixturegen_dataset["studies"].height - 1
    left = fixturegen_connection.exec_driver_sql("SELECT count(*) FROM trials").scalar()
    assert left == fixturegen_dataset["trials"].filter(pl.col("study_id") != 1).height


def test_a_name_is_taken_once(storage, fixturegen_dataset):
    with pytest.raises(optuna.exceptions.DuplicatedStudyError):
        storage.create_new_study([StudyDirection.MINIMIZE], fixturegen_dataset["studies"]["study_name"][0])


def test_nothing_of_it_is_left(storage, fixturegen_dataset):
    assert len(storage.get_all_studies()) == fixturegen_dataset["studies"].height


@pytest.mark.fixturegen(isolation="clone")
def test_threads_with_connections_of_their_own(fixturegen, fixturegen_dataset):
    made = fixturegen.make(
        "studies", study_name="of threads", study_directions={"direction": "MAXIMIZE", "objective": 0}
    )
    address = fixturegen.url.render_as_string(hide_password=False)
    storage = optuna.storages.RDBStorage(address, skip_compatibility_check=True)
    opened = optuna.load_study(study_name="of threads", storage=storage)
    opened.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=6, n_jobs=2)
    assert storage.get_n_trials(made.row["study_id"], TrialState.COMPLETE) == 6
    assert len(storage.get_all_studies()) == fixturegen_dataset["studies"].height + 1
    storage.remove_session()
    storage.engine.dispose()
