#!/usr/bin/env bash
# install_check.sh BUILD FOLDER: what `make install` of BUILD puts where, with several prefixes and
# DESTDIRs, that it can be used from there by pkg-config, and that `make uninstall` takes all of it away.
set -euo pipefail
BUILD=$1 FOLDER=$2
mkdir -p "$FOLDER"

fail() { echo "install_check: $*" >&2; exit 1; }

# installed ROOT LIBDIR LIBEXECDIR PREFIX: whether everything is where it belongs.
installed() {
	local f
	for f in "$4/bin/connect-worker" "$4/bin/workerctl" "$4/bin/connect-devstore" "$3/connect-worker/connect-host" \
		"$2/connect-worker/synthetic-log.so" "$2/connect-worker/access-log-es.so" \
		"$4/include/connect-worker/connector.h" "$2/pkgconfig/connect-worker.pc" \
		"$4/share/man/man1/workerctl.1" "$4/share/man/man1/connect-devstore.1" "$4/share/man/man8/connect-worker.8" \
		"$4/share/bash-completion/completions/workerctl" "$4/share/zsh/site-functions/_workerctl" \
		"$4/share/fish/vendor_completions.d/workerctl.fish" \
		"$4/share/man/man5/connect-worker.properties.5" "$4/share/connect-worker/access-log-index-template.json" \
		"$4/lib/systemd/system/connect-worker.service" "$4/lib/sysusers.d/connect-worker.conf" \
		"$4/lib/tmpfiles.d/connect-worker.conf" "$4/share/connect-worker/openapi.yaml" \
		"$4/share/connect-worker/analytics/dashboard.ndjson" "$4/share/connect-worker/analytics/setup.sh" \
		"$4/share/connect-worker/analytics/queries/status.json"; do
		[ -e "$1$f" ] || fail "missing after install: $1$f; there is: $(cd "$1" && find . -type f | sort | tr '\n' ' ')"
	done
	[ -z "$(find "$1$2/connect-worker" -name '*.a')" ] || fail "a static library among the connectors"
}

# install_and_remove NAME VARIABLE=VALUE...: into DESTDIR FOLDER/NAME, check, then remove.
install_and_remove() {
	local root=$FOLDER/$1 prefix=/usr/local libdir='' libexecdir='' v
	shift
	for v in "$@"; do
		case $v in
		prefix=*) prefix=${v#*=} ;;
		libdir=*) libdir=${v#*=} ;;
		libexecdir=*) libexecdir=${v#*=} ;;
		esac
	done
	make -s -C "$BUILD" install DESTDIR="$root" "$@"
	installed "$root" "${libdir:-$prefix/lib}" "${libexecdir:-$prefix/libexec}" "$prefix"
	make -s -C "$BUILD" uninstall DESTDIR="$root" "$@"
	[ -z "$(find "$root" -type f -o -type l)" ] || fail "left after uninstall: $(find "$root" -type f -o -type l)"
}

install_and_remove usr prefix=/usr libdir=/usr/lib/some-triplet libexecdir=/usr/libexec sysconfdir=/etc
install_and_remove opt prefix=/opt/connect-worker
install_and_remove local prefix=/usr/local

# Into the configured prefix itself, and used from there.
make -s -C "$BUILD" install
prefix=$(sed -n 's/^prefix = //p' "$BUILD/Makefile")
installed '' "$prefix/lib" "$prefix/libexec" "$prefix"
for program in connect-worker workerctl connect-devstore; do
	"$prefix/bin/$program" --version | grep -q "$program" || fail "$program --version does not name itself"
	"$prefix/bin/$program" --help >/dev/null || fail "$program --help does not exit with 0"
done
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
[ "$(pkg-config --variable=plugindir connect-worker)" = "$prefix/lib/connect-worker" ] || fail 'plugindir of connect-worker.pc'
for language in 'c -std=c11' 'c++ -std=c++11'; do
	# shellcheck disable=SC2046,SC2086
	echo '#include <connect-worker/connector.h>' |
		gcc -x $language -Wall -Wextra -Wpedantic -Werror -fsyntax-only $(pkg-config --cflags connect-worker) - ||
		fail "the header does not compile with -x $language"
done
