# shellcheck shell=bash
# Shared by the services; sourced after LIB_DIR and RUN_DIR are set.

# need PROGRAM PACKAGE: says what to install when a program is missing.
need() { command -v "$1" >/dev/null || { echo "$1 not found (Debian package: $2)" >&2; return 1; }; }

# installed FILE...: whether $LIB_DIR was made from exactly these files; mark_installed says that it was.
installed() { [ "$(cat "$LIB_DIR/.stamp" 2>/dev/null)" = "$(cat "$@" | sha256sum)" ]; }
mark_installed() { cat "$@" | sha256sum >"$LIB_DIR/.stamp"; }

# fetch_jars POM: puts POM's class path into $LIB_DIR/lib.
fetch_jars() {
	local out
	need mvn maven
	need javac default-jdk-headless
	rm -rf "${LIB_DIR:?}/lib" "$LIB_DIR/classes" "$LIB_DIR/.stamp"
	out=$(mvn -q -B -ntp -Dstyle.color=never -f "$1" \
		org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DincludeScope=runtime \
		-DoutputDirectory="$LIB_DIR/lib" 2>&1) || { echo "$out" >&2; return 1; }
}

# compile FILE.java: into $LIB_DIR/classes, against $LIB_DIR/lib.
compile() { javac --release 17 -cp "$LIB_DIR/lib/*" -d "$LIB_DIR/classes" "$1"; }

# A search server's own settings; HTTP_PORT is its port.
search_settings() {
	cat <<SETTINGS
cluster.name: stack
discovery.type: single-node
network.host: 127.0.0.1
http.port: $HTTP_PORT
transport.port: 0
cluster.routing.allocation.disk.threshold_enabled: false
SETTINGS
}

# search_run CLASS HEAP: execs a search server whose home is $RUN_DIR.
search_run() {
	mkdir -p "$RUN_DIR/tmp"
	exec java "-Xms$2" "-Xmx$2" -XX:+UseG1GC \
		-Djava.io.tmpdir="$RUN_DIR/tmp" -Dfile.encoding=UTF-8 -Djava.awt.headless=true \
		-Dio.netty.noUnsafe=true -Dio.netty.noKeySetOptimization=true \
		-Dio.netty.recycler.maxCapacityPerThread=0 -Dio.netty.allocator.numDirectArenas=0 \
		-Dlog4j.shutdownHookEnabled=false -Dlog4j2.disable.jmx=true \
		-cp "$LIB_DIR/classes:$LIB_DIR/lib/*" "$1" "$RUN_DIR"
}

search_ready() {
	local answer
	answer=$(http_get "$HTTP_PORT" '/_cluster/health?wait_for_status=yellow&timeout=1s')
	[[ $answer =~ \"status\":\"(green|yellow)\" ]]
}

# http_get PORT PATH: prints the answer, headers and all. (No curl: it may not be there.)
http_get() {
	local fd
	exec {fd}<>"/dev/tcp/127.0.0.1/$1"
	printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&"$fd"
	timeout 5 cat <&"$fd"
	exec {fd}>&-
}

# tls_make DIR: a CA (ca.pem) and a server's key and chain (server.pem) for localhost and 127.0.0.1.
tls_make() {
	[ -s "$1/server.pem" ] && return
	need openssl openssl
	rm -rf "$1" "$1.part"
	mkdir -p "$1.part"
	(
		cd "$1.part"
		umask 077
		openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 \
			-subj '/CN=stack test CA' -addext 'keyUsage=critical,keyCertSign,cRLSign'
		openssl req -new -newkey rsa:2048 -nodes -keyout key.pem -out server.csr -subj '/CN=localhost'
		printf '%s\n' 'subjectAltName=DNS:localhost,IP:127.0.0.1' 'basicConstraints=CA:FALSE' \
			'extendedKeyUsage=serverAuth' >ext
		openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile ext -out cert.pem
		cat key.pem cert.pem ca.pem >server.pem
		rm server.csr ext
	) 2>"$1.log" || { cat "$1.log" >&2; return 1; }
	rm -f "$1.log"
	mv "$1.part" "$1"
}
