# shellcheck shell=bash
# One Apache Kafka broker (KRaft, its own controller) on 127.0.0.1.
#   KAFKA_PORT (9092)             PLAINTEXT
#   KAFKA_SASL_SSL_PORT (9093)    SASL_SSL, mechanisms PLAIN and SCRAM-SHA-256, user connect, password connect-secret,
#                                 CA certificate in $STACK_RUN/kafka/tls/ca.pem; further users of PLAIN, and other
#                                 passwords, at any time in $STACK_RUN/kafka/passwords: lines USER=PASSWORD;
#                                 OAUTHBEARER with unsigned tokens of anybody's that have the scope kafka: a connection
#                                 lasts no longer than its token
#   KAFKA_CONTROLLER_PORT (9099)  internal
#   KAFKA_HEAP (512m)
# Who logs in may do everything that no access control list is about; PLAINTEXT may do that, too.
# Topics are kept in $STACK_RUN/kafka/data over a restart.
: "${KAFKA_PORT:=9092}" "${KAFKA_SASL_SSL_PORT:=9093}" "${KAFKA_CONTROLLER_PORT:=9099}" "${KAFKA_HEAP:=512m}"
SRC=$STACK_DIR/services/kafka

addresses() {
	echo "CW_KAFKA=127.0.0.1:$KAFKA_PORT"
	echo "CW_KAFKA_SASL_SSL=127.0.0.1:$KAFKA_SASL_SSL_PORT"
	echo "CW_KAFKA_CA=$RUN_DIR/tls/ca.pem"
	echo "CW_KAFKA_PASSWORDS=$RUN_DIR/passwords"
}

config() {
	cat <<CONFIG
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$KAFKA_CONTROLLER_PORT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listeners=PLAINTEXT://127.0.0.1:$KAFKA_PORT,SASL_SSL://127.0.0.1:$KAFKA_SASL_SSL_PORT,CONTROLLER://127.0.0.1:$KAFKA_CONTROLLER_PORT
advertised.listeners=PLAINTEXT://127.0.0.1:$KAFKA_PORT,SASL_SSL://127.0.0.1:$KAFKA_SASL_SSL_PORT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
log.dirs=$RUN_DIR/data
auto.create.topics.enable=true
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=true
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=3
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,OAUTHBEARER
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required file="$RUN_DIR/passwords";
listener.name.sasl_ssl.plain.sasl.server.callback.handler.class=FilePasswords
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker" unsecuredValidatorRequiredScope="kafka";
listener.name.sasl_ssl.oauthbearer.connections.max.reauth.ms=3600000
listener.name.sasl_ssl.ssl.keystore.type=PEM
listener.name.sasl_ssl.ssl.keystore.location=$RUN_DIR/tls/server.pem
CONFIG
}

install() {
	installed "$SRC/pom.xml" && return
	fetch_jars "$SRC/pom.xml"
	mark_installed "$SRC/pom.xml"
}

prepare() {
	tls_make "$RUN_DIR/tls"
	[ -s passwords ] || echo connect=connect-secret >passwords
	# Not with what is downloaded: it is the tree's own.
	javac --release 17 -cp "$LIB_DIR/lib/*" -d "$RUN_DIR/classes" "$SRC/FilePasswords.java"
	config >server.properties
	[ -e data/meta.properties ] || java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$LIB_DIR/lib/*" \
		"-Dlog4j2.configurationFile=$SRC/log4j2.properties" -Dstack.log=error \
		kafka.tools.StorageTool format -t c3RhY2sta2Fma2EtMDAwMQ -c server.properties \
		--add-scram 'SCRAM-SHA-256=[name=connect,password=connect-secret]' >format.log 2>&1 ||
		{ cat format.log >&2; return 1; }
}

run() {
	exec java "-Xms$KAFKA_HEAP" "-Xmx$KAFKA_HEAP" -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true \
		"-Dlog4j2.configurationFile=$SRC/log4j2.properties" -cp "$LIB_DIR/lib/*:$RUN_DIR/classes" \
		kafka.Kafka server.properties
}

# The broker opens its ports before it serves: its own line says when it does.
ready() {
	grep -q 'Kafka Server started' "$STACK_RUN/kafka.log"
	: <>"/dev/tcp/127.0.0.1/$KAFKA_PORT"
	: <>"/dev/tcp/127.0.0.1/$KAFKA_SASL_SSL_PORT"
}
