#!/usr/bin/env bash
# deb_check.sh FOLDER [BROKER STORE TOPIC PORT]: the packages in FOLDER are clean, and are installed, used, upgraded, removed and
# purged on a bare Debian 12: the essential packages and what apt adds to them, taken from the mirror that apt has here.
# BROKER of Kafka and STORE, a URL of OpenSearch or Elasticsearch, are for a pipeline that moves records, through a TOPIC
# and an index of its name, neither of which is there; the worker listens on PORT.
# deb_check.sh --bare BASE: makes that Debian; CW_DEB_BASE=BASE uses it.
# Root, and mount(2): all of it happens in an overlay that nobody else sees and that is gone afterwards.
set -euo pipefail

fail() { echo "deb_check: $*" >&2; exit 1; }

bare() {
	mmdebstrap -q --mode=root --variant=minbase bookworm "$1" || fail 'there is no bare Debian'
	# How packages are reached from here, they are from there.
	apt-config dump | grep '^Acquire::' >"$1/etc/apt/apt.conf.d/90outside"
}

if [ "$1" = --bare ]; then
	bare "$2"
	exit
fi
DEBS=$(cd "$1" && pwd) BROKER=${2-} STORE=${3-} topic=${4-} port=${5-}

if [ -z "${CW_DEB_ROOT-}" ]; then
	lintian --allow-root -E --pedantic --fail-on error,warning,info,pedantic "$DEBS"/*.deb || fail 'lintian complains'
	CW_DEB_ROOT=$(mktemp -d "${TMPDIR:-/tmp}/connect-worker-root.XXXXXX")
	export CW_DEB_ROOT
	trap 'rm -rf "$CW_DEB_ROOT"' EXIT
	if [ -z "${CW_DEB_BASE-}" ]; then
		export CW_DEB_BASE=$CW_DEB_ROOT/base
		bare "$CW_DEB_BASE"
	fi
	mkdir "$CW_DEB_ROOT/mnt"
	unshare -m "$0" "$@"
	exit
fi

# inside COMMAND...: on the system that is only ours.
inside() { LC_ALL=C.UTF-8 chroot root "$@"; }

# The same, and its output only when it fails.
quietly() { inside "$@" >log 2>&1 || { cat log >&2; fail "$*"; }; }

# Every file and folder of ours that the installation has left, and what still speaks of it; of what systemd's and
# apt's programs write, the copies of the files before a change (passwd-) and what dpkg remembers are theirs.
left() {
	(cd up && {
		find . -mindepth 1 ! -type c \( ! -type d -o -empty \) -path '*connect*worker*'
		grep -rls connect-worker etc usr var/lib/systemd --exclude='*-' || :
	}) | grep -v '^./var/lib/dpkg/' | sort -u
}

mount -t tmpfs tmpfs "$CW_DEB_ROOT/mnt"
cd "$CW_DEB_ROOT/mnt"
mkdir up work root
mount -t overlay overlay -o "lowerdir=$CW_DEB_BASE,upperdir=up,workdir=work" root
for f in proc dev; do mount --rbind "/$f" "root/$f"; done
cp -L /etc/resolv.conf root/etc/resolv.conf
mkdir root/tmp/debs
mount --bind "$DEBS" root/tmp/debs

export DEBIAN_FRONTEND=noninteractive
quietly apt-get update -q
quietly sh -c 'apt-get install -y -q --no-install-recommends /tmp/debs/*.deb'
# log.timezone and the like; a container without it has no zones but UTC.
inside dpkg -s connect-worker | grep -q '^Depends:.*\<tzdata\>' || fail 'time zones are not among what it depends on'
inside getent passwd connect-worker >/dev/null || fail 'there is no user connect-worker'
[ "$(inside stat -c "%U %a" /var/lib/connect-worker)" = "connect-worker 750" ] ||
	fail "the folder of states is not right"
inside systemd-analyze verify --man=no connect-worker.service || fail 'systemd-analyze verify'
# With a compiler of outside: the packages alone have none.
pc=$(find root/usr/lib -name connect-worker.pc)
echo '#include <connect-worker/connector.h>' >include.c
# shellcheck disable=SC2046
gcc -fsyntax-only $(PKG_CONFIG_SYSROOT_DIR=$PWD/root PKG_CONFIG_LIBDIR=$(dirname "$pc") \
	PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 pkg-config --cflags connect-worker) include.c || fail 'the header is not found'

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
	wait "$worker" || { cat worker.log >&2; fail 'the worker did not end as asked'; }
	worker=
}

if [ -n "$BROKER" ]; then
	printf '%s\n' "bootstrap.servers=$BROKER" "listeners=http://127.0.0.1:$port" \
		value.converter=org.apache.kafka.connect.storage.StringConverter \
		key.converter=org.apache.kafka.connect.storage.StringConverter >root/etc/connect-worker/connect-worker.properties
	export CONNECT_URL=http://127.0.0.1:$port
	printf '%s' "{\"name\": \"source\", \"config\": {\"connector.class\": \"SyntheticLogSource\",
		\"topic\": \"$topic\", \"count\": \"1000\", \"tasks.max\": \"2\"}}" >root/tmp/source.json
	printf '%s' "{\"name\": \"sink\", \"config\": {\"connector.class\": \"AccessLogElasticsearchSink\",
		\"topics\": \"$topic\", \"connection.url\": \"$STORE\", \"index\": \"$topic\",
		\"run.until\": \"end\"}}" >root/tmp/sink.json
	start
	# One after the other: the sink takes what there is when it starts.
	for name in source sink; do
		inside workerctl apply -f "/tmp/$name.json" >log 2>&1 || { cat log >&2; fail "apply $name"; }
		inside workerctl wait "$name" --for=COMPLETED --timeout=60 >log 2>&1 ||
			{ cat log >&2; fail "$name is not COMPLETED"; }
	done
	curl -fsS -X POST "$STORE/$topic/_refresh" >/dev/null
	documents=$(curl -fsS "$STORE/$topic/_count" | sed 's/.*"count":\([0-9]*\).*/\1/')
	curl -fsS -X DELETE "$STORE/$topic" >/dev/null
	curl -fsS -X DELETE "$STORE/_index_template/$topic" >/dev/null
	[ "$documents" = 1000 ] || fail "1000 lines became $documents documents"
	stop
fi

# An upgrade keeps what the administrator has made, and a worker that starts goes on from its state.
quietly sh -c 'apt-get install -y -q --reinstall /tmp/debs/*.deb'
if [ -n "$BROKER" ]; then
	start
	inside workerctl get connectors | grep -q source || fail 'the connector is gone after the upgrade'
	stop
	quietly apt-get remove -y -q connect-worker
	[ -s root/var/lib/connect-worker/connect.db ] || fail 'the state is gone after a removal'
fi
quietly apt-get purge -y -q connect-worker workerctl connect-worker-dev
! inside getent passwd connect-worker >/dev/null || fail 'the user is left'
[ -z "$(left)" ] || fail "left after the purge: $(left)"
echo 'packages: clean, installed, upgraded, removed, purged'
