#include "host/topics.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void cw_topic_tell(struct cw_task *task, const char *name)
{
	cw_link_send(task->link, json_pack("{s:s,s:i,s:[s]}", "type", "topics", "task", task->context.task, "topics",
					   name));
}

void cw_used_topics_add(struct cw_used_topics *used, struct cw_task *task, const char *name)
{
	size_t i = 0;

	while (i < used->n && strcmp(used->items[i].name, name) != 0)
		i++;
	if (i == used->n) {
		used->items = cw_realloc(used->items, (used->n + 1) * sizeof(*used->items));
		used->items[used->n++] = (struct cw_used_topic){ .name = cw_strdup(name) };
	}
	cw_topic_used(task, name, &used->items[i].told);
}

void cw_used_topics_free(struct cw_used_topics *used)
{
	for (size_t i = 0; i < used->n; i++)
		free(used->items[i].name);
	free(used->items);
	*used = (struct cw_used_topics){ 0 };
}
