/*
 * sink_member - what a sink task's consumer is called within its group, so that Kafka knows the task again.
 *
 * A member with a name of its own (group.instance.id) that died, and comes back under it, gets its partitions at once;
 * the group of a nameless one waits for as long as the dead one's session lasts.
 */
#ifndef CW_HOST_SINK_MEMBER_H
#define CW_HOST_SINK_MEMBER_H

/*
 * A name that only this task of this connector on this worker has, of the characters that Kafka takes, at most 249 of
 * them. worker: its identity. New.
 */
char *cw_sink_member_name(const char *connector, int task, const char *worker);

#endif
