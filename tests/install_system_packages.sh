#!/bin/sh
# Installs what the tests need beyond Python packages: Chromium, fonts, and a PostgreSQL server. Says what is missing where it can't.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
fc-list 2>/dev/null | grep -qi noto || missing="$missing fontconfig fonts-noto-core"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Please install these with your package manager, then run again:$missing" >&2
    exit 1
fi
elevate=""
[ "$(id -u)" = 0 ] || elevate="sudo"
echo "Installing for the tests:$missing"
$elevate apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $elevate apt-get install -y -qq --no-install-recommends $missing >/dev/null
