#!/usr/bin/env bash
# deb_check.sh FOLDER [BROKER]: the packages in FOLDER are clean, and are installed, used, upgraded, removed and purged
# on this Debian as they would be elsewhere. Root, and mount(2): all of it happens in an overlay that nobody else sees
# and that is gone afterwards.
set -euo pipefail
DEBS=$(cd "$1" && pwd) BROKER=${2-}

fail() { echo "deb_check: $*" >&2; exit 1; }

if [ -z "${CW_DEB_ROOT-}" ]; then
	lintian --allow-root -E --pedantic --fail-on error,warning,info,pedantic "$DEBS"/*.deb || fail 'lintian complains'
	CW_DEB_ROOT=$(mktemp -d "${TMPDIR:-/tmp}/connect-worker-root.XXXXXX")
	export CW_DEB_ROOT
	trap 'rmdir "$CW_DEB_ROOT"' EXIT
	unshare -m "$0" "$@"
	exit
fi

# inside COMMAND...: on the system that is only ours.
inside() { chroot root "$@"; }

# The same, and its output only when it fails.
quietly() { inside "$@" >log 2>&1 || { cat log >&2; fail "$*"; }; }

# Every file and folder that is not on the machine as it was, but for what dpkg and systemd note of any package.
left() {
	(cd up && find . -mindepth 1 ! -type c \( ! -type d -o -empty \) -path '*connect*worker*') | sort
}

mount -t tmpfs tmpfs "$CW_DEB_ROOT"
cd "$CW_DEB_ROOT"
mkdir up work root
mount -t overlay overlay -o lowerdir=/,upperdir=up,workdir=work root
for f in proc dev; do mount --rbind "/$f" "root/$f"; done
mkdir root/tmp/debs
mount --bind "$DEBS" root/tmp/debs
# As on a system that has not it yet.
inside dpkg --purge connect-worker workerctl connect-worker-dev >/dev/null 2>&1 || :

# Packages that connect-worker is told to have, such as systemd, are there: tests/run.sh installs them.
quietly sh -c 'DEBIAN_FRONTEND=noninteractive dpkg -i /tmp/debs/*.deb'
inside getent passwd connect-worker >/dev/null || fail 'there is no user connect-worker'
[ "$(inside stat -c "%U %a" /var/lib/connect-worker)" = "connect-worker 750" ] || fail "the folder of states is not right"
inside systemd-analyze verify --man=no connect-worker.service || fail 'systemd-analyze verify'
echo '#include <connect-worker/connector.h>' >root/tmp/include.c
inside sh -c 'gcc -fsyntax-only $(pkg-config --cflags connect-worker) /tmp/include.c' || fail 'the header is not found'

worker=''
trap '[ -z "$worker" ] || kill -KILL "$worker"' EXIT

# The service's own command, as its user, with the folders of the package.
start() {
	chroot root setpriv --reuid connect-worker --regid connect-worker --clear-groups \
		/usr/bin/connect-worker /etc/connect-worker/connect-worker.properties >worker.log 2>&1 &
	worker=$!
	for _ in $(seq 100); do
		inside workerctl -q get connectors >/dev/null 2>&1 && return
		sleep 0.1
	done
	cat worker.log >&2
	fail 'the worker does not answer'
}

stop() {
	kill -TERM "$worker"
	wait "$worker" && worker='' || { cat worker.log >&2; fail 'the worker did not end as asked'; }
}

if [ -n "$BROKER" ]; then
	port=$((20000 + RANDOM % 10000))
	printf '%s\n' "bootstrap.servers=$BROKER" "listeners=http://127.0.0.1:$port" \
		value.converter=org.apache.kafka.connect.storage.StringConverter \
		key.converter=org.apache.kafka.connect.storage.StringConverter >root/etc/connect-worker/connect-worker.properties
	export CONNECT_URL=http://127.0.0.1:$port
	topic=deb-$port-$RANDOM
	printf '%s' "{\"name\": \"source\", \"config\": {\"connector.class\": \"SyntheticLogSource\", \"topic\": \"$topic\",
		\"count\": \"1000\", \"tasks.max\": \"2\"}}" >root/tmp/source.json
	start
	inside workerctl apply -f /tmp/source.json --wait >/dev/null
	for _ in $(seq 100); do
		offsets=$(inside workerctl -o json get offsets source 2>/dev/null || :)
		[ "$(grep -o '"record": *500' <<<"$offsets" | wc -l)" = 2 ] && break
		sleep 0.1
	done
	[ "$(grep -o '"record": *500' <<<"$offsets" | wc -l)" = 2 ] || fail "not every record was acknowledged: $offsets"
	stop
fi

# An upgrade keeps what the administrator has made, and a worker that starts goes on from its state.
quietly sh -c 'dpkg -i /tmp/debs/*.deb'
if [ -n "$BROKER" ]; then
	start
	inside workerctl get connectors | grep -q source || fail 'the connector is gone after the upgrade'
	stop
	inside dpkg --remove connect-worker >/dev/null 2>&1
	[ -s root/var/lib/connect-worker/connect.db ] || fail 'the state is gone after a removal'
fi
quietly dpkg --purge connect-worker workerctl connect-worker-dev
! inside getent passwd connect-worker >/dev/null || fail 'the user is left'
[ -z "$(left)" ] || fail "left after the purge: $(left)"
echo 'packages: clean, installed, upgraded, removed, purged'
