# shellcheck shell=bash
# Broker 3 of three: see kafka/cluster.sh.
NODE=3
# shellcheck source=tests/stack/services/kafka/cluster.sh
. "$STACK_DIR/services/kafka/cluster.sh"
