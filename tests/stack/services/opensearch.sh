# shellcheck shell=bash
# One OpenSearch node over plain HTTP on 127.0.0.1, from its Maven artifacts.
#   OPENSEARCH_PORT (9200), OPENSEARCH_HEAP (1g)
# Data is kept in $STACK_RUN/opensearch/data over a restart.
: "${OPENSEARCH_PORT:=9200}" "${OPENSEARCH_HEAP:=1g}"
SRC=$STACK_DIR/services/opensearch
# shellcheck disable=SC2034
HTTP_PORT=$OPENSEARCH_PORT

addresses() { echo "CW_OPENSEARCH=http://127.0.0.1:$OPENSEARCH_PORT"; }

install() {
	installed "$SRC/pom.xml" "$SRC/OpenSearchServer.java" && return
	fetch_jars "$SRC/pom.xml"
	compile "$SRC/OpenSearchServer.java"
	mark_installed "$SRC/pom.xml" "$SRC/OpenSearchServer.java"
}

prepare() {
	mkdir -p config
	cp "$SRC/log4j2.properties" config/
	search_settings >config/opensearch.yml
}

run() {
	export OPENSEARCH_PATH_CONF=$RUN_DIR/config
	search_run OpenSearchServer "$OPENSEARCH_HEAP"
}

ready() { search_ready; }
