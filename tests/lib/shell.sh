# shellcheck shell=bash
# Shared by tests/run.sh, tests/bench and examples/quickstart.sh; sourced by bash.

# What a fresh Debian 12 needs: to build, and for the real servers (tests/stack).
# shellcheck disable=SC2034
PACKAGES_BUILD='gcc make autoconf automake libtool pkg-config libc6-dev librdkafka-dev libcurl4-openssl-dev
	libjansson-dev libmicrohttpd-dev libgnutls28-dev libcrypt-dev libsqlite3-dev libpcre2-dev zlib1g-dev libcunit1-dev
	python3-yaml tzdata'
# shellcheck disable=SC2034
PACKAGES_SERVERS='default-jdk-headless maven openssl ca-certificates curl python3-venv'
# shellcheck disable=SC2034
PACKAGES_LINTERS='docker-compose shellcheck rpm rpmlint'

POLL_S=0.1

# Seconds since this script started, with a tenth.
elapsed() {
	local now=${EPOCHREALTIME/[.,]/}
	local tenths=$(((now - STARTED_US) / 100000))
	echo "$((tenths / 10)).$((tenths % 10))"
}
STARTED_US=${EPOCHREALTIME/[.,]/}

# One line of progress.
say() { printf '[%6s s] %s\n' "$(elapsed)" "$*"; }

# install_packages PACKAGE...: those that are missing, with apt-get, as root or through sudo.
install_packages() {
	local missing=() p root=()
	for p in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing: ${missing[*]}"
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || { echo "run as root or install sudo: packages are missing: ${missing[*]}" >&2; return 1; }
		root=(sudo)
	fi
	"${root[@]}" apt-get update -q >/dev/null
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
}

# copy_tree FROM TO: the files of the tree without what was built in it, which .gitignore names: make would
# take it from there instead of building it.
copy_tree() {
	local line excludes=(--no-wildcards-match-slash --exclude=./.git)
	mkdir -p "$2"
	if git -C "$1" rev-parse --show-toplevel 2>/dev/null | grep -qxF "$1"; then
		(cd "$1" && git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' f; do
			[ ! -e "$f" ] || printf '%s\0' "$f"
		done | tar -cf - --null --no-recursion -T -) | tar -xf - -C "$2"
		return
	fi
	while IFS= read -r line; do
		case $line in
		'' | '#'* | '!'*) ;;
		/*) excludes+=(--anchored --exclude=".${line%/}") ;;
		*) excludes+=(--no-anchored --exclude="${line%/}") ;;
		esac
	done <"$1/.gitignore"
	tar -cf - -C "$1" "${excludes[@]}" . | tar -xf - -C "$2"
}

# port_taken PORT: something listens on that TCP port of 127.0.0.1.
port_taken() { (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Start time of a process in clock ticks since boot, which with its id names it for good; nothing when it is
# gone or a zombie.
started_at() {
	[ ! -r "/proc/$1/stat" ] || sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'
}

# free_ports N: N TCP ports of 127.0.0.1 on which nothing listens, one a line.
free_ports() {
	local n=$1 port taken=' '
	while [ "$n" -gt 0 ]; do
		# below the range that the system gives to outgoing connections
		port=$((10000 + (RANDOM * 32768 + RANDOM) % 20000))
		case $taken in *" $port "*) continue ;; esac
		! port_taken "$port" || continue
		taken="$taken$port "
		echo "$port"
		n=$((n - 1))
	done
}

# wait_until SECONDS COMMAND...: 0 as soon as COMMAND succeeds, 1 when it did not in that time.
wait_until() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep "$POLL_S"
	done
}

# stack_ports: exports free ports for every service of tests/stack.
stack_ports() {
	local p
	mapfile -t p < <(free_ports 16)
	export KAFKA_PORT=${p[0]} KAFKA_SASL_SSL_PORT=${p[1]} KAFKA_CONTROLLER_PORT=${p[2]} \
		OPENSEARCH_PORT=${p[3]} ELASTICSEARCH_PORT=${p[4]} CONNECT_PORT=${p[5]} SCHEMA_REGISTRY_PORT=${p[6]} \
		AWS_PORT=${p[7]} AIRFLOW_PORT=${p[8]} MWAA_PORT=${p[9]} KAFKA_CLUSTER_PORTS="${p[*]:10:6}"
}
