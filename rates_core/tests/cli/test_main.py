"""The program `rates`: its help, its sub-commands from plugins, its errors."""

from __future__ import annotations

from textwrap import dedent

import pytest

COMMANDS = """
from rates_core.plugins import CommandSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_commands():
    yield CommandSpec("greet", "rates_greeting:Command", summary="Greet somebody")
    yield CommandSpec("fail", "rates_failing:Command", summary="Fail as asked")
"""
GREETING = """
class Command:
    def add_arguments(self, parser):
        parser.add_argument("name")
        parser.add_argument("--loud", action="store_true")

    def execute(self, arguments):
        print(arguments.name.upper() if arguments.loud else arguments.name)
        return 7
"""
FAILING = """
from rates_core.errors import ArgumentError

class Command:
    def add_arguments(self, parser):
        parser.add_argument("--how")

    def execute(self, arguments):
        if arguments.how == "interrupt":
            raise KeyboardInterrupt
        raise {"rates": ArgumentError("The step is negative."), "other": ValueError("odd\\nthing.")}[arguments.how]
"""


@pytest.fixture
def commands(installation):
    installation.add("rates-commands", COMMANDS, rates_greeting=GREETING, rates_failing=FAILING)
    return installation


def outcome(process) -> tuple[int, str, str]:
    return process.returncode, process.stdout, process.stderr


HELP = """\
usage: rates [--help] [--version] COMMAND ...

Simulate and analyse dynamical systems.

options:
  -h, --help  show this help message and exit
  --version   show program's version number and exit

commands:
  backends    List the backends, or those that can run a model
  check       Test a backend, a solver or a delay strategy against its claims
  completion  Print the script that completes command lines
  convert     Write a model in another format
  export      Write a model as a folder that runs alone, or as source code of a backend
  fail        Fail as asked
  greet       Greet somebody
  models      List the models of installed libraries
  new         Write the package of a plugin, to be edited from there
  plugins     List what is installed and its state
  run         Run a model file and write what it records
  show        Report what a model is and where it is from
  solvers     List the solvers and what they claim

`rates COMMAND --help` explains a command.
"""


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_the_help_lists_the_commands_of_all_plugins(commands, arguments):
    assert outcome(commands.rates(*arguments)) == (0, HELP, "")


def test_the_help_imports_no_command(commands):
    for module in ("rates_greeting", "rates_failing"):
        (commands.folder / f"{module}.py").write_text("raise RuntimeError")
    assert commands.rates("--help").returncode == 0


def test_the_version_is_shown_without_loading_a_plugin(installation):
    installation.add("rates-noisy", "print('loaded')")
    assert outcome(installation.rates("--version")) == (0, "rates 0.1.0\n", "")


def test_a_command_of_a_plugin_gets_its_arguments_and_gives_the_exit_code(commands):
    assert outcome(commands.rates("greet", "Ada", "--loud")) == (7, "ADA\n", "")


def test_only_the_command_that_runs_is_imported(commands):
    (commands.folder / "rates_failing.py").write_text("raise RuntimeError")
    assert outcome(commands.rates("greet", "Ada")) == (7, "Ada\n", "")


def test_a_command_explains_itself(commands):
    text = """\
    usage: rates greet [-h] [--loud] name

    Greet somebody.

    positional arguments:
      name

    options:
      -h, --help  show this help message and exit
      --loud
    """
    assert outcome(commands.rates("greet", "--help")) == (0, dedent(text), "")


def test_an_unknown_command_is_an_error_with_the_closest_name(commands):
    text = (
        "rates: There is no command 'plugin'. Did you mean 'plugins' or 'completion'? Installed commands: "
        "backends, check, completion, convert, export, fail, greet, models, new, plugins, run, show, solvers.\n"
    )
    assert outcome(commands.rates("plugin")) == (2, "", text)


def test_a_command_that_two_distributions_offer_is_an_error(commands):
    commands.add("rates-others", COMMANDS)
    text = (
        "rates: The command 'greet' is offered by rates-commands and by rates-others. "
        "Disable one, for example with RATES_DISABLE_PLUGINS=rates-others, or uninstall it.\n"
    )
    assert outcome(commands.rates("greet", "Ada")) == (2, "", text)


def test_an_error_of_rates_is_one_message_without_a_traceback(commands):
    assert outcome(commands.rates("fail", "--how", "rates")) == (2, "", "rates: The step is negative.\n")


def test_an_unexpected_error_is_one_message_that_says_how_to_see_more(commands):
    text = "rates: unexpected ValueError: odd thing. Set RATES_DEBUG=1 to see where it was raised.\n"
    assert outcome(commands.rates("fail", "--how", "other")) == (2, "", text)


@pytest.mark.parametrize("how", ["rates", "other"])
def test_the_traceback_is_shown_on_request(commands, how):
    process = commands.rates("fail", "--how", how, RATES_DEBUG="1")
    assert process.returncode == 2
    assert 'rates_failing.py"' in process.stderr
    assert process.stderr.splitlines()[-1].startswith("rates: ")


def test_an_interrupted_command_ends_with_the_code_of_an_interrupt(commands):
    assert outcome(commands.rates("fail", "--how", "interrupt")) == (130, "", "rates: interrupted\n")


@pytest.mark.parametrize(
    ("words", "hint"), [(["--lod"], ". Did you mean '--loud'?"), (["--lod=2"], ". Did you mean '--loud'?"), (["x"], "")]
)
def test_a_wrong_option_of_a_command_is_an_error_with_the_closest_one(commands, words, hint):
    text = f"usage: rates greet [-h] [--loud] name\nrates greet: error: unrecognized arguments: {words[0]}{hint}\n"
    assert outcome(commands.rates("greet", "Ada", *words)) == (2, "", text)


def test_a_wrong_option_of_the_program_is_an_error(commands):
    text = "usage: rates [--help] [--version] COMMAND ...\nrates: error: unrecognized arguments: --lod\n"
    assert outcome(commands.rates("--lod", "greet")) == (2, "", text)


def test_a_command_whose_target_is_missing_is_an_error_that_names_the_distribution(commands):
    (commands.folder / "rates_greeting.py").unlink()
    text = (
        "rates: 'rates_greeting:Command' of rates-commands does not exist: "
        "ModuleNotFoundError: No module named 'rates_greeting'.\n"
    )
    assert outcome(commands.rates("greet")) == (2, "", text)


def test_a_reader_that_has_seen_enough_is_no_error(installation):
    program = (
        "import os, sys; read, write = os.pipe(); os.close(read); os.dup2(write, 1); "
        "from rates_core.cli.main import main; sys.exit(main())"
    )
    assert outcome(installation.python(program, "plugins")) == (0, "", "")
