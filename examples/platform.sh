#!/usr/bin/env bash
# The whole log platform on this machine, with no cloud account: Kafka, OpenSearch, Airflow with the DAGs of
# examples/airflow, the worker, and two connectors through which lines flow.
#
#   examples/platform.sh up        builds, downloads and starts what is not there or does not run; prints the addresses
#   examples/platform.sh check     checks the connectors' files and the DAGs, and says what `apply` would change
#   examples/platform.sh apply     gives the worker the connectors' files
#   examples/platform.sh watch     checks what is edited and, if it is right, makes it live, until it is interrupted
#   examples/platform.sh status    what runs, and the addresses
#   examples/platform.sh down      ends it; data and state stay for the next `up`
#   examples/platform.sh purge     the same, and deletes data, state and the connectors' files, also what was edited in them
#
# The connectors' files are copied once, into build/platform/connectors; edit them there. A DAG that is edited is live
# within seconds, with and without `watch`. Missing Debian packages are installed with apt-get (root or sudo).
# Everything is made below build/platform in this tree (CW_PLATFORM names another folder) and listens on 127.0.0.1, on
# the usual ports where they are free. AIRFLOW_DAGS names another folder of DAGs, CW_PREFIX an installed worker instead
# of one built here.
set -euo pipefail
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tests/lib/shell.sh
. "$TOP/tests/lib/shell.sh"

HOME_DIR=${CW_PLATFORM:-$TOP/build/platform}
RUN=$HOME_DIR/run
PREFIX=${CW_PREFIX:-$HOME_DIR/prefix}
CONNECTORS=$HOME_DIR/connectors
EXAMPLES=$TOP/examples
SERVERS=(kafka opensearch airflow)

die() { echo "platform: $*" >&2; exit 1; }
# shellcheck source=examples/processes.sh
. "$EXAMPLES/processes.sh"

