#!/bin/sh
# Stage the app, then build a debug APK with buildozer. Needs buildozer, a JDK 17 and, on its first run, a network for the
# Android SDK and NDK; see docs/android.md. `build.sh release` builds the release bundle.
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}
"$PYTHON" stage.py
exec buildozer android "${1:-debug}"
