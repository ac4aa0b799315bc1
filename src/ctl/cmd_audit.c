/* audit: whether all that was read has come to an end that is known. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/ctl.h"
#include "ctl/prometheus.h"

#define PREFIX "connect_worker_task_"
/* Tasks at work count while they are looked at, so the books may be between two entries. */
#define LOOKS 5
#define LOOK_MS 1100

enum entry { READ = 0, DELIVERED, DEAD, SKIPPED, FILTERED, DROPPED, FAILED, IN_FLIGHT, ENTRIES };

static const char *const heads[] = { "TASK", "#READ", "#DELIVERED", "#DEAD-LETTERED", "#SKIPPED", "#FILTERED", "#DROPPED",
				     "#FAILED", "#IN FLIGHT", "#DIFFERENCE" };
static const char *const keys[ENTRIES] = { "read", "delivered", "dead_lettered", "skipped", "filtered", "dropped",
					   "failed", "in_flight" };

/* Of a sink "records" are those that were read, of a source those that were delivered. */
static const struct {
	const char *metric;
	enum entry sink, source; /* ENTRIES: not an entry */
} rows[] = {
	{ "records_total", READ, DELIVERED },		{ "records_polled_total", ENTRIES, READ },
	{ "records_written_total", DELIVERED, ENTRIES }, { "records_dead_lettered_total", DEAD, DEAD },
	{ "records_skipped_total", SKIPPED, SKIPPED },	{ "records_filtered_total", FILTERED, FILTERED },
	{ "records_dropped_total", DROPPED, ENTRIES },	{ "records_failed_total", FAILED, FAILED },
	{ "records_in_flight", IN_FLIGHT, IN_FLIGHT },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

struct book {
	int task;
	bool source;
	double values[ROWS];
};

struct audit {
	const char *connector;
	struct book *books;
	size_t n;
};

static struct book *book_of(struct audit *audit, int task)
{
	for (size_t i = 0; i < audit->n; i++)
		if (audit->books[i].task == task)
			return &audit->books[i];
	audit->books = cw_realloc(audit->books, (audit->n + 1) * sizeof(*audit->books));
	audit->books[audit->n] = (struct book){ .task = task };
	return &audit->books[audit->n++];
}

static void take_sample(const char *name, const struct cw_map *labels, double value, void *arg)
{
	struct audit *audit = arg;
	const char *connector = cw_map_get(labels, "connector"), *task = cw_map_get(labels, "task");

	if (!connector || !task || strcmp(connector, audit->connector) != 0 || strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return;
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(name + strlen(PREFIX), rows[i].metric) == 0) {
			struct book *book = book_of(audit, atoi(task));

			book->values[i] = value;
			book->source = book->source || rows[i].sink == ENTRIES;
		}
}

static void add_up(const struct book *book, double out[ENTRIES], double *difference)
{
	memset(out, 0, ENTRIES * sizeof(*out));
	for (size_t i = 0; i < ROWS; i++) {
		enum entry entry = book->source ? rows[i].source : rows[i].sink;

		if (entry != ENTRIES)
			out[entry] += book->values[i];
	}
	*difference = out[READ];
	for (int e = READ + 1; e < ENTRIES; e++)
		*difference -= out[e];
}

static bool adds_up(const struct audit *audit)
{
	double entries[ENTRIES], difference;

	for (size_t i = 0; i < audit->n; i++) {
		add_up(&audit->books[i], entries, &difference);
		if (difference != 0)
			return false;
	}
	return true;
}

/* One look at the worker's numbers. */
static enum cw_ctl_exit look(struct cw_ctl *ctl, struct audit *audit)
{
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;

	free(audit->books);
	audit->books = NULL;
	audit->n = 0;
	if (cw_client_call(ctl->client, "GET", "/metrics", NULL, &reply)) {
		result = cw_ctl_refused(ctl, &reply, NULL);
	} else if (cw_prometheus_parse(reply.text.p ? reply.text.p : "", take_sample, audit) != 0) {
		cw_ctl_complain(ctl, "the worker's metrics cannot be read");
		result = CW_CTL_REFUSED;
	}
	cw_reply_free(&reply);
	return result;
}

/* ---- what is shown --------------------------------------------------------------------------- */

static json_t *to_json(const struct audit *audit)
{
	json_t *tasks = json_array();
	double entries[ENTRIES], difference;

	for (size_t i = 0; i < audit->n; i++) {
		json_t *task = json_pack("{si}", "task", audit->books[i].task);

		add_up(&audit->books[i], entries, &difference);
		for (int e = 0; e < ENTRIES; e++)
			json_object_set_new(task, keys[e], json_integer((json_int_t)entries[e]));
		json_object_set_new(task, "difference", json_integer((json_int_t)difference));
		json_array_append_new(tasks, task);
	}
	return json_pack("{sssbso}", "name", audit->connector, "adds_up", (int)adds_up(audit), "tasks", tasks);
}

static void print_table(const struct cw_ctl *ctl, const struct audit *audit)
{
	struct cw_table table = { 0 };
	double entries[ENTRIES], difference;
	char text[32];

	cw_table_heads(&table, heads, sizeof(heads) / sizeof(heads[0]));
	for (size_t i = 0; i < audit->n; i++) {
		CW_AUTO_FREE char *name = cw_format("%s-%d", audit->connector, audit->books[i].task);

		add_up(&audit->books[i], entries, &difference);
		cw_table_row(&table);
		cw_table_cell(&table, name, difference != 0 ? CW_COLOR_RED : CW_COLOR_NONE);
		for (int e = 0; e < ENTRIES; e++)
			cw_table_number(&table, cw_count_text(entries[e], text, sizeof(text)));
		cw_table_number(&table, cw_count_text(difference, text, sizeof(text)));
	}
	cw_ctl_print_table(ctl, &table);
}

static void print(const struct cw_ctl *ctl, const struct audit *audit)
{
	json_t *data;

	if (!cw_ctl_is_data(ctl)) {
		print_table(ctl, audit);
		return;
	}
	data = to_json(audit);
	cw_ctl_print_data(ctl, data);
	json_decref(data);
}

enum cw_ctl_exit cw_ctl_audit(struct cw_ctl *ctl)
{
	struct audit audit = { .connector = ctl->args[0] };
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, ctl->args[0], "/status");
	json_t *status;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, ctl->args[0], &status); /* is there such a connector? */

	json_decref(status);
	for (int i = 0; i < LOOKS && result == CW_CTL_OK; i++) {
		if (i > 0)
			cw_ctl_sleep_until(cw_clock_ms() + LOOK_MS);
		result = look(ctl, &audit);
		if (adds_up(&audit))
			break;
	}
	if (result == CW_CTL_OK) {
		print(ctl, &audit);
		if (!adds_up(&audit)) {
			cw_ctl_complain(ctl, "what %s has read does not add up to what became of it", ctl->args[0]);
			result = CW_CTL_REFUSED;
		}
	}
	free(audit.books);
	return result;
}
