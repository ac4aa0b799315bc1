# shellcheck shell=bash
# A schema registry with Confluent's API on 127.0.0.1: Apicurio Registry, its API ccompat/v7.
#   SCHEMA_REGISTRY_PORT (18081), SCHEMA_REGISTRY_HEAP (256m)
# Schemas are kept in $STACK_RUN/schema-registry/data over a restart. As in Confluent's, a new version of a schema
# must be able to read what the one before wrote, unless a subject says otherwise. It needs no Kafka.
: "${SCHEMA_REGISTRY_PORT:=18081}" "${SCHEMA_REGISTRY_HEAP:=256m}"
# The newest that runs on Java 17.
VERSION=3.0.9

addresses() { echo "CW_SCHEMA_REGISTRY=http://127.0.0.1:$SCHEMA_REGISTRY_PORT/apis/ccompat/v7"; }

install() {
	local out this=$STACK_DIR/services/schema-registry.sh
	installed "$this" && return
	need mvn maven
	rm -rf "${LIB_DIR:?}/app" "$LIB_DIR/.stamp"
	mkdir -p "$LIB_DIR/app"
	# "get" with "dest", which only plugins 2.x have: it does without the artifact's parent.
	out=$(mvn -q -B -ntp -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:2.8:get \
		"-Dartifact=io.apicurio:apicurio-registry-app:$VERSION:tar.gz:all" -Dtransitive=false \
		"-Ddest=$LIB_DIR/app.tar.gz" 2>&1) || { echo "$out" >&2; return 1; }
	tar -xzf "$LIB_DIR/app.tar.gz" -C "$LIB_DIR/app"
	rm "$LIB_DIR/app.tar.gz"
	mark_installed "$this"
}

prepare() { :; }

run() {
	export QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=$SCHEMA_REGISTRY_PORT
	export APICURIO_STORAGE_KIND=sql APICURIO_STORAGE_SQL_KIND=h2
	export APICURIO_DATASOURCE_URL="jdbc:h2:file:$RUN_DIR/data/registry"
	export APICURIO_RULES_GLOBAL_COMPATIBILITY=BACKWARD
	exec java "-Xmx$SCHEMA_REGISTRY_HEAP" -XX:+UseSerialGC -jar "$LIB_DIR"/app/apicurio-registry-app-*-runner.jar
}

ready() {
	local answer
	answer=$(http_get "$SCHEMA_REGISTRY_PORT" /apis/ccompat/v7/subjects)
	[[ $answer == 'HTTP/1.'?' 200'* ]]
}
