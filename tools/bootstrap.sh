#!/bin/sh
# Prepare the private tool environment in .tools/ and run a command in it:  tools/bootstrap.sh nox -s lint
#
# Needs Python 3.11 or newer; uv is used when it is on the path and installed into .tools/ when it is not. A second
# call finds everything in place and asks no registry. Nothing outside .tools/, .nox/ and uv's cache is written.
#
# Modules are compiled when they are first imported and kept: an environment with TensorFlow has 15 000, of which a
# suite imports a third.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
tools=$root/.tools
constraints=$root/constraints/ci.txt
requirements="uv nox hatchling"

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for candidate in ${RATES_PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

need_python() {
    find_python || { say "rates needs Python 3.11 or newer; none was found (RATES_PYTHON may name one)."; exit 1; }
}

as_administrator() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo -n "$@"; else return 1; fi
}

install_venv_module() {
    command -v apt-get >/dev/null || return 1
    say "Python's venv module is incomplete; trying: apt-get install python3-venv"
    as_administrator apt-get -qq update >&2 && as_administrator apt-get -qq install -y python3-venv >&2
}

# Each way makes .tools/ and fills it, or fails and leaves the next one to try.
with_uv() {
    command -v uv >/dev/null || return 1
    uv venv --quiet --clear --python "$(find_python || echo '>=3.11')" "$tools"
    uv pip install --quiet --python "$tools/bin/python" --constraint "$constraints" $requirements
}

with_venv() {
    "$1" -m venv --clear "$tools" >/dev/null 2>&1 || return 1
    "$tools/bin/python" -m pip install -qq --disable-pip-version-check --constraint "$constraints" $requirements
}

with_pip_of_the_system() {
    "$1" -m pip --version >/dev/null 2>&1 && "$1" -m venv --clear --without-pip "$tools" || return 1
    "$1" -m pip --python "$tools/bin/python" install -qq --constraint "$constraints" $requirements
}

prepare() {
    say "Preparing the tools of the workspace in .tools/ (once)"
    rm -f "$tools/ready"
    if with_uv; then return 0; fi
    python=$(need_python)
    if with_venv "$python" || with_pip_of_the_system "$python"; then return 0; fi
    if install_venv_module && with_venv "$python"; then return 0; fi
    rm -rf "$tools"
    say "No way to install the tools was found. Install uv, or Python's venv module (Debian: python3-venv), and repeat."
    exit 1
}

# uv does not read pip's settings, and a machine may keep wheels of its own there.
wheel_folders() {
    if command -v pip >/dev/null; then pip config get global.find-links 2>/dev/null || true; fi | tr -s ' \n' ',' | sed 's/,$//'
}

unset PYTHONPATH PYTHONHOME VIRTUAL_ENV PYTHONDONTWRITEBYTECODE
UV_FIND_LINKS=$(wheel_folders)
UV_NO_PROGRESS=1
export UV_FIND_LINKS UV_NO_PROGRESS

wanted=$(cat "$0" "$constraints" | cksum)
if [ "$(cat "$tools/ready" 2>/dev/null)" != "$wanted" ] || ! "$tools/bin/python" -c '' 2>/dev/null; then
    prepare
    printf '%s\n' "$wanted" >"$tools/ready"
fi

cd "$root"
PATH=$tools/bin:$PATH
export PATH
exec "$@"
