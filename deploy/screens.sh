#!/bin/sh
# Every screen of the handheld, in both languages and themes, into docs/screens/app; other sizes, and the pages over a
# rehearsed day, into var/screens.
set -eu
cd "$(dirname "$0")/.."
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
out=var/screens
mkdir -p "$out"
gallery() {
    if [ -n "${DISPLAY:-}" ]; then
        .venv/bin/python -m driver_app.screens.gallery "$@"
    else
        xvfb-run --auto-servernum --server-args="-screen 0 1280x2000x24" .venv/bin/python -m driver_app.screens.gallery "$@"
    fi
}
say "every screen of the handheld, in both languages and themes"
rm -rf docs/screens/app "$out/480x800"
gallery "$out" --size 480x800@1.5
mv "$out/480x800" docs/screens/app
gallery "$out/app" --size 720x1280@2
if [ ! -d var/demo/server ]; then
    say "a day to look at"
    .venv/bin/handover demo --exit
fi
say "the pages, over the rehearsed day in var/demo"
.venv/bin/python deploy/pictures.py var/demo/server "$out/pages"
say "docs/screens/app and $out"
