#include "rest/watched.h"

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool cw_watched_changed(struct cw_watched *watched, const char *path)
{
	struct cw_watched now = { .looked = true };
	bool same;

	now.there = stat(path, &now.stat) == 0;
	same = watched->looked && now.there == watched->there;
	if (same && now.there)
		same = now.stat.st_dev == watched->stat.st_dev && now.stat.st_ino == watched->stat.st_ino &&
		       now.stat.st_size == watched->stat.st_size && now.stat.st_mode == watched->stat.st_mode &&
		       same_time(now.stat.st_mtim, watched->stat.st_mtim) &&
		       same_time(now.stat.st_ctim, watched->stat.st_ctim);
	*watched = now;
	return !same;
}

bool cw_watched_shared(const char *path)
{
	struct stat st;

	return stat(path, &st) != 0 || st.st_mode & (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH);
}
