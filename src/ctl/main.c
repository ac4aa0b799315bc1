/* workerctl: what the process has, handed to cw_ctl_main(). */
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "ctl/ctl.h"

static void measure(struct cw_ctl_io *io)
{
	struct winsize size;
	bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;

	io->width = known ? size.ws_col : 80;
	io->height = known ? size.ws_row : 0;
}

static void read_environment(struct cw_map *out)
{
	for (char **entry = environ; *entry; entry++) {
		const char *equals = strchr(*entry, '=');
		CW_AUTO_FREE char *name = equals ? cw_strndup(*entry, (size_t)(equals - *entry)) : NULL;

		if (name)
			cw_map_set(out, name, equals + 1);
	}
}

int main(int argc, char **argv)
{
	struct cw_map env = { 0 };
	struct cw_ctl_io io = { .in = stdin,
				.out = stdout,
				.err = stderr,
				.tty = isatty(STDOUT_FILENO),
				.in_tty = isatty(STDIN_FILENO),
				.measure = measure,
				.env = &env };
	int status;

	measure(&io);
	read_environment(&env);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	status = (int)cw_ctl_main(argc, argv, &io);
	curl_global_cleanup();
	cw_map_free(&env);
	return status;
}
