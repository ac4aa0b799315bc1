#!/usr/bin/env bash
# Measures source and sink on real Kafka, beside bare librdkafka loops in the same run; and JSON through converters and
# transformations, beside an Apache Kafka Connect worker.
#
#   tests/bench/run.sh [--dir FOLDER] [--records N] [--rounds N] [--tasks N,N] [--only CASE,CASE]
#                      [--bare-only] [--json FILE]
#
#   --dir FOLDER  builds there and keeps the build for the next run; otherwise a temporary folder
#   --records N   lines in each round (2000000)
#   --rounds N    rounds of each case; the table shows their median (3)
#   --tasks N,N   numbers of tasks (1,4)
#   --only CASE   some of sink,source,both,latency,slow,idle,rest,json,json-schemas
#   --bare-only   only the bare loops, without the product
#   --json FILE   all figures of all rounds (bench.json)
#
# A copy of the tree is built with -O2; missing Debian packages are installed with apt-get (root or
# sudo); Kafka comes from tests/stack, unless CW_KAFKA names a broker to use. The store is bulksink, which
# answers bulk requests and stores nothing. Prints a table with the project's limits and writes JSON. Exits
# with 0 whatever the figures are, they depend on the machine, and with 1 when records were lost or doubled.
set -euo pipefail
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=tests/lib/shell.sh
. "$TOP/tests/lib/shell.sh"

WORK='' keep=0 arguments=()
while [ $# -gt 0 ]; do
	case $1 in
	--dir)
		[ -n "${2-}" ] || { echo 'run.sh: --dir takes a folder' >&2; exit 2; }
		mkdir -p "$2"
		WORK=$(cd "$2" && pwd) keep=1
		shift
		;;
	-h | --help) sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d'; exit 0 ;;
	*) arguments+=("$1") ;;
	esac
	shift
done
[ -n "$WORK" ] || WORK=$(mktemp -d "${TMPDIR:-/tmp}/connect-worker-bench.XXXXXX")
LOG=$WORK/build.log

finish() {
	local status=$?
	trap - EXIT INT TERM
	[ ! -d "$WORK/stack" ] || STACK_RUN=$WORK/stack "$TOP/tests/stack/stack" stop || status=1
	rm -rf "$WORK/stack"
	[ "$keep" = 1 ] || rm -rf "$WORK"
	exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

# step COMMAND...: its output is shown only when it fails.
step() {
	"$@" >>"$LOG" 2>&1 || { tail -n 40 "$LOG" >&2; echo "run.sh: failed: $*" >&2; exit 1; }
}

: >"$LOG"
# shellcheck disable=SC2086
install_packages $PACKAGES_BUILD python3
say "building in $WORK"
rm -rf "$WORK/src" # a file that is gone from the tree would still be found
copy_tree "$TOP" "$WORK/src"
mkdir -p "$WORK/build"
[ -x "$WORK/src/configure" ] || step env -C "$WORK/src" autoreconf -fi
[ -f "$WORK/build/Makefile" ] || step env -C "$WORK/build" "$WORK/src/configure" -q CFLAGS='-O2 -g' --prefix="$WORK/prefix"
step make -s -C "$WORK/build" -j"$(nproc)" all
step make -s -C "$WORK/build" -j"$(nproc)" bench-programs
step make -s -C "$WORK/build" install
# shellcheck disable=SC2086
install_packages $PACKAGES_SERVERS
export STACK_RUN=$WORK/stack
stack_ports
if [ -n "${CW_KAFKA-}" ]; then
	export KAFKA_PORT=${CW_KAFKA##*:} CW_CONNECT_PORT=$CONNECT_PORT
else
	say 'starting Kafka'
	step "$TOP/tests/stack/stack" start kafka
	eval "$("$TOP/tests/stack/stack" env | sed 's/^/export /')"
fi
say 'measuring'
PYTHONDONTWRITEBYTECODE=1 python3 "$TOP/tests/bench/bench.py" --prefix "$WORK/prefix" --build "$WORK/build" "${arguments[@]}"
