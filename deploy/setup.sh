#!/bin/sh
# Install whatever is missing: system packages, the virtual environment, web assets. A second run takes a second.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${1:-python3}
VENV=.venv
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

# -- system packages: name of a Debian package, and how to see that it is there -------------------------------------------
missing=""
need() { # package, test…
    package=$1
    shift
    if ! "$@" >/dev/null 2>&1; then missing="$missing $package"; fi
}
has_file() { for f in "$@"; do [ -e "$f" ] && return 0; done; return 1; }
has_library() { ldconfig -p | grep -q "$1"; }
need xvfb command -v Xvfb
need libgl1-mesa-dri has_file /usr/lib/*/dri/swrast_dri.so /usr/lib/*/dri/kms_swrast_dri.so
need libegl1 has_library libEGL.so.1
need libgles2 has_library libGLESv2.so.2
need libgl1 has_library libGL.so.1
need libmtdev1 has_library libmtdev.so.1
need fonts-noto-cjk has_file /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
need chromium command -v chromium
need postgresql has_file /usr/lib/postgresql/*/bin/initdb
need poppler-utils command -v pdftoppm
need openssl command -v openssl
need npm command -v npm
"$PYTHON" -c 'import venv, ensurepip' >/dev/null 2>&1 || missing="$missing python3-venv"
if [ -n "$missing" ]; then
    say "system packages:$missing"
    sudo=""
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
            sudo="sudo -n"
        else
            say "these need root. Please run:  apt-get install --no-install-recommends$missing"
            exit 1
        fi
    fi
    $sudo apt-get update -qq
    # shellcheck disable=SC2086
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# -- web assets, from npm: fetched while the Python packages are installed ------------------------------------------------
web() { cat package-lock.json deploy/assets.py | sha256sum | cut -c1-64; }
fetching=""
if [ "$(cat server/static/vendor/.stamp 2>/dev/null)" != "$(web)" ]; then
    say "web assets"
    npm ci --silent --no-audit --no-fund --ignore-scripts &
    fetching=$!
fi

# -- Python packages, from the hashed lock --------------------------------------------------------------------------------
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "Python 3.11 or newer is needed"; exit 1; }
stamp() { cat requirements.lock pyproject.toml deploy/setup.sh | sha256sum | cut -c1-64; }
if [ ! -x $VENV/bin/handover ] || [ "$(cat $VENV/.stamp 2>/dev/null)" != "$(stamp)" ]; then
    say "virtual environment in $VENV (a minute or two)"
    [ -x $VENV/bin/python ] || "$PYTHON" -m venv $VENV
    $VENV/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
    $VENV/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    stamp >$VENV/.stamp
fi

# -- the road router, from its wheel: for tests, and for whoever starts one here ------------------------------------------
router=$(sed -n 's/^VERSION = "\(.*\)"$/\1/p' server/planning/road/local.py)
if [ "$(uname -sm)" = "Linux x86_64" ] && [ ! -d "${HANDOVER_VALHALLA:-$VENV/valhalla}/$router" ]; then
    say "road router"
    $VENV/bin/handover roads install >/dev/null
fi

if [ -n "$fetching" ]; then
    wait "$fetching"
    $VENV/bin/python deploy/assets.py
    web >server/static/vendor/.stamp
fi
