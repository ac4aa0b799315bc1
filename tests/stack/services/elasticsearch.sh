# shellcheck shell=bash
# One Elasticsearch 7.17 node over plain HTTP on 127.0.0.1, from its Maven artifacts. It has no
# security, data streams, ingest processors nor painless: those modules are not in Maven.
#   ELASTICSEARCH_PORT (9201), ELASTICSEARCH_HEAP (1g)
# Data is kept in $STACK_RUN/elasticsearch/data over a restart.
: "${ELASTICSEARCH_PORT:=9201}" "${ELASTICSEARCH_HEAP:=1g}"
SRC=$STACK_DIR/services/elasticsearch
# shellcheck disable=SC2034
HTTP_PORT=$ELASTICSEARCH_PORT

addresses() { echo "CW_ELASTICSEARCH=http://127.0.0.1:$ELASTICSEARCH_PORT"; }

install() {
	installed "$SRC/pom.xml" "$SRC/ElasticsearchServer.java" && return
	fetch_jars "$SRC/pom.xml"
	compile "$SRC/ElasticsearchServer.java"
	mark_installed "$SRC/pom.xml" "$SRC/ElasticsearchServer.java"
}

prepare() {
	mkdir -p config
	cp "$SRC/log4j2.properties" config/
	search_settings >config/elasticsearch.yml
}

run() {
	export ES_PATH_CONF=$RUN_DIR/config
	search_run ElasticsearchServer "$ELASTICSEARCH_HEAP"
}

ready() { search_ready; }
