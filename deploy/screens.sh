#!/bin/sh
# Every screen of the handheld and the pages over a rehearsed day, as pictures in var/screens; nothing else is touched.
set -eu
cd "$(dirname "$0")/.."
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
out=var/screens
mkdir -p "$out"
say "every screen of the handheld, in both languages and themes"
if [ -n "${DISPLAY:-}" ]; then
    .venv/bin/python -m driver_app.screens.gallery "$out/app"
else
    xvfb-run --auto-servernum --server-args="-screen 0 1280x2000x24" .venv/bin/python -m driver_app.screens.gallery "$out/app"
fi
if [ ! -d var/demo/server ]; then
    say "a day to look at"
    .venv/bin/handover demo --exit
fi
say "the pages, over the rehearsed day in var/demo"
.venv/bin/python deploy/pictures.py var/demo/server "$out/pages"
say "$out"
