# shellcheck shell=bash
# The reference: an Apache Kafka Connect worker in distributed mode, on the broker of the service kafka, which is started
# first. Its state is in the broker's topics stack-connect-config, -offsets and -status.
#   CONNECT_PORT (18083)   REST, on 127.0.0.1
#   CONNECT_HEAP (512m)
# Its connectors are RecordSink and RecordSource, as tests/connectors has them for connect-worker, and JsonSink, for
# tests/bench.
: "${CONNECT_PORT:=18083}" "${CONNECT_HEAP:=512m}" "${KAFKA_PORT:=9092}"
SRC=$STACK_DIR/services/connect

addresses() { echo "CW_CONNECT_PORT=$CONNECT_PORT"; }

install() {
	local sources=("$SRC/JsonSink.java" "$SRC/RecordSink.java" "$SRC/RecordSource.java" "$SRC/Values.java")
	installed "$SRC/pom.xml" "${sources[@]}" && return
	fetch_jars "$SRC/pom.xml"
	rm -rf "$LIB_DIR/plugins"
	mkdir -p "$LIB_DIR/classes/META-INF/services" "$LIB_DIR/plugins/records"
	javac --release 17 -cp "$LIB_DIR/lib/*" -d "$LIB_DIR/classes" "${sources[@]}"
	# What a worker finds with plugin.discovery=service_load.
	printf '%s\n' RecordSink JsonSink >"$LIB_DIR/classes/META-INF/services/org.apache.kafka.connect.sink.SinkConnector"
	echo RecordSource >"$LIB_DIR/classes/META-INF/services/org.apache.kafka.connect.source.SourceConnector"
	jar cf "$LIB_DIR/plugins/records/records.jar" -C "$LIB_DIR/classes" .
	mark_installed "$SRC/pom.xml" "${sources[@]}"
}

prepare() {
	cat >connect.properties <<CONFIG
bootstrap.servers=127.0.0.1:$KAFKA_PORT
group.id=stack-connect
listeners=http://127.0.0.1:$CONNECT_PORT
rest.advertised.host.name=127.0.0.1
plugin.path=$LIB_DIR/plugins
plugin.discovery=service_load
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.storage.StringConverter
config.storage.topic=stack-connect-config
offset.storage.topic=stack-connect-offsets
status.storage.topic=stack-connect-status
config.storage.replication.factor=1
offset.storage.replication.factor=1
status.storage.replication.factor=1
offset.storage.partitions=1
status.storage.partitions=1
offset.flush.interval.ms=1000
scheduled.rebalance.max.delay.ms=0
CONFIG
}

run() {
	TZ=UTC exec java -Xms128m "-Xmx$CONNECT_HEAP" -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true \
		-Dfile.encoding=UTF-8 -Duser.language=en -Duser.country=US \
		"-Dlog4j2.configurationFile=$STACK_DIR/services/kafka/log4j2.properties" -cp "$LIB_DIR/lib/*" \
		org.apache.kafka.connect.cli.ConnectDistributed connect.properties
}

ready() { http_get "$CONNECT_PORT" /connectors | grep -q '200 OK'; }
