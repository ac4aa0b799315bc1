#!/usr/bin/env bash
# What can be checked before anything is delivered; the workflows call it, and so do the tests.
#
#   examples/mwaa/check.sh lint   the CloudFormation template with cfn-lint, the workflows with actionlint, the Python
#                                 files with Python's own compiler
#   examples/mwaa/check.sh dags   a real Airflow imports every DAG: with no error and no warning
#
# What they need is downloaded once, as tests/stack/stack says: Python with venv, Go for actionlint.
set -euo pipefail
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
EXAMPLES=$TOP/examples
stack() { "$TOP/tests/stack/stack" "$@"; }

die() { echo "check.sh: $*" >&2; exit 1; }

# address NAME: one of `stack env`.
address() { local "$1"; eval "$(stack env | grep "^$1=")"; printf '%s\n' "${!1}"; }

lint() {
	local home status=0
	stack install linters
	home=$(address CW_LINTERS)
	AWS_DEFAULT_REGION=eu-central-1 "$home/venv/bin/cfn-lint" "$EXAMPLES/mwaa/platform.yaml" || status=1
	"$home/bin/actionlint" -color=false "$TOP"/.github/workflows/*.yml || status=1
	"$home/venv/bin/python" - "$EXAMPLES/airflow" "$EXAMPLES/mwaa" <<-'PYTHON' || status=1
		import pathlib
		import sys
		import warnings

		warnings.simplefilter("error")
		bad = 0
		for folder in sys.argv[1:]:
		    for path in sorted(pathlib.Path(folder).rglob("*.py")):
		        try:
		            compile(path.read_bytes(), str(path), "exec")
		        except (SyntaxError, ValueError) as error:
		            bad += 1
		            print("%s: %s" % (path, error), file=sys.stderr)
		sys.exit(bad > 0)
	PYTHON
	[ $status = 0 ] || die 'something is to be mended'
	echo 'lint: the template, the workflows and the Python files are fine'
}

dags() {
	local home venv
	stack install airflow
	venv=$(address CW_AIRFLOW_VENV)
	home=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$home'" EXIT
	export AIRFLOW_HOME=$home AIRFLOW__CORE__LOAD_EXAMPLES=False PYTHONDONTWRITEBYTECODE=1
	export AIRFLOW__CORE__DAGS_FOLDER=$EXAMPLES/airflow/dags AIRFLOW__CORE__PLUGINS_FOLDER=$EXAMPLES/airflow/plugins
	"$venv/bin/airflow" db migrate >"$home/migrate.log" 2>&1 ||
		{ cat "$home/migrate.log" >&2; die 'airflow db migrate failed'; }
	"$venv/bin/python" "$EXAMPLES/airflow/check_dags.py"
}

case ${1-} in
lint) lint ;;
dags) dags ;;
*) sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d' >&2; exit 2 ;;
esac
