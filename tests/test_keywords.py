"""Keywords that verbs share: each verb shows them, explains them, and refuses others."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import fixturegen as fg
from fixturegen.keywords import takes
from fixturegen.options import Keywords, Options, PlainKeywords, options_from

SCHEMA = fg.Schema(tables={})
VERBS = ("plan", "generate", "stream", "export", "seed", "scan", "rows_at", "hostile")


@pytest.mark.parametrize("name", VERBS)
def test_signatures_show_every_keyword_with_its_default(name: str) -> None:
    shown = inspect.signature(getattr(fg, name)).parameters
    wanted = PlainKeywords if name == "hostile" else Keywords
    for keyword in wanted.__annotations__:
        assert shown[keyword].kind is inspect.Parameter.KEYWORD_ONLY
        assert shown[keyword].default == getattr(Options(), keyword)
    assert "keywords" not in shown


@pytest.mark.parametrize("name", VERBS)
def test_help_explains_every_parameter_once(name: str) -> None:
    text = inspect.getdoc(getattr(fg, name)) or ""
    told = [text.count(f"\n    {each}: ") for each in inspect.signature(getattr(fg, name)).parameters]
    assert set(told) == {1}
    assert "**keywords" not in text


def test_what_a_verb_says_itself_stays() -> None:
    assert "hostile: Must be 0" in str(fg.rows_at.__doc__)
    assert "as many as the classes need" in str(fg.hostile.__doc__)


@pytest.mark.parametrize("verb", [fg.plan, fg.generate, fg.stream])
def test_other_keywords_are_refused_as_python_refuses_them(verb: Any) -> None:
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'sede'; did you mean 'seed'\?"):
        verb(SCHEMA, sede=7)
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'colour'$"):
        verb(SCHEMA, colour=7)


@pytest.mark.parametrize("given", ["orders", ["orders"], ("orders",), iter(["orders"])])
def test_one_table_or_several_may_be_named(given: Any) -> None:
    assert options_from(only=given).only == ("orders",)


def test_a_verb_without_a_docstring_has_none() -> None:
    def bare(**keywords: object) -> None:
        pass

    assert takes(Keywords)(bare).__doc__ is None


@pytest.mark.slow
def test_type_checkers_see_the_keywords_of_callers(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "import fixturegen as fg\nfg.generate('a', sede=7)\nfg.stream('a', seed='x')\nfg.export('a', 'b', seed=7)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(wrong)], capture_output=True, text=True, check=False, timeout=300
    )
    assert 'wrong.py:2: error: Unexpected keyword argument "sede"' in done.stdout
    assert 'wrong.py:3: error: Argument "seed" to "stream" has incompatible type "str"' in done.stdout
    assert "wrong.py:4" not in done.stdout
