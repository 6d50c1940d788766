"""Completion: what may come next, asked by the real shells that are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rates_core.cli.main import main
from rates_core.cli.shells import SCRIPTS

PLUGIN = """
from rates_core.plugins import BackendSpec, CommandSpec, FormatSpec, ModelLibrarySpec, SolverSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_model_libraries():
    yield ModelLibrarySpec("zoo", package="zoo", summary="-")

@hookimpl
def rates_backends():
    yield BackendSpec("zeppelin", "no_module:x", summary="Slow and safe")

@hookimpl
def rates_solvers():
    yield SolverSpec("zigzag", "no_module:x", summary="-", kind="driver", order=None, adaptive=True, methods=["zag9"])

@hookimpl
def rates_formats():
    yield FormatSpec("zml", (".zml",), reader="no_module:x", summary="-")

@hookimpl
def rates_commands():
    yield CommandSpec("zoom", "rates_zoom_command:Command", summary="Look closer")
"""
COMMAND = """
class Command:
    def add_arguments(self, parser):
        parser.add_argument("what", choices=["near", "far"])
        parser.add_argument("--on", metavar="BACKEND|SOLVER", help="-")
        parser.add_argument("--pair", nargs=2, metavar=("A", "B"), help="-")
"""
MODELS = """\
op: {base: OperatorTemplate, description: An operator., equations: "x = 1", variables: {x: output}}
node: {base: NodeTemplate, operators: [op]}
net: {base: CircuitTemplate, description: "Zebras: a herd.", nodes: {p: node}}
"""

#: Words as they are typed, the last one begun, and what it may become.
LINES = {
    "commands": ("zo", ["zoom"]),
    "options before a command": ("--v", ["--version"]),
    "nothing behind an unknown command": ("nosuch z", []),
    "options": ("run --so", ["--solver"]),
    "all options": ("plugins --", ["--help", "--json"]),
    "two dashes and a plus are words like any": ("run -- +x zoo --see", ["--seed"]),
    "options that are given are not offered again": ("plugins --json ", ["-h", "--help"]),
    "options that may be given again are": ("run --set a=1 --se", ["--set", "--seed"]),
    "models": ("run zoo", ["zoo.animals.net"]),
    "models with slashes": ("run zoo/", ["zoo/animals/net"]),
    "templates of any kind": ("convert zoo", ["zoo.animals.op", "zoo.animals.node", "zoo.animals.net"]),
    "paths are left to the shell": ("run ./zoo", []),
    "backends": ("export m --backend z", ["zeppelin"]),
    "solvers": ("run --solver zi", ["zigzag"]),
    "methods": ("run --method za", ["zag9"]),
    "formats": ("convert a b --to z", ["zml"]),
    "backends or solvers": ("check z", ["zeppelin", "zigzag"]),
    "models of an option": ("backends --for zoo.", ["zoo.animals.net"]),
    "no value that cannot be known": ("run --time ", []),
    "files are left to the shell": ("run m --save ", []),
    "choices of a plugin": ("zoom ", ["near", "far"]),
    "options of a plugin": ("zoom --o", ["--on"]),
    "values of a plugin": ("zoom near --on z", ["zeppelin", "zigzag"]),
    "shells": ("completion z", ["zsh"]),
    "options once all words are there": ("solvers zigzag --j", ["--json"]),
}

ASK = {
    "bash": """
        source "$RATES_SCRIPT"
        COMP_WORDS=(rates "$@"); COMP_CWORD=$#
        _rates
        printf '%s\\n' "${COMPREPLY[@]}"
    """,
    "zsh": """
        compdef() { true }
        _describe() { print -l -- "${(@P)2}" }
        _files() { true }
        source "$RATES_SCRIPT"
        words=(rates "$@"); CURRENT=$#words
        _rates
    """,
    "fish": """
        source "$RATES_SCRIPT"
        complete -C "rates $argv"
    """,
}
FLAGS = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["-N"]}
PRESENT = [shell for shell in ASK if shell == "bash" or shutil.which(shell)]


@pytest.fixture
def zoo(addition, tmp_path):
    """Return a folder with plugins to complete, and a program `rates` on the path."""
    addition.add("rates-zoom", PLUGIN, rates_zoom_command=COMMAND)
    (addition.folder / "zoo").mkdir()
    (addition.folder / "zoo" / "animals.yaml").write_text(MODELS)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "rates").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rates_core.cli.main "$@"\n')
    (programs / "rates").chmod(0o755)
    return addition


def asked(zoo, shell: str, words: list[str], cwd: Path) -> list[str]:
    """Return what a shell offers in place of the last word."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RATES_")}
    environment |= {"PYTHONPATH": zoo.path, "PATH": f"{zoo.folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    script = zoo.folder.parent / "script"
    script.write_text(SCRIPTS[shell])
    arguments = ["--"] if shell == "fish" else [shell]  # which is $0 of what follows
    process = subprocess.run(
        [shutil.which(shell) or shell, *FLAGS[shell], "-c", ASK[shell], *arguments, *words],
        capture_output=True, text=True, cwd=cwd,
        env=environment | {"HOME": str(cwd), "RATES_SCRIPT": str(script)}, timeout=60, check=False,
    )  # fmt: skip
    assert process.stderr == ""
    return [line for line in process.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", PRESENT)
@pytest.mark.parametrize(("line", "offered"), LINES.values(), ids=LINES)
def test_a_shell_offers_what_may_come_next(zoo, tmp_path, shell, line, offered):
    empty = tmp_path / "empty"
    empty.mkdir()
    found = asked(zoo, shell, line.split(" "), empty)
    separator = {"bash": "\n", "zsh": ":", "fish": "\t"}[shell]
    # A shell offers the alphabet when it is asked to list; what matters is what is on offer.
    assert sorted(word.partition(separator)[0] for word in found) == sorted(offered)


def test_bash_takes_words_apart_and_gets_the_part_it_asks_for(zoo, tmp_path):
    assert asked(zoo, "bash", ["run", "--backend", "=", "zep"], tmp_path) == ["zeppelin"]
    assert {"euler", "zigzag"} <= set(asked(zoo, "bash", ["run", "--solver", "="], tmp_path))
    assert asked(zoo, "bash", ["run", "m", "--set", "p/op/x", "=", "2", "--see"], tmp_path) == ["--seed"]
    assert asked(zoo, "bash", ["run", "zoo", ":", "animals/net", "--see"], tmp_path) == ["--seed"]


def test_what_a_user_of_bash_types_falls_back_to_files(zoo):
    environment = os.environ | {"PATH": f"{zoo.folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    command = ["bash", "--norc", "-c", "source <(rates completion bash); complete -p rates"]
    process = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=True)
    assert (process.stdout, process.stderr) == ("complete -o bashdefault -o default -F _rates rates\n", "")


def test_other_shells_are_told_what_a_word_is(zoo):
    process = zoo.rates("completion", "--candidates", "fish", "+zo")
    assert process.stdout == "zoom\tLook closer\n"
    process = zoo.rates("completion", "--candidates", "zsh", "+run", "+zoo")
    assert process.stdout == "zoo.animals.net:Zebras: a herd.\n"


def test_completing_imports_no_array_library_and_no_package_of_models(zoo):
    code = """
    import sys
    from rates_core.cli.main import main
    assert main(["completion", "--candidates", "bash", "+run", "+zoo"]) == 0
    assert not {"numpy", "pandas", "zoo"} & set(sys.modules)
    """
    process = zoo.python(code)
    assert (process.returncode, process.stdout, process.stderr) == (0, "zoo.animals.net\n", "")


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_of_a_shell_asks_for_its_own_answers(capsys, shell):
    assert main(["completion", shell]) == 0
    out, errors = capsys.readouterr()
    assert (out, errors) == (SCRIPTS[shell], "")
    assert f"rates completion --candidates {shell} " in out


def test_without_a_shell_the_command_names_them(capsys):
    assert main(["completion"]) == 2
    assert capsys.readouterr().err == "rates: Name a shell: bash, zsh, fish.\n"
    assert main(["completion", "--candidates", "tcsh", "+ru"]) == 2
    assert capsys.readouterr().err == "rates: --candidates is for bash, zsh, fish, not for 'tcsh'.\n"