usage() { sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d'; }
stack() { STACK_RUN=$RUN/stack "$TOP/tests/stack/stack" "$@"; }
ctl() { "$PREFIX/bin/workerctl" -s "$WORKER" "$@"; }

# The ports are chosen once, so that what is stopped and started again is where it was.
choose_ports() {
	[ ! -s "$RUN/ports" ] || return 0
	stack_ports
	{
		printf 'export KAFKA_PORT=%s KAFKA_SASL_SSL_PORT=%s KAFKA_CONTROLLER_PORT=%s\n' \
			"$(port 9092)" "$KAFKA_SASL_SSL_PORT" "$KAFKA_CONTROLLER_PORT"
		printf 'export OPENSEARCH_PORT=%s AIRFLOW_PORT=%s WORKER_PORT=%s\n' "$(port 9200)" "$(port 8080)" "$(port 8083)"
	} >"$RUN/ports"
}

# An HTTP connection as a value of AIRFLOW_CONN_….
connection() { printf '{"conn_type":"http","schema":"http","host":"127.0.0.1","port":%s}' "$1"; }

# The addresses, and Airflow's settings.
read_settings() {
	[ -s "$RUN/ports" ] || die "nothing was started yet: examples/platform.sh up"
	# shellcheck disable=SC1091
	. "$RUN/ports"
	WORKER=http://127.0.0.1:$WORKER_PORT STORE=http://127.0.0.1:$OPENSEARCH_PORT
	export STORE AIRFLOW_DAGS=${AIRFLOW_DAGS:-$EXAMPLES/airflow/dags}
	export AIRFLOW__CORE__PLUGINS_FOLDER=$EXAMPLES/airflow/plugins PYTHONDONTWRITEBYTECODE=1
	AIRFLOW_CONN_CONNECT_WORKER=$(connection "$WORKER_PORT")
	AIRFLOW_CONN_ACCESS_LOG_STORE=$(connection "$OPENSEARCH_PORT")
	export AIRFLOW_CONN_CONNECT_WORKER AIRFLOW_CONN_ACCESS_LOG_STORE
}

# Copies to be edited; workerctl fills in ${STORE}.
make_connectors() {
	[ ! -d "$CONNECTORS" ] || return 0
	rm -rf "$CONNECTORS.part"
	cp -r "$EXAMPLES/connectors" "$CONNECTORS.part"
	mv "$CONNECTORS.part" "$CONNECTORS"
}

worker_runs() {
	local pid start
	[ -r "$RUN/worker.pid" ] || return 1
	read -r pid start <"$RUN/worker.pid"
	[ -n "$start" ] && ! ended "$pid" "$start"
}

up() {
	# shellcheck disable=SC2086
	install_packages $PACKAGES_SERVERS curl jq
	mkdir -p "$RUN"
	if [ -z "${CW_PREFIX-}" ]; then
		# shellcheck disable=SC2086
		install_packages $PACKAGES_BUILD
		say "building (log: $HOME_DIR/build.log)"
		build
	fi
	choose_ports
	read_settings
	say 'starting Kafka, OpenSearch and Airflow (the first time they are downloaded, which takes minutes)'
	stack start kafka opensearch
	if worker_runs; then
		say 'worker: already running'
	else
		run_worker "$WORKER" "127.0.0.1:$KAFKA_PORT"
		say 'worker: ready'
	fi
	stack start airflow
	make_connectors
	say 'connectors'
	ctl apply -f "$CONNECTORS" --wait
	echo
	addresses
}

addresses() {
	cat <<TEXT
  Airflow      http://127.0.0.1:$AIRFLOW_PORT (user admin, password admin), DAGs in $AIRFLOW_DAGS
  worker       $WORKER: export CONNECT_URL=$WORKER PATH=$PREFIX/bin:\$PATH; workerctl top
  connectors   $CONNECTORS
  OpenSearch   $STORE/demo-logs-*/_search?size=1&pretty
  Kafka        127.0.0.1:$KAFKA_PORT
  a batch      $RUN/stack/airflow/airflow dags test access_logs_pipeline
TEXT
}

# A DAG file that cannot be imported, or warns, is named with the reason.
check_dags() {
	local CW_AIRFLOW_VENV=
	eval "$(stack env | grep '^CW_AIRFLOW_VENV=')"
	[ -d "$RUN/stack/airflow" ] || die "Airflow is not there: examples/platform.sh up"
	[ -d "$CW_AIRFLOW_VENV" ] || die "Airflow is not there: examples/platform.sh up"
	AIRFLOW_HOME=$RUN/stack/airflow AIRFLOW__CORE__DAGS_FOLDER=$AIRFLOW_DAGS AIRFLOW__CORE__LOAD_EXAMPLES=False \
		"$CW_AIRFLOW_VENV/bin/python" "$EXAMPLES/airflow/check_dags.py"
}

check() {
	local status=0
	read_settings
	ctl validate -f "$CONNECTORS" || status=1
	ctl apply -f "$CONNECTORS" --diff --dry-run || status=1
	check_dags || status=1
	return $status
}

apply() { ctl apply -f "$CONNECTORS" --diff --wait; }

# contents FOLDER: a text that is another one when a file in it is. Files that are gone before they are looked at, and
# those that editors have for themselves, are none.
contents() {
	{
		find "$1" -ignore_readdir_race -type f ! -name '*.pyc' ! -name '*~' ! -name '.*.sw?' ! -name '.#*' \
			! -name '#*#' ! -name 4913 -printf '%P %T@ %s\n' || :
	} 2>/dev/null | sort
}

# parsed_since TIME: Airflow's scheduler has read every DAG after that (UTC, as in 2026-01-21T22:23:40).
parsed_since() {
	local oldest
	oldest=$(json -u admin:admin "http://127.0.0.1:$AIRFLOW_PORT/api/v1/dags?limit=1000" |
		jq -r '[.dags[].last_parsed_time // ""] | min') && [[ $oldest > $1 ]]
}

# What has been edited among the connectors' files is checked as a whole before any of it is applied.
connectors_edited() {
	say 'connectors: edited'
	if ctl validate -f "$CONNECTORS" && apply; then say 'connectors: live'; else say 'connectors: as before'; fi
}

dags_edited() {
	local now
	now=$(date -u +%FT%T)
	say 'DAGs: edited'
	if ! check_dags; then
		say 'DAGs: not right; Airflow goes on with those that can be imported'
	elif wait_until 60 parsed_since "$now"; then
		say 'DAGs: live'
	else
		say 'DAGs: Airflow has not read all of them within 60 s'
	fi
}

watch() {
	local connectors dags found
	read_settings
	connectors=$(contents "$CONNECTORS") dags=$(contents "$AIRFLOW_DAGS")
	trap 'exit 0' INT TERM
	say "watching $CONNECTORS and $AIRFLOW_DAGS"
	while sleep 0.5; do
		found=$(contents "$CONNECTORS")
		[ "$found" = "$connectors" ] || { connectors=$found; connectors_edited; }
		found=$(contents "$AIRFLOW_DAGS")
		[ "$found" = "$dags" ] || { dags=$found; dags_edited; }
	done
}

status() {
	local s
	read_settings
	for s in "${SERVERS[@]}"; do stack status | grep "^$s:"; done
	if worker_runs; then
		echo 'worker: running'
		ctl get connectors
	else
		echo 'worker: stopped'
	fi
	echo
	addresses
}

down() {
	end worker
	[ ! -d "$RUN/stack" ] || stack stop
}

case ${1-} in
up) up ;;
check) check ;;
apply) read_settings; apply ;;
watch) watch ;;
status) status ;;
down) down ;;
purge) down; rm -rf "$RUN" "$CONNECTORS" ;;
-h | --help) usage ;;
*) usage >&2; exit 2 ;;
esac
