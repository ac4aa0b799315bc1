/* workerctl: what the process has, handed to cw_ctl_main(). */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <curl/curl.h>

#include "ctl/ctl.h"

static int terminal_width(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

int main(int argc, char **argv)
{
	const char *no_color = getenv("NO_COLOR");
	struct cw_ctl_io io = { .out = stdout,
				.err = stderr,
				.tty = isatty(STDOUT_FILENO),
				.width = terminal_width(),
				.env_url = getenv("CONNECT_URL"),
				.env_no_color = no_color && *no_color };
	int status;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	status = (int)cw_ctl_main(argc, argv, &io);
	curl_global_cleanup();
	return status;
}
