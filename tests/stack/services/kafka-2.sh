# shellcheck shell=bash
# Broker 2 of three: see kafka/cluster.sh.
NODE=2
# shellcheck source=tests/stack/services/kafka/cluster.sh
. "$STACK_DIR/services/kafka/cluster.sh"
