# shellcheck shell=bash
# Apache Airflow on SQLite, one task at a time: scheduler, triggerer and web server on 127.0.0.1.
#   AIRFLOW_PORT (18080), AIRFLOW_USER / AIRFLOW_PASSWORD (admin / admin)
#   AIRFLOW_DAGS ($RUN_DIR/dags)   the folder with DAGs
# AIRFLOW_CONN_* and AIRFLOW__* are passed on. $STACK_RUN/airflow/airflow is the command line with the same
# settings, also when the servers do not run: $STACK_RUN/airflow/airflow dags test DAG_ID
: "${AIRFLOW_PORT:=18080}" "${AIRFLOW_USER:=admin}" "${AIRFLOW_PASSWORD:=admin}" "${AIRFLOW_DAGS:=$RUN_DIR/dags}"
SRC=$STACK_DIR/services/airflow

addresses() {
	echo "CW_AIRFLOW=http://127.0.0.1:$AIRFLOW_PORT"
	echo "CW_AIRFLOW_VENV=$LIB_DIR/venv"
}

install() {
	installed "$SRC/requirements.txt" "$SRC/constraints.txt" && return
	need python3 python3-venv
	rm -rf "$LIB_DIR/venv" "$LIB_DIR/.stamp"
	python3 -m venv "$LIB_DIR/venv"
	"$LIB_DIR/venv/bin/pip" install -q --disable-pip-version-check -r "$SRC/requirements.txt" -c "$SRC/constraints.txt"
	mark_installed "$SRC/requirements.txt" "$SRC/constraints.txt"
}

# The command line, and its database with the user of the web server.
prepare() {
	mkdir -p "$AIRFLOW_DAGS"
	{
		echo '#!/bin/sh'
		printf 'export AIRFLOW_VENV="%s" AIRFLOW_HOME="%s" AIRFLOW_DAGS="%s"\n' "$LIB_DIR/venv" "$RUN_DIR" "$AIRFLOW_DAGS"
		# shellcheck disable=SC2016
		printf 'exec "%s" "$@"\n' "$SRC/airflow"
	} >airflow
	chmod +x airflow
	{
		./airflow db migrate
		./airflow users create -r Admin -u "$AIRFLOW_USER" -p "$AIRFLOW_PASSWORD" -f Stack -l Admin \
			-e "$AIRFLOW_USER@localhost"
	} >prepare.log 2>&1 || { tail -n 20 prepare.log >&2; return 1; }
}

# The three end with this shell, however that ends, and it ends with the first of them.
run() {
	local one=(setpriv --pdeathsig TERM ./airflow)
	# shellcheck disable=SC2046
	trap 'trap - TERM; kill $(jobs -p); wait; exit 0' TERM
	rm -f ./*.pid
	"${one[@]}" scheduler --skip-serve-logs &
	"${one[@]}" triggerer --skip-serve-logs &
	"${one[@]}" webserver --hostname 127.0.0.1 --port "$AIRFLOW_PORT" --workers 1 --access-logfile /dev/null &
	wait -n || :
	# shellcheck disable=SC2046
	kill $(jobs -p)
	wait
	return 1
}

ready() {
	local answer
	answer=$(http_get "$AIRFLOW_PORT" /health)
	[ "$(grep -o '"status": *"healthy"' <<<"$answer" | wc -l)" -ge 3 ]
}
