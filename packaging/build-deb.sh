#!/usr/bin/env bash
# Builds the Debian packages connect-worker, workerctl and connect-worker-dev.
#
#   packaging/build-deb.sh FOLDER
#
# They are put into FOLDER. The tree is not touched: a copy is built, as dpkg-buildpackage does it. The packages that
# the build needs are installed with apt-get where they are missing (root or sudo). DEB_BUILD_OPTIONS=nocheck leaves
# the unit tests out.
set -euo pipefail
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tests/lib/shell.sh
. "$TOP/tests/lib/shell.sh"

if [ $# -ne 1 ]; then
	sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d' >&2
	exit 2
fi
mkdir -p "$1"
OUT=$(cd "$1" && pwd)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/connect-worker-deb.XXXXXX")
trap 'rm -rf "$WORK"' EXIT

# shellcheck disable=SC2086
install_packages $PACKAGES_BUILD debhelper dpkg-dev
copy_tree "$TOP" "$WORK/src"
cp -r "$WORK/src/packaging/debian" "$WORK/src/debian"
(cd "$WORK/src" && dpkg-buildpackage -b -us -uc --jobs="$(nproc)") >"$OUT/build.log" 2>&1 ||
	{ tail -n 40 "$OUT/build.log" >&2; echo "build-deb: failed; the log is $OUT/build.log" >&2; exit 1; }
cp "$WORK"/*.deb "$OUT/"
ls "$OUT"/*.deb
