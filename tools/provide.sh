#!/bin/sh
# Install compilers and programs of other languages that tests run:  tools/provide.sh gfortran
#
# What is there already is left as it is. Debian's packages are used where they may be installed; elsewhere, or where that
# fails, the exit status is 1 and the last line names what is missing.
set -eu

say() { printf '%s\n' "$*" >&2; }

as_administrator() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo -n "$@"; else return 1; fi
}

# Several sessions may be at it at once.
with_apt() {
    command -v apt-get >/dev/null || return 1
    say "Installing $* from Debian's packages"
    as_administrator flock /var/lock/rates-provide sh -c '
        apt-get -qq -o DPkg::Lock::Timeout=600 update &&
        DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$@"
    ' sh "$@" >&2
}

is_there() {
    case $1 in
        gfortran) command -v "${FC:-gfortran}" >/dev/null ;;
        octave) command -v "${OCTAVE:-octave}" >/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

missing=
for tool in "$@"; do
    is_there "$tool" && continue
    case $tool in
        gfortran | octave) with_apt "$tool" || say "$tool could not be installed." ;;
        auto-07p) with_apt auto-07p gfortran make || say "auto-07p could not be installed." ;;
        *) say "There is no way here to install $tool." ;;
    esac
    is_there "$tool" || missing="$missing $tool"
done
[ -z "$missing" ] || { say "missing:$missing"; exit 1; }
