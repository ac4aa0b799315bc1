/* watched - whether a file has changed since it was last looked at. */
#ifndef CW_REST_WATCHED_H
#define CW_REST_WATCHED_H

#include <stdbool.h>
#include <sys/stat.h>

/* Start as { 0 }: the first look finds a change. */
struct cw_watched {
	bool looked, there;
	struct stat stat;
};

/* Another file, size or time than at the last call, or there is none any more. */
bool cw_watched_changed(struct cw_watched *watched, const char *path);

/* Whether others than its owner may read a file. One that cannot be looked at is taken for shared. */
bool cw_watched_shared(const char *path);

#endif
