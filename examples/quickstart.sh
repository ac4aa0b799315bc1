#!/usr/bin/env bash
# From this tree to analysed log lines: builds connect-worker, starts it, and lets generated access-log
# lines flow through Kafka into a search store, checks that each arrived exactly once, and looks at them.
#
#   examples/quickstart.sh [--real] [--records N] [--keep]
#   examples/quickstart.sh --stop
#
#   --real       Apache Kafka and OpenSearch, downloaded and started here (needs a JDK and maven), instead
#                of the worker's embedded broker and the development store
#   --records N  how many lines (default 100000)
#   --keep       leave everything running; --stop ends it
#
# Missing Debian packages are installed with apt-get (root or sudo). Everything is made below build/quickstart
# in this tree (CW_QUICKSTART names another folder) and listens on 127.0.0.1.
set -euo pipefail
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tests/lib/shell.sh
. "$TOP/tests/lib/shell.sh"

HOME_DIR=${CW_QUICKSTART:-$TOP/build/quickstart}
RUN=$HOME_DIR/run # what one run leaves: state, logs, process ids
PREFIX=$HOME_DIR/prefix
INDEX=access-logs
SOURCE=access-log-source SINK=access-log-sink

real=0 keep=0 records=100000 stop=0

usage() { sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d'; }
die() { echo "quickstart: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
	case $1 in
	--real) real=1 ;;
	--keep) keep=1 ;;
	--stop) stop=1 ;;
	--records)
		[[ ${2-} =~ ^[1-9][0-9]{0,8}$ ]] || die "--records takes a number of lines, from 1 to 999999999"
		records=$2
		shift
		;;
	-h | --help) usage; exit 0 ;;
	*) die "unknown argument $1; there are --real, --records N, --keep, --stop, --help" ;;
	esac
	shift
done

# shellcheck source=examples/processes.sh
. "$TOP/examples/processes.sh"

