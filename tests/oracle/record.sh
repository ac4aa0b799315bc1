#!/usr/bin/env bash
# What Apache Kafka Connect's own classes make of the cases of this folder (see README.md).
#
#   record.sh               makes the cases anew (generate.py) and records them in cases/
#   record.sh --check       makes and records them in a temporary folder; exit 1 when that differs from cases/
#
# Needs python3, maven and a JDK 17 (its text of floating point numbers is part of what is recorded). The jars of
# pom.xml are kept in $STACK_HOME/oracle (STACK_HOME is ${XDG_CACHE_HOME:-~/.cache}/connect-worker/stack).
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
STACK_HOME=${STACK_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/connect-worker/stack}
export LIB_DIR=$STACK_HOME/oracle RUN_DIR=$STACK_HOME/oracle
# shellcheck source=tests/stack/services/common.sh
. "$HERE/../stack/services/common.sh"

check=0
case ${1-} in
'') ;;
--check) check=1 ;;
*) sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d'; exit 2 ;;
esac

need javac default-jdk-headless
java=$(javac -version)
[[ $java == 'javac 17'* ]] || { echo "record.sh: a JDK 17 is needed, there is $java" >&2; exit 1; }

WORK=$(mktemp -d "${TMPDIR:-/tmp}/oracle.XXXXXX")
trap 'rm -rf "$WORK"' EXIT

mkdir -p "$LIB_DIR" "$WORK/classes" "$WORK/cases" "$WORK/recorded"
exec 9>"$STACK_HOME/lock"
flock 9
installed "$HERE/pom.xml" || {
	fetch_jars "$HERE/pom.xml"
	mark_installed "$HERE/pom.xml"
}
flock -u 9

javac --release 17 -Xlint:all -Werror -cp "$LIB_DIR/lib/*" -d "$WORK/classes" "$HERE"/java/*.java
python3 -B "$HERE/generate.py" "$WORK/cases"
# The names of months are read in the process's language.
for cases in "$WORK"/cases/*.jsonl; do
	java -Xmx256m -XX:+UseSerialGC -Dfile.encoding=UTF-8 -Duser.language=en -Duser.country=US \
		-cp "$WORK/classes:$LIB_DIR/lib/*" Oracle <"$cases" >"$WORK/recorded/${cases##*/}"
done

if [ "$check" = 1 ]; then
	diff -rq "$HERE/cases" "$WORK/recorded"
	echo "the recorded cases are what Kafka Connect does"
else
	rm -f "$HERE"/cases/*.jsonl
	mv "$WORK"/recorded/*.jsonl "$HERE/cases/"
fi
