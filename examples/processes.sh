# shellcheck shell=bash
# Shared by quickstart.sh and platform.sh: building the worker, and processes in the background. Sourced after
# tests/lib/shell.sh, with TOP, HOME_DIR (what is made), PREFIX, RUN (state, logs, process ids) and die().

json() { curl -fsS -H 'Content-Type: application/json' "$@"; }

# spawn NAME COMMAND...: in the background, its output in a log, its process id and start time noted.
spawn() {
	local name=$1
	shift
	setsid "$@" >"$RUN/$name.log" 2>&1 </dev/null &
	echo "$! $(started_at $!)" >"$RUN/$name.pid"
}

# Ends what spawn() started under that name, if it is still that process.
end() {
	local pid start
	[ -r "$RUN/$1.pid" ] || return 0
	read -r pid start <"$RUN/$1.pid"
	if [ -n "$start" ] && [ "$(started_at "$pid")" = "$start" ]; then
		kill -TERM "$pid"
		wait_until 20 ended "$pid" "$start" || kill -KILL "$pid"
	fi
	rm -f "$RUN/$1.pid"
}

ended() { [ "$(started_at "$1")" != "$2" ]; }

# answers NAME URL: what spawn() started under that name answers there; dies when it has ended.
answers() {
	local pid start
	if [ -r "$RUN/$1.pid" ]; then
		read -r pid start <"$RUN/$1.pid"
		! ended "$pid" "$start" || die "$1 ended"
	fi
	json "$2" >"$RUN/answer" 2>&1
}

build() {
	local src=$HOME_DIR/src obj=$HOME_DIR/obj
	copy_tree "$TOP" "$src"
	mkdir -p "$obj"
	{
		[ -x "$src/configure" ] && [ "$src/configure" -nt "$src/configure.ac" ] || (cd "$src" && autoreconf -i)
		[ -s "$obj/Makefile" ] || (cd "$obj" && "$src/configure" -q --prefix="$PREFIX")
		make -s -C "$obj" -j"$(nproc)" install
	} >"$HOME_DIR/build.log" 2>&1 || { tail -n 30 "$HOME_DIR/build.log" >&2; die "the build failed: $HOME_DIR/build.log"; }
}

# port WANTED: that one when it is free, any other that is when it is not.
port() {
	if port_taken "$1"; then free_ports 1; else echo "$1"; fi
}

# run_worker URL BROKER: a worker that listens there, its log $RUN/worker.log; BROKER may be --embedded.
run_worker() {
	local broker=(--embedded)
	cat >"$RUN/worker.properties" <<PROPERTIES
listeners=$1
offset.storage.file.filename=$RUN/connect.db
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.storage.StringConverter
offset.flush.interval.ms=1000
PROPERTIES
	if [ "$2" != --embedded ]; then
		echo "bootstrap.servers=$2" >>"$RUN/worker.properties"
		broker=()
	fi
	spawn worker "$PREFIX/bin/connect-worker" "${broker[@]}" "$RUN/worker.properties"
	wait_until 20 answers worker "$1/health" || die "the worker does not answer at $1"
}