title() { if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n%s\n' "$*"; fi; }

stop_all() {
	end worker
	end devstore
	[ ! -d "$RUN/stack" ] || STACK_RUN=$RUN/stack "$TOP/tests/stack/stack" stop
}

finish() {
	local status=$?
	trap - EXIT INT TERM
	if [ "$status" != 0 ]; then
		for log in "$RUN"/*.log; do
			[ ! -s "$log" ] || { echo "--- the end of $log:"; tail -n 15 "$log"; }
		done >&2
		stop_all
		echo "quickstart: failed; the logs are in $RUN" >&2
	elif [ "$keep" = 0 ]; then
		stop_all
	fi
	exit "$status"
}

# ---- steps

start_servers() {
	if [ "$real" = 1 ]; then
		stack_ports
		KAFKA_PORT=$(port 9092) OPENSEARCH_PORT=$(port 9200)
		STACK_RUN=$RUN/stack "$TOP/tests/stack/stack" start kafka opensearch
		BROKER=127.0.0.1:$KAFKA_PORT STORE=http://127.0.0.1:$OPENSEARCH_PORT
	else
		local listen
		listen=127.0.0.1:$(port 9200)
		STORE=http://$listen
		spawn devstore "$PREFIX/bin/connect-devstore" --listen "$listen" --data "$RUN/devstore.db"
	fi
	wait_until 30 answers devstore "$STORE" || die "the store does not answer at $STORE"
}

start_worker() {
	WORKER=http://127.0.0.1:$(port 8083)
	if [ "$real" = 1 ]; then
		run_worker "$WORKER" "$BROKER"
	else
		run_worker "$WORKER" --embedded
	fi
}

# create FILE FILTER...: POSTs examples/FILE, changed by a jq filter.
create() {
	local file=$TOP/examples/$1
	shift
	jq "$@" "$file" | json -d @- "$WORKER/connectors" | jq -r '"created " + .name + ": " + .config["connector.class"]'
}

count() {
	json -X POST "$STORE/$INDEX-*/_refresh" >"$RUN/answer"
	json "$STORE/$INDEX-*/_count" | jq .count
}

# metric NAME CONNECTOR: the sum over its tasks.
metric() {
	json "$WORKER/metrics" | awk -v name="connect_worker_task_$1" -v connector="connector=\"$2\"" '
		index($1, name "{") == 1 && index($1, connector) { sum += $2 }
		END { printf "%d\n", sum }'
}

sink_has_partitions() { assert_running; [ "$(metric partitions "$SINK")" -gt 0 ]; }

# No task may have failed: its trace says why.
assert_running() {
	local trace
	trace=$(json "$WORKER/connectors?expand=status" | jq -r '.[].status | .name as $n | .tasks[] | select(.state == "FAILED") | "\($n) task \(.id): \(.trace)"')
	[ -z "$trace" ] || die "a task failed: $trace"
}

# Prints a line a second until the sink says that everything is indexed.
watch_progress() {
	local started=$EPOCHREALTIME deadline=$((SECONDS + 60 + records / 2000)) indexed=0 seconds
	while [ "$indexed" -lt "$records" ]; do
		[ "$SECONDS" -lt "$deadline" ] || die "only $indexed of $records lines are indexed"
		assert_running
		indexed=$(metric records_written_total "$SINK")
		seconds=$(awk -v a="$EPOCHREALTIME" -v b="$started" 'BEGIN { printf "%.1f", a - b }')
		say "$(metric records_total "$SOURCE") lines written to Kafka, $indexed indexed ($(awk -v n="$indexed" -v s="$seconds" 'BEGIN { printf "%d", (s > 0 ? n / s : 0) }')/s)"
		[ "$indexed" -ge "$records" ] || sleep "$PROGRESS_S"
	done
	say "the store counts $(count) documents"
}
PROGRESS_S=1

# Reads every document back, a range of offsets of all partitions at a time: ids and lines, tab-separated.
# A store gives at most 10,000 at once; ranges that hold more are halved.
read_back() {
	local from=0 step=2500 got=0 n
	while [ "$got" -lt "$records" ]; do
		json "$STORE/$INDEX-*/_search" -d "{\"size\":10000,\"_source\":[\"raw\"],
			\"query\":{\"range\":{\"kafka.offset\":{\"gte\":$from,\"lt\":$((from + step))}}}}" >"$RUN/page"
		if head -c 400 "$RUN/page" | grep -q '"relation":"gte"'; then
			step=$((step / 2))
			continue
		fi
		jq -r '.hits.hits[] | ._id + "\t" + ._source.raw' "$RUN/page" >"$RUN/page.lines"
		n=$(wc -l <"$RUN/page.lines")
		[ "$n" -gt 0 ] || break
		cat "$RUN/page.lines"
		got=$((got + n))
		from=$((from + step))
	done
}

# Each line that the source's settings describe is one document, and there is no other.
verify() {
	local documents ids
	say 'reading every document back'
	read_back >"$RUN/documents"
	json "$WORKER/connectors/$SOURCE/config" | jq -r 'to_entries[] | .key + "=" + .value' >"$RUN/source.properties"
	"$HOME_DIR/obj/synthetic-log-lines" "$RUN/source.properties" | LC_ALL=C sort >"$RUN/expected"
	cut -f 2- "$RUN/documents" | LC_ALL=C sort >"$RUN/indexed"
	documents=$(wc -l <"$RUN/documents")
	ids=$(cut -f 1 "$RUN/documents" | LC_ALL=C sort -u | wc -l)
	cmp -s "$RUN/expected" "$RUN/indexed" || die "the lines in the store are not the lines that were generated"
	[ "$documents $ids" = "$records $records" ] || die "$documents documents with $ids ids for $records lines"
	say "$records lines generated, $documents documents, $ids ids: every line is indexed exactly once"
}

# analysed NAME FILE: the counts and keys of that aggregation in an answer of the store, tab-separated.
analysed() { jq -r --arg name "$1" '.aggregations[$name].buckets[] | "\(.doc_count)\t\(.key_as_string // .key)"' "$RUN/$2"; }

top() { analysed "$1" all | awk -F '\t' '{ printf "  %8d  %s\n", $1, $2 }'; }

# Requests and the share of 5xx in each minute, the worst five with a bar.
error_rate() {
	analysed minutes all >"$RUN/minutes"
	analysed minutes failed >"$RUN/errors"
	awk -F '\t' '
		FILENAME == ARGV[1] { errors[$2] = $1; next }
		{ all += $1; bad += errors[$2]; minutes++; rate = $1 ? 100 * errors[$2] / $1 : 0
		  printf "%6.2f\t%s\t%d\t%d\n", rate, substr($2, 1, 16), $1, errors[$2] }
		END { printf "all\t%d\t%d\t%d\n", minutes, all, bad }' "$RUN/errors" "$RUN/minutes" >"$RUN/rates"
	awk -F '\t' '$1 == "all" { printf "  %d minutes, %d requests, %d server errors (%.2f %%); the worst minutes:\n", $2, $3, $4, 100 * $4 / $3 }' "$RUN/rates"
	grep -v '^all' "$RUN/rates" | sort -rn | sed -n 1,5p | sort -t "$(printf '\t')" -k 2 | awk -F '\t' '
		{ bar = ""; for (i = 0; i < $1 / 2; i++) bar = bar "#"; printf "  %s  %5d requests  %6.2f %% errors  %s\n", $2, $3, $1, bar }'
}

analyse() {
	local minutes='"minutes":{"date_histogram":{"field":"@timestamp","fixed_interval":"1m"}}'
	title 'A document'
	json "$STORE/$INDEX-*/_search" -d '{"size":1}' | jq '.hits.hits[0] | {_index, _id, _source}'
	json "$STORE/$INDEX-*/_search" -d "{\"size\":0,\"aggs\":{$minutes,
		\"endpoints\":{\"terms\":{\"field\":\"endpoint\",\"size\":8}},
		\"statuses\":{\"terms\":{\"field\":\"status\",\"size\":8}}}}" >"$RUN/all"
	json "$STORE/$INDEX-*/_search" -d "{\"size\":0,\"query\":{\"range\":{\"status\":{\"gte\":500}}},
		\"aggs\":{$minutes}}" >"$RUN/failed"
	title 'Top endpoints'
	top endpoints
	title 'Statuses'
	top statuses
	title 'Error rate per minute'
	error_rate
}

look_around() {
	title 'Look around'
	cat <<TEXT
  export CONNECT_URL=$WORKER PATH=$PREFIX/bin:\$PATH
  workerctl get connectors
  workerctl describe $SINK
  workerctl top
  curl $WORKER/connectors/$SINK/status
  curl $WORKER/metrics
  curl '$STORE/$INDEX-*/_search?q=status:500&size=3&pretty'
TEXT
	if [ "$keep" = 1 ]; then
		echo "  Everything runs on. To end it: examples/quickstart.sh --stop"
	else
		echo "  (Everything is ended now; with --keep it runs on.)"
	fi
}

mkdir -p "$HOME_DIR"
if [ "$stop" = 1 ]; then
	stop_all
	exit 0
fi

# shellcheck disable=SC2086
install_packages $PACKAGES_BUILD curl jq
# shellcheck disable=SC2086
[ "$real" = 0 ] || install_packages $PACKAGES_SERVERS
say "building (log: $HOME_DIR/build.log)"
build

stop_all
rm -rf "$RUN"
mkdir -p "$RUN"
trap finish EXIT
trap 'exit 130' INT TERM

if [ "$real" = 1 ]; then
	say 'starting Apache Kafka and OpenSearch'
else
	say 'starting the development store'
fi
start_servers
say 'starting the worker'
start_worker
say "store $STORE, worker $WORKER"
# The embedded broker keeps only the newest lines. So the sink is there first, to take them as they come, and
# many lines come at a pace that any machine keeps up with.
# shellcheck disable=SC2016
create access-log-sink.json --arg url "$STORE" '.config["connection.url"] = $url'
wait_until 60 sink_has_partitions || die "the sink was not given the partitions of its topic"
# shellcheck disable=SC2016
create synthetic-log-source.json --arg n "$records" '.config.count = $n |
	if ($n | tonumber) > 100000 then .config["records.per.second"] = "8000" else . end'
watch_progress
verify
analyse
look_around
echo
say "done: $records lines went through Kafka into the store, each exactly once"
