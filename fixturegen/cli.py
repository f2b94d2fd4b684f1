"""The command line: commands, exit codes, and how failures are told.

Exit codes: 0 done; 1 the data, the database or a verification says no; 2 the user's input is wrong; 130 interrupted.
"""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import Annotated

import typer

from fixturegen import memory
from fixturegen.commands.demo import demo
from fixturegen.commands.export import export
from fixturegen.commands.hostile import hostile
from fixturegen.commands.init import init
from fixturegen.commands.output import ReportedError
from fixturegen.commands.plan import plan
from fixturegen.commands.preview import preview
from fixturegen.commands.probe import probe
from fixturegen.commands.schema import schema
from fixturegen.commands.seed import seed
from fixturegen.commands.streams import forget, ready, say, tell
from fixturegen.commands.suite import suite
from fixturegen.commands.verify import verify
from fixturegen.errors import ExitCode, FixturegenError, nearest

INTERRUPTED = 130
DEBUG = "FIXTUREGEN_DEBUG"
_CHOICE = re.compile("'([^']*)' is not one of (.*)")

_UsageError: type[Exception] = typer.BadParameter.__bases__[0]
"""What typer raises for wrong usage; it exports the class only as the base of this one."""

app = typer.Typer(
    name="fixturegen",
    help="Test data that satisfies every key, reference and CHECK.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - only read when asked for

        say(f"fixturegen {version('fixturegen-db')}\n")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", envvar=DEBUG, help="Show tracebacks.")] = False,
) -> None:
    """Test data that satisfies every key, reference and CHECK."""
    del version, debug  # both have had their effect before any command runs


_COMMANDS = {
    each.__name__: each for each in (demo, init, plan, preview, export, seed, verify, hostile, suite, probe, schema)
}
for _command in _COMMANDS.values():
    app.command()(_command)


def main() -> None:
    """Run the command line and leave with its exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    memory.search_seldom()
    memory.hold()
    code = run(sys.argv[1:])
    memory.leave()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; every foreseen failure is one line on stderr.

    Args:
        arguments: What follows the program's name.
    """
    ready()
    try:
        code = typer.main.get_command(app).main(list(arguments), prog_name="fixturegen", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as left:  # what typer makes of help that nobody reads
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        return _told(left.__context__, arguments)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the user gets one line, whatever happens
        return _told(error, arguments)
    return _interrupted() if code == INTERRUPTED else int(code or 0)


def _told(error: BaseException, arguments: Sequence[str]) -> int:
    """Tell a failure and return the exit code that it means."""
    match error:
        case ReportedError():
            code = _failed(str(error.error), error.error.exit_code, arguments, error.document)
        case FixturegenError():
            code = _failed(str(error), error.exit_code, arguments)
        case _UsageError():
            code = _misused(error, arguments)
        case BrokenPipeError():
            forget(sys.stdout)
            code = ExitCode.DONE
        case KeyboardInterrupt() | typer.Abort():
            code = _interrupted()
        case MemoryError():
            code = _failed("out of memory", ExitCode.REFUSED_BY_DATA, arguments)
        case OSError(errno=errno.ENOSPC | errno.EIO | errno.EDQUOT):
            forget(sys.stdout)
            code = _failed(_unwritten(error), ExitCode.REFUSED_BY_DATA, arguments)
        case _:
            code = _failed(_internal(error), ExitCode.REFUSED_BY_DATA, arguments)
    return int(code)


def _unwritten(error: OSError) -> str:
    return f"the output cannot be written: {error.strerror or 'no reason given'}"


def _failed(message: str, code: int, arguments: Sequence[str], document: Mapping[str, object] | None = None) -> int:
    if os.environ.get(DEBUG) or "--debug" in arguments:
        traceback.print_exc()
    line = " ".join(message.split("\n"))
    tell(f"error: {line}\n")
    if "--json" in arguments:
        told = {**(document or {}), "error": line}
        with suppress(OSError):  # the failure has been told
            say(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    return code


def _misused(error: Exception, arguments: Sequence[str]) -> int:
    """Wrong usage: say it, and how help is had. Without any argument the help itself is the answer."""
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    if not arguments or type(error).__name__ == "NoArgsIsHelpError":
        tell(f"{message}\n" if message else "")
        return int(ExitCode.REFUSED_INPUT)
    context = getattr(error, "ctx", None)
    named = f"fixturegen {arguments[0]}" if arguments[0] in _COMMANDS else "fixturegen"
    path = context.command_path if context is not None else named
    message = f"{message.removesuffix('.')}{_near(message)}".replace("Value error, ", "")  # a word of pydantic's
    message = message if message.endswith((".", "!", "?")) else f"{message}."
    return _failed(f"{message} See {path} --help.", ExitCode.REFUSED_INPUT, arguments)


def _near(message: str) -> str:
    """Return the nearest of the words that a message lists as allowed, as a question."""
    found = _CHOICE.search(message)
    near = nearest(found[1], re.findall("'([^']*)'", found[2])) if found else None
    return f". Did you mean {near!r}?" if near else ""


def _internal(error: BaseException) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    at = f"{os.path.basename(place.filename)}:{place.lineno}"  # noqa: PTH119 - pathlib is not needed for a name
    return (
        f"internal error: {type(error).__name__} at {at}. This is a mistake of fixturegen, not yours: "
        "please report it with what fixturegen --debug prints."
    )


def _interrupted() -> int:
    tell("error: interrupted; nothing was left behind\n")
    return INTERRUPTED


def _terminated(number: int, frame: FrameType | None) -> None:
    """Leave as after Ctrl-C, so that nothing half-written stays."""
    del number, frame
    raise KeyboardInterrupt
