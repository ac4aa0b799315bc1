# shellcheck shell=bash
# Broker 1 of three: see kafka/cluster.sh.
NODE=1
# shellcheck source=tests/stack/services/kafka/cluster.sh
. "$STACK_DIR/services/kafka/cluster.sh"
