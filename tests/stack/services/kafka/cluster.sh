# shellcheck shell=bash
# Three Apache Kafka brokers (KRaft, each with its controller) on 127.0.0.1, for fault tests: the services kafka-1,
# kafka-2 and kafka-3. None is ready before a second one runs: "stack launch" all, then "stack start" them.
#   KAFKA_CLUSTER_PORTS ("19092 19093 19094 19095 19096 19097")  PLAINTEXT of the brokers, then of their controllers
#   KAFKA_CLUSTER_HEAP (256m)                                    of each
# Topics have three replicas, of which two must have a record before it is acknowledged: they outlive any one broker.
# Leaders stay where they are until they are moved. A coordinator that could not note the end of a transaction, for want
# of replicas, tries again when a thread of its looks up, which without other transactions may take request.timeout.ms:
# 30 s by default, and for its producer all that time "another concurrent operation" goes on. Everybody may do everything, until somebody is denied it; the
# controllers are a user of their own, since their authorizer asks them what everybody may. The jars are those of the
# service kafka.
: "${KAFKA_CLUSTER_PORTS:=19092 19093 19094 19095 19096 19097}" "${KAFKA_CLUSTER_HEAP:=256m}"
SRC=$STACK_DIR/services/kafka
LIB_DIR=$STACK_HOME/kafka
read -ra PORTS <<<"$KAFKA_CLUSTER_PORTS"

port() { echo "127.0.0.1:${PORTS[$1 - 1]}"; }

addresses() { [ "$NODE" != 1 ] || echo "CW_KAFKA_CLUSTER=$(port 1),$(port 2),$(port 3)"; }

config() {
	cat <<CONFIG
process.roles=broker,controller
node.id=$NODE
controller.quorum.voters=1@$(port 4),2@$(port 5),3@$(port 6)
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listeners=PLAINTEXT://$(port "$NODE"),CONTROLLER://$(port $((NODE + 3)))
advertised.listeners=PLAINTEXT://$(port "$NODE")
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
sasl.mechanism.controller.protocol=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="broker-secret" user_broker="broker-secret";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:broker
allow.everyone.if.no.acl.found=true
log.dirs=$RUN_DIR/data
auto.create.topics.enable=true
auto.leader.rebalance.enable=false
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
replica.lag.time.max.ms=4000
request.timeout.ms=2000
default.replication.factor=3
min.insync.replicas=2
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.replication.factor=3
offsets.topic.num.partitions=6
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
transaction.state.log.num.partitions=6
share.coordinator.state.topic.replication.factor=3
share.coordinator.state.topic.min.isr=2
share.coordinator.state.topic.num.partitions=3
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
CONFIG
}

install() {
	installed "$SRC/pom.xml" && return
	fetch_jars "$SRC/pom.xml"
	mark_installed "$SRC/pom.xml"
}

# tool CLASS ARGUMENT...: one of the programs that come with Kafka.
tool() {
	java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$LIB_DIR/lib/*" \
		"-Dlog4j2.configurationFile=$SRC/log4j2.properties" -Dstack.log=error "$@"
}

prepare() {
	config >server.properties
	[ -e data/meta.properties ] || tool kafka.tools.StorageTool format -t c3RhY2sta2Fma2EtMDAwMw -c server.properties \
		>format.log 2>&1 || { cat format.log >&2; return 1; }
}

run() {
	exec java "-Xms$KAFKA_CLUSTER_HEAP" "-Xmx$KAFKA_CLUSTER_HEAP" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
		-XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true \
		"-Dlog4j2.configurationFile=$SRC/log4j2.properties" -cp "$LIB_DIR/lib/*" kafka.Kafka server.properties
}

# The broker opens its ports before it serves: its own line says when it does.
ready() {
	grep -q 'Kafka Server started' "$STACK_RUN/kafka-$NODE.log"
	: <>"/dev/tcp/127.0.0.1/${PORTS[$NODE - 1]}"
}
