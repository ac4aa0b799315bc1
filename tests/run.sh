#!/usr/bin/env bash
# Builds and tests everything, from nothing but a Debian 12 and this tree.
#
#   tests/run.sh [--only unit|integration|fault|platform]... [--long] [--keep] [PATTERN...]
#
#   --only STAGE  only that stage (may be given more than once); all need the build, which is always made
#   --long        the full counts (200 kills while 800,000 lines flow, …) instead of a seeded share of them; minutes
#                 instead of a second for each test with wrongly put together inputs
#   --keep        keep the folder with builds and logs also when everything passed
#   PATTERN       of the integration, fault and platform tests only those whose name contains it
#
#   unit          warnings are errors; unit tests plain, under ASan+UBSan and (those with threads) TSan; installation;
#                 make distcheck
#   integration   real Kafka, OpenSearch, Elasticsearch and Schema Registry, and stand-ins for AWS, which tests/stack
#                 downloads and starts
#   fault         the same servers and three brokers more, with everything going wrong
#   platform      Airflow, which tests/stack downloads, with the DAGs of examples/airflow; examples/platform.sh;
#                 delivery to a stand-in for MWAA (examples/mwaa); the Debian packages and the image, in a bare Debian;
#                 what docs/ says; linters. Only when it is named: tests/platform.sh does
#
# Missing Debian packages are installed with apt-get (root or sudo). The tree itself is not touched: a
# copy is built. CW_SEED (printed) repeats a run's random choices. The last line is "N passed, N failed",
# the exit status 0 only when nothing failed.
set -euo pipefail
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tests/lib/shell.sh
. "$TOP/tests/lib/shell.sh"

stages='' long=0 keep=0 patterns=()
while [ $# -gt 0 ]; do
	case $1 in
	--only)
		case ${2-} in
		unit | integration | fault | platform) stages="${stages:+$stages }$2" ;;
		*) echo "run.sh: --only takes unit, integration, fault or platform" >&2; exit 2 ;;
		esac
		shift
		;;
	--long) long=1 ;;
	--keep) keep=1 ;;
	-h | --help) sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d'; exit 0 ;;
	-*) echo "run.sh: unknown option $1; there are --only, --long, --keep, --help" >&2; exit 2 ;;
	*) patterns+=("$1") ;;
	esac
	shift
done
stages=${stages:-unit integration fault}
wanted() { case " $stages " in *" $1 "*) ;; *) return 1 ;; esac; }
with_servers() { wanted integration || wanted fault || wanted platform; }

JOBS=$(nproc)
CHECKS=2 # unit tests at once on each processor: most of the time they wait for something
WORK=$(mktemp -d "${TMPDIR:-/tmp}/connect-worker-tests.XXXXXX")
RESULTS=$WORK/results # a line for each test: PASS or FAIL, and its name
LOGS=$WORK/logs
SRC=$WORK/src
child=
interrupted=0
mkdir -p "$LOGS"
: >"$RESULTS"
export STACK_RUN=$WORK/stack

# Ends what was started here and nothing else, then says how it went.
finish() {
	local status=$? passed failed
	trap - EXIT INT TERM
	if [ -n "$child" ] && kill -TERM "$child" 2>/dev/null; then wait "$child" || :; fi
	[ ! -d "$STACK_RUN" ] || "$TOP/tests/stack/stack" stop || interrupted=1
	passed=$(grep -c '^PASS ' "$RESULTS") || :
	failed=$(grep -c '^FAIL ' "$RESULTS") || :
	[ "$interrupted" = 0 ] || { failed=$((failed + 1)); echo "FAIL the run was interrupted" >>"$RESULTS"; }
	[ "$status" = 0 ] || [ "$failed" != 0 ] || { failed=1; echo "FAIL the run ended early, with status $status" >>"$RESULTS"; }
	say "finished"
	if [ "$failed" != 0 ]; then
		sed -n 's/^FAIL /failed: /p' "$RESULTS"
		echo "logs: $LOGS"
	elif [ "$keep" = 1 ]; then
		echo "kept: $WORK"
	else
		rm -rf "$WORK"
	fi
	echo "$passed passed, $failed failed"
	# With a number: a plain exit in a trap has the status from before the trap.
	if [ "$failed" = 0 ] && [ "$passed" != 0 ]; then exit 0; else exit 1; fi
}
trap finish EXIT
trap 'interrupted=1; exit 130' INT TERM

