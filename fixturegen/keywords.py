"""Keywords that many verbs share, shown by each of them in its signature and its help as if they were written there."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args, get_type_hints

from fixturegen.options import Options, PlainKeywords

_Verb = TypeVar("_Verb", bound=Callable[..., Any])
_DEFAULTS = Options()
_HERE = re.compile(r"^( *)\*\*keywords: .*\n(?:\1 +.*\n)*", re.MULTILINE)
"""The entry of a docstring in whose place the keywords are explained."""


def takes(keywords: type[PlainKeywords]) -> Callable[[_Verb], _Verb]:
    """Let a verb that is declared with ``**keywords: Unpack[...]`` show these keywords one by one.

    Type checkers read them from the declaration; ``inspect.signature`` and ``help`` find them here. A keyword that the docstring
    of the verb explains itself keeps that explanation.

    Args:
        keywords: The declaration that the verb unpacks.

    >>> @takes(PlainKeywords)
    ... def count(**keywords: object) -> int:
    ...     '''Count.
    ...
    ...     Args:
    ...         **keywords: See :class:`PlainKeywords`.
    ...     '''
    >>> inspect.signature(count).parameters["seed"].default
    0
    >>> "seed: Any integer." in count.__doc__
    True
    """

    def shown(verb: _Verb) -> _Verb:
        vars(verb)["__signature__"] = _spelled_out(inspect.signature(verb), get_type_hints(keywords))
        meanings = {name: get_args(hint)[1] for name, hint in get_type_hints(keywords, include_extras=True).items()}
        verb.__doc__ = _explained(verb.__doc__, meanings)
        return verb

    return shown


def _spelled_out(signature: inspect.Signature, types: Mapping[str, Any]) -> inspect.Signature:
    own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=getattr(_DEFAULTS, name), annotation=kind)
        for name, kind in types.items()
    ]
    return signature.replace(parameters=[*own, *shared])


def _explained(text: str | None, meanings: Mapping[str, str]) -> str | None:
    """Return a docstring with the meanings in place of the entry ``**keywords``; None stays (``python -OO``)."""
    if text is None:
        return None

    def entries(found: re.Match[str]) -> str:
        indent = found[1]
        return "".join(
            f"{indent}{name}: {meaning}\n" for name, meaning in meanings.items() if f"\n{indent}{name}: " not in text
        )

    return _HERE.sub(entries, text, count=1)
