#!/usr/bin/env bash
# Builds, and tests what is around the worker: the DAGs of examples/airflow with a real Airflow, examples/platform.sh,
# delivery to MWAA, the Debian packages and the image in a bare Debian, the commands of docs/.
#
#   tests/platform.sh [--long] [--keep] [PATTERN...]
#
# The same as tests/run.sh --only platform, which explains the options; --long moves 100,000 lines twice.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/run.sh" --only platform "$@"
