"""The guard stops all that a text must never cause, each by its name, and lets reading pass."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CRIMES = {
    "eval('1 + 1')": "compile",
    "exec(code)": "exec",
    "compile('v0 + __import__', '<unknown>', 'eval')": "compile",
    "__import__('wave')": "import",
    "open('crime', 'w')": "open",
    "open('crime', 'a')": "open",
    "pathlib.Path('crime').mkdir()": "os.mkdir",
    "os.remove('crime')": "os.remove",
    "os.system('true')": "os.system",
    "os.fork()": "os.fork",
    "subprocess.run(['true'])": "subprocess.Popen",
    "socket.socket()": "socket.__new__",
    "pickle.loads(pickle.dumps(pathlib.Path))": "pickle.find_class",
    "swallowed(lambda: os.system('true'))": "os.system",
    "max(i for i in iter(int, 1))": "more than",
    "bytearray(2**33)": "MemoryError",
}
DEEDS = ("open(os.devnull)", "ast.parse('v0 ** (v1 and v2)', mode='eval')", "os.listdir()", "'x' * 1000")
PRELUDE = """
import ast, os, pathlib, pickle, socket, subprocess, sys
sys.path.insert(0, sys.argv[1])
from fuzz.guard import Guard

def swallowed(call):
    try:
        call()
    except BaseException:
        pass

code = compile("1", "", "eval")
guard = Guard()
def deed():
    return {deed}
with guard.watching():
    deed()
"""


def commit(deed: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Do something under the guard in a process of its own."""
    program = PRELUDE.replace("{deed}", deed)
    command = [sys.executable, "-c", program, str(Path(__file__).parents[1])]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=folder)


@pytest.mark.parametrize(("crime", "name"), CRIMES.items(), ids=CRIMES)
def test_a_crime_is_stopped_by_its_name(crime, name, tmp_path):
    process = commit(crime, tmp_path)
    assert process.returncode == 1
    last = process.stderr.strip().splitlines()[-1]
    assert last.startswith(("fuzz.guard.GuardError: " + name, name)), process.stderr
    assert not (tmp_path / "crime").exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_what_readers_do_passes(deed, tmp_path):
    process = commit(deed, tmp_path)
    assert process.returncode == 0, process.stderr
