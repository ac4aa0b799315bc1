#!/bin/sh
# Compares the options in each program's --help with those in its manual page.
set -eu
man=${srcdir:-.}/man
bad=0

# options FILE: the long options that a text names, each once, without those of other programs.
options() { grep -oE '(^|[^a-z0-9-])--[a-z][a-z-]*' "$1" | grep -oE -- '--[a-z-]+' | sort -u; }

compare() { # PROGRAM PAGE
	"./$1" --help >"test_man.$1.help"
	sed 's/\\-/-/g; s/\\f[A-Z]//g' "$man/$2" >"test_man.$1.page"
	options "test_man.$1.help" >"test_man.$1.a"
	options "test_man.$1.page" >"test_man.$1.b"
	if ! diff "test_man.$1.a" "test_man.$1.b" >"test_man.$1.diff"; then
		echo "$1 --help (<) and $2 (>) do not name the same options:"
		cat "test_man.$1.diff"
		bad=1
	fi
	rm -f "test_man.$1."*
}

compare connect-worker connect-worker.8
compare connect-host connect-host.8
compare workerctl workerctl.1
compare connect-devstore connect-devstore.1
exit $bad
