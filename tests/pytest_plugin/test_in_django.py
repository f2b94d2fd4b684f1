"""Django's test database, filled within the transaction of its tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import URL

Outcome = Callable[..., pytest.RunResult]
DJANGO = {
    "league/__init__.py": "",
    "league/models.py": """
from django.db import models

class Team(models.Model):
    name = models.CharField(max_length=40, unique=True)

class Player(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE)
    name = models.CharField(max_length=40)
    score = models.PositiveSmallIntegerField(default=0)
    born = models.DateField(null=True)
""",
    "settings.py": """
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "league"]
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_django(run: Outcome, project: pytest.Pytester, request: pytest.FixtureRequest, kind: str) -> None:
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    if kind == "postgresql":
        url: URL = request.getfixturevalue("postgresql_url")
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": str(url.database),
            "HOST": str(url.host),
            "PORT": str(url.port or 5432),
            "USER": str(url.username),
            "PASSWORD": url.password or "",
        }
    for name, source in DJANGO.items():
        path = project.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source.replace("DATABASE}", f"{database!r}}}"))
    project.makeini(
        "[pytest]\nstrict = true\nDJANGO_SETTINGS_MODULE = settings\npythonpath = .\n"
        "fixturegen_rows = league_team=3 league_player=8\n"
    )
    result = run(
        """
def test_filled(fixturegen_django):
    from league.models import Player, Team
    assert (Team.objects.count(), Player.objects.count()) == (3, 8)
    made = fixturegen_django.make("league_player", name="Ada", team={"name": "Engine"})
    ada = Player.objects.get(name="Ada")
    assert ada.team.name == "Engine" and ada.pk == made.row["id"]
    assert Team.objects.create(name="new").pk > made.rows["league_team"][0]["id"]
    assert Player.objects.exclude(team__name="Engine").count() == 8

def test_empty_again(db):
    from league.models import Player
    assert Player.objects.count() == 0

def test_once_more(fixturegen_django):
    from league.models import Player
    assert Player.objects.count() == 8
""",
        apart=True,
        quiet=("-p", "no:randomly", "-p", "no:asyncio", "-p", "no:anyio"),
    )
    result.assert_outcomes(passed=3)
