/*
 * The Kafka cluster, which the worker has no client for: a short-lived connect-host asks for its id when somebody wants
 * to know, and so whether it can be reached.
 */
#include "herder/internal.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

#ifndef PACKAGE_VERSION
#error "PACKAGE_VERSION comes from configure"
#endif

#define FRESH_MS 30000 /* what was found out holds so long */
#define HOST_TIMEOUT_MS 15000
#define PATIENCE_MS 500 /* for the very first answer; a probe must not hang because Kafka does */

static const char *const words[] = {
	[CW_KAFKA_UNKNOWN] = "unknown", [CW_KAFKA_REACHABLE] = "reachable", [CW_KAFKA_UNREACHABLE] = "unreachable",
};

static json_t *server_info(const struct cw_herder *herder)
{
	const char *id = herder->cluster.id;

	return json_pack("{ssssso}", "version", PACKAGE_VERSION, "commit", "Unknown", "kafka_cluster_id",
			 id ? json_string(id) : json_null());
}

static void answer_waiting(struct cw_herder *herder)
{
	struct cw_call *call;

	cw_loop_unset_timer(herder->loop, &herder->cluster.timer);
	while ((call = herder->cluster.waiting)) {
		herder->cluster.waiting = call->next;
		cw_call_answer(call, server_info(herder));
	}
}

static void on_patience_over(void *arg)
{
	answer_waiting(arg);
}

static void on_answer(void *arg, const json_t *answer, const struct cw_error *err)
{
	struct cw_herder *herder = arg;
	struct cw_cluster *cluster = &herder->cluster;
	const char *id = json_string_value(json_object_get(answer, "id"));

	cluster->oneshot = NULL;
	cluster->state = id ? CW_KAFKA_REACHABLE : CW_KAFKA_UNREACHABLE;
	if (id) {
		free(cluster->id);
		cluster->id = cw_strdup(id);
	} else {
		log_debug(NULL, "Kafka cannot be reached: %s", answer ? "no broker answered" : err->text);
	}
	answer_waiting(herder);
}

/* Unless somebody did lately. */
static void ask(struct cw_herder *herder)
{
	struct cw_cluster *cluster = &herder->cluster;
	struct cw_error err = { 0 };
	json_t *question;

	if (herder->shutdown || cluster->oneshot ||
	    (cluster->state != CW_KAFKA_UNKNOWN && cw_clock_ms() - cluster->asked_ms < FRESH_MS))
		return;
	cluster->asked_ms = cw_clock_ms();
	question = json_pack("{sO}", "worker", herder->worker);
	cluster->oneshot = cw_oneshot_start(herder->loop, herder->program, "--cluster", question, HOST_TIMEOUT_MS, on_answer,
					    herder, &err);
	json_decref(question);
	if (!cluster->oneshot)
		on_answer(herder, NULL, &err);
}

void cw_cluster_info(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_cluster *cluster = &herder->cluster;

	if (!cluster->id)
		ask(herder);
	if (cluster->state != CW_KAFKA_UNKNOWN || !cluster->oneshot) {
		cw_call_answer(call, server_info(herder));
		return;
	}
	cw_call_stage(call, "asking Kafka for the id of its cluster");
	if (!cluster->waiting) {
		cluster->timer = (struct cw_timer){ .fn = on_patience_over, .arg = herder };
		cw_loop_set_timer(herder->loop, &cluster->timer, cw_clock_ms() + PATIENCE_MS);
	}
	cw_call_append(&cluster->waiting, call);
}

const char *cw_cluster_reachable(struct cw_herder *herder)
{
	ask(herder);
	return words[herder->cluster.state];
}

void cw_cluster_cancel(struct cw_herder *herder)
{
	cw_oneshot_cancel(herder->cluster.oneshot);
	herder->cluster.oneshot = NULL;
	answer_waiting(herder);
}

void cw_cluster_free(struct cw_herder *herder)
{
	cw_loop_unset_timer(herder->loop, &herder->cluster.timer);
	free(herder->cluster.id);
}
