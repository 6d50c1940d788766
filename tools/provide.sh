#!/bin/sh
# Install compilers and programs of other languages that tests run:  tools/provide.sh gfortran julia
#
# What is there already is left as it is. Debian's packages are used where they may be installed; elsewhere, or where that
# fails, the exit status is 1 and the last line names what is missing. Julia needs no administrator: it is unpacked into
# the user's folder of data, where rates looks for it.
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

julia_home=${XDG_DATA_HOME:-$HOME/.local/share}/rates/julia

# Where Debian's packages come from on this machine, and where those of old releases are.
mirrors() {
    cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null |
        awk '$1 == "URIs:" { print $2 } $1 == "deb" { print $(NF > 3 && $2 ~ /^\[/ ? 3 : 2) }' | grep -v security | sort -u
    printf '%s\n' http://deb.debian.org/debian http://archive.debian.org/debian
}

# Julia left Debian with the release after bullseye, so lists and packages of that one are kept apart from the machine's.
download_julia() {
    mkdir -p "$2/lists/partial" "$2/cache/archives/partial"
    : >"$2/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $1 bullseye main" >"$2/sources.list"
    cat >"$2/apt.conf" <<EOF
Dir::State::Lists "$2/lists"; Dir::State::status "$2/status"; Dir::Cache "$2/cache";
Dir::Etc::SourceList "$2/sources.list"; Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null"; Dir::Etc::PreferencesParts "/dev/null";
APT::Sandbox::User ""; Acquire::Languages "none"; Acquire::Retries "3"; Acquire::Check-Valid-Until "false";
APT::Update::Error-Mode "any"; Debug::NoLocking "1";
EOF
    APT_CONFIG=$2/apt.conf apt-get -qq update >&2 &&
        APT_CONFIG=$2/apt.conf apt-get -qq install -y --no-install-recommends --download-only julia >&2
}

# The machine's own C library and compiler's libraries stay in use; all else that Julia needs lies beside it.
unpack_julia() {
    for package in "$1"/cache/archives/*.deb; do
        case ${package##*/} in
            libc6_* | libc-bin_* | libcrypt1_* | libgcc-s1_* | gcc-*-base_* | libstdc++6_*) ;;
            dpkg_* | debconf_* | perl-base_* | tar_* | install-info_* | adduser_* | passwd_*) ;;
            *) dpkg -x "$package" "$2" ;;
        esac
    done
    mkdir -p "$2/bin"
    cat >"$2/bin/julia" <<'EOF'
#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")
for folder in "$root"/lib/*-linux-gnu* "$root"/usr/lib/*-linux-gnu* "$root"/usr/lib/*-linux-gnu*/julia; do
    [ ! -d "$folder" ] || LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec "$root/usr/bin/julia" "$@"
EOF
    chmod +x "$2/bin/julia"
    "$2/bin/julia" --startup-file=no -e 'using LinearAlgebra; [2.0 1; 1 3] \ [3.0, 4.0] ≈ [1, 1] || exit(1)' >&2
}

with_julia() {
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
    mkdir -p "$(dirname "$julia_home")"
    exec 9>"$julia_home.lock"
    flock 9
    [ ! -x "$julia_home/bin/julia" ] || return 0 # another session was at it
    folder=$(mktemp -d "$julia_home.XXXXXX")
    trap 'rm -rf "$folder"' EXIT
    for mirror in $(mirrors); do
        say "Unpacking Julia of $mirror into $julia_home"
        download_julia "$mirror" "$folder/apt" || continue
        unpack_julia "$folder/apt" "$folder/julia" || return 1
        rm -rf "$julia_home"
        mv "$folder/julia" "$julia_home"
        return 0
    done
    return 1
}

# Options may follow the name of a program.
is_program() { command -v "$1" >/dev/null || command -v "${1%% *}" >/dev/null; }

is_there() {
    case $1 in
        julia) is_program "${RATES_JULIA:-julia}" || { [ -z "${RATES_JULIA:-}" ] && [ -x "$julia_home/bin/julia" ]; } ;;
        gfortran) is_program "${FC:-gfortran}" ;;
        octave) command -v "${OCTAVE:-octave}" >/dev/null ;;
        xppaut) command -v xppaut >/dev/null && [ -d /usr/share/doc/xppaut/examples/ode ] ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

missing=
for tool in "$@"; do
    is_there "$tool" && continue
    case $tool in
        gfortran | octave) with_apt "$tool" || say "$tool could not be installed." ;;
        xppaut) # its examples are documents, which images of containers leave out
            with_apt --reinstall -o 'DPkg::Options::=--path-include=/usr/share/doc/xppaut/*' xppaut ||
                say "xppaut could not be installed." ;;
        auto-07p) with_apt auto-07p gfortran make || say "auto-07p could not be installed." ;;
        julia) with_julia || say "julia could not be unpacked." ;;
        *) say "There is no way here to install $tool." ;;
    esac
    is_there "$tool" || missing="$missing $tool"
done
[ -z "$missing" ] || { say "missing:$missing"; exit 1; }