# run LOG SECONDS COMMAND...: in the background, so that an interruption is acted on at once. The output goes
# to LOG, redirected for the command alone: what finish() says of an interruption must not end there.
run() {
	local status=0 log=$1
	shift
	# Not >>/dev/stdout: that opens a file anew, and what is printed later would go over what it got.
	if [ "$log" = - ]; then timeout -k 20 "$@" 2>&1 </dev/null & else timeout -k 20 "$@" >>"$log" 2>&1 </dev/null & fi
	child=$!
	wait "$child" || status=$?
	child=
	return $status
}

# step NAME SECONDS COMMAND...: one check; its output goes to a log of its own.
step() {
	local name=$1 seconds=$2 log status=0
	log=$LOGS/${1//[^A-Za-z0-9]/-}.log
	shift 2
	run "$log" "$seconds" "$@" || status=$?
	if [ "$status" = 0 ]; then
		say "ok      $name"
		echo "PASS $name" >>"$RESULTS"
		return 0
	fi
	[ "$status" != 124 ] || echo "not finished within $seconds s" >>"$log"
	say "FAILED  $name (status $status); the end of $log:"
	tail -n 40 "$log" | sed 's/^/    /'
	echo "FAIL $name" >>"$RESULTS"
	return 1
}

# count_unit BUILD: one result for each CUnit test that ran in it, of a failed one with its first reason; a program that
# died is one more.
count_unit() {
	local trs
	find "$WORK/$1" -name '*.trs' -not -path "$WORK/$1/connect-worker-*" | sort | while read -r trs; do
		awk -v name="$1: $(basename "$trs" .trs)" '
			/^Suite .*, Test .* had failures:$/ {
				test = $0
				gsub(/^Suite .*, Test | had failures:$/, "", test)
			}
			test != "" && /^ *1\. / {
				sub(/^ *1\. */, "")
				print "FAIL " name ": " test ": " $0
				test = ""
				told++
			}
			$1 == "tests" && NF == 6 {
				for (i = 0; i < $4; i++) print "PASS " name
				failed += $5
			}
			/^:test-result: / && $2 != "PASS" && !failed { print "FAIL " name " (" $2 ")" }
			END { for (; told < failed; told++) print "FAIL " name }' "${trs%.trs}.log" "$trs"
	done >>"$RESULTS"
}

# build NAME SECONDS CFLAGS CONFIGURE-ARGUMENT...: configures and builds in $WORK/NAME.
build() {
	local name=$1 seconds=$2 cflags=$3
	shift 3
	mkdir -p "$WORK/$name"
	step "$name: configure" 300 env -C "$WORK/$name" "$SRC/configure" -q CFLAGS="$cflags" "$@" &&
		step "$name: build" "$seconds" make -s -C "$WORK/$name" -j"$JOBS" all
}

# check BUILD [WRAPPER...]: its unit tests; of those in $only, when that is set.
check() {
	local name=$1
	shift
	step "$name: unit tests" 600 "$@" make -s -C "$WORK/$name" -j$((JOBS * CHECKS)) check VERBOSE=1 ${only:+TESTS="$only"} || :
	count_unit "$name"
}

# threaded BUILD: its unit tests that have threads, their own or those of a library.
threaded() {
	local program
	for program in "$WORK/$1"/test_*; do
		case ${program##*/} in *.*) continue ;; esac
		# Not -q: who writes to it would be ended by a signal.
		nm -D "$program" | grep -E ' U (pthread_create|rd_kafka_new|MHD_start_daemon|curl_multi_init)(@|$)' >/dev/null || continue
		echo "${program##*/}"
	done
}

# fuzz BUILD: its tests with inputs wrongly put together, for minutes and with this run's seed.
fuzz() {
	local program
	for program in "$WORK/$1"/test_fuzz_*; do
		if ! [ -f "$program" ] || ! [ -x "$program" ]; then continue; fi
		step "$1: $(basename "$program"), long" 1800 env CW_FUZZ_SECONDS=60 UBSAN_OPTIONS=print_stacktrace=1 "$program" || :
	done
}

unit() {
	# New memory is full of the digit 0: who reads on behind a number finds some.
	check plain env MALLOC_PERTURB_=207
	step 'installation' 300 bash "$TOP/tests/lib/install_check.sh" "$WORK/plain" "$WORK/install" || :
	# Warnings are errors in the plain build only: under the sanitizers gcc warns of what cannot happen.
	! build asan 600 '-O1 -g' --enable-sanitize=address,undefined ||
		CW_FUZZ_SECONDS=15 UBSAN_OPTIONS=print_stacktrace=1 check asan
	[ "$long" = 0 ] || fuzz asan
	# With full address randomisation, newer kernels leave TSan no room for its shadow memory.
	! build tsan 600 '-O1 -g' --enable-sanitize=thread || only=$(threaded plain | tr '\n' ' ') check tsan setarch -R
	step 'make distcheck' 900 make -s -C "$WORK/plain" -j$((JOBS * CHECKS)) distcheck || :
}

# python_tests STAGE: the tests in tests/STAGE, against the installed programs and the real servers.
python_tests() {
	local status=0
	say "$1 tests:"
	run - 5000 python3 -B "$TOP/tests/lib/runner.py" --stage "$1" --results "$RESULTS" --logs "$LOGS/$1" \
		--prefix "$WORK/prefix" --build "$WORK/plain" "${long_option[@]}" "${patterns[@]}" || status=$?
	# The runner notes each test's result itself: 0, 1, or 2 when no test's name fits the patterns.
	[ "$status" -le 1 ] || { [ "$status" = 2 ] && [ ${#patterns[@]} -gt 0 ]; } ||
		echo "FAIL $1 tests: the runner ended with status $status" >>"$RESULTS"
}

integration() {
	python_tests integration
	quickstart
	[ "$long" = 0 ] || quickstart --real
}

# quickstart OPTION...: as a user calls it.
quickstart() {
	[ ${#patterns[@]} -eq 0 ] || return 0
	step "examples/quickstart.sh $*" 900 env CW_QUICKSTART="$WORK/quickstart" "$TOP/examples/quickstart.sh" "$@" || :
}

export CW_SEED=${CW_SEED:-$((RANDOM * 32768 + RANDOM))}
long_option=()
[ "$long" = 0 ] || long_option=(--long)
say "tests of $stages in $WORK, seed $CW_SEED, $JOBS processors"

# shellcheck disable=SC2086
packages="$PACKAGES_BUILD g++ python3"
if with_servers; then packages="$packages $PACKAGES_SERVERS python3-jsonschema zsh systemd jq"; fi
! wanted platform || packages="$packages debhelper dpkg-dev lintian mmdebstrap sqlite3 $PACKAGES_LINTERS"
if wanted platform && ! command -v go >/dev/null; then packages="$packages golang-go"; fi
# shellcheck disable=SC2086
install_packages $packages || { echo 'FAIL packages' >>"$RESULTS"; exit 1; }

copy_tree "$TOP" "$SRC"
step 'autoreconf' 300 env -C "$SRC" autoreconf -fi || exit 1
build plain 900 '-O2 -g' --enable-werror --prefix="$WORK/prefix" || exit 1
! wanted unit || unit
if with_servers; then
	step 'install into a prefix' 300 make -s -C "$WORK/plain" -j"$JOBS" install || exit 1
	step 'test programs' 300 make -s -C "$WORK/plain" -j"$JOBS" check TESTS= || exit 1
	stack_ports
	servers=(kafka opensearch)
	if wanted integration || wanted fault; then servers+=(elasticsearch schema-registry aws); fi
	! wanted integration || servers+=(mwaa)
	! wanted platform || servers+=(aws mwaa)
	step "start ${servers[*]}" 1200 "$TOP/tests/stack/stack" start "${servers[@]}" || exit 1
	! wanted platform || step 'install Airflow and linters' 1200 "$TOP/tests/stack/stack" install airflow linters || exit 1
	eval "$("$TOP/tests/stack/stack" env | sed 's/^/export /')"
	! wanted integration || integration
	! wanted fault || python_tests fault
	! wanted platform || python_tests platform
fi
