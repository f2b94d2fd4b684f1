"""``module:attribute`` into the object it names: the one place where a user's code is run, because they ask for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pkgutil import iter_modules
from types import ModuleType

from fixturegen.addresses import without_passwords
from fixturegen.errors import InputError


def imported(name: str) -> object:
    """Import a module and return what its attribute holds.

    Args:
        name: ``package.module:attribute`` or ``module:Base.metadata``. Modules of the current directory are found, as
            ``python -m`` finds them.

    Raises:
        InputError: There is no such module or attribute, or the module cannot be imported.
    """
    module_name, _, path = name.partition(":")
    found: object = _module(module_name, name)
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            raise InputError(
                f"there is no attribute {part!r}", where=name, given=part, exists=_candidates(found)
            ) from error
    return found


def _module(module_name: str, where: str) -> ModuleType:
    with _current_directory_first():
        invalidate_caches()
        try:
            return import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name is None or not (f"{module_name}.").startswith(f"{error.name}."):
                raise _broken(error, where) from error
            raise InputError(
                f"there is no module {error.name!r}", where=where, given=error.name, exists=_modules(error.name)
            ) from error
        except (Exception, SystemExit) as error:
            raise _broken(error, where) from error


@contextmanager
def _current_directory_first() -> Iterator[None]:
    sys.path.insert(0, "")
    try:
        yield
    finally:
        if "" in sys.path:
            sys.path.remove("")


def _broken(error: BaseException, where: str) -> InputError:
    first = without_passwords(str(error).strip().partition("\n")[0])
    return InputError(f"importing the module failed: {type(error).__name__}: {first}".rstrip(": "), where=where)


def _modules(name: str) -> list[str]:
    """Return the modules beside the one that is missing: of the current directory, or of its package."""
    package, _, _ = name.rpartition(".")
    if not package:
        return [module.name for module in iter_modules(["."])]
    paths = getattr(sys.modules.get(package), "__path__", [])
    return [f"{package}.{module.name}" for module in iter_modules(paths)]


def _candidates(holder: object) -> list[str]:
    """Return the attributes that hold tables, or failing those all public ones."""
    public = [name for name in dir(holder) if not name.startswith("_")]
    if not isinstance(holder, ModuleType):
        return public
    own = vars(holder)
    with_tables = [name for name in public if type(own.get(name)).__name__ in ("MetaData", "registry")]
    with_tables += [name for name in public if isinstance(own.get(name), type) and hasattr(own[name], "metadata")]
    return with_tables or public
