/* connect-devstore: options, signals, and nothing else. */
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "devstore/api.h"

static const char usage[] = "Usage: connect-devstore [OPTION]...\n"
			    "A small store that speaks just enough of Elasticsearch's HTTP API to try and test\n"
			    "connectors with. For development only: no security, no replication, one core.\n"
			    "\n"
			    "  --listen=HOST:PORT  address to listen on; port 0 takes a free one and prints it\n"
			    "                      (default 127.0.0.1:9200)\n"
			    "  --data=FILE         keep documents in this SQLite file; \":memory:\" keeps them in\n"
			    "                      memory until the end (default :memory:)\n"
			    "  --help              print this and exit\n"
			    "  --version           print the version and exit\n"
			    "\n"
			    "POST /_faults makes it fail on request: see connect-devstore(1).\n"
			    "Exit status: 0 ended by SIGTERM or SIGINT; 1 could not start; 2 wrong usage.\n";

struct options {
	const char *listen, *data;
};

/* -1: go on; else the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = { { "listen", required_argument, NULL, 'l' },
					       { "data", required_argument, NULL, 'd' },
					       { "help", no_argument, NULL, 'h' },
					       { "version", no_argument, NULL, 'v' },
					       { 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
		switch (c) {
		case 'l':
			options->listen = optarg;
			break;
		case 'd':
			options->data = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'v':
			puts("connect-devstore " PACKAGE_VERSION);
			return 0;
		default:
			fputs("connect-devstore: see connect-devstore --help\n", stderr);
			return 2;
		}
	if (optind == argc)
		return -1;
	fprintf(stderr, "connect-devstore: unexpected argument \"%s\"; see connect-devstore --help\n", argv[optind]);
	return 2;
}

static int serve(const struct options *options, const sigset_t *signals)
{
	struct cw_api api = { 0 };
	struct cw_error err = { 0 };
	struct cw_http *http;
	int signal = 0;

	api.store = cw_store_open(options->data, &err);
	if (!api.store) {
		fprintf(stderr, "connect-devstore: %s\n", err.text);
		return 1;
	}
	api.faults = cw_faults_new();
	http = cw_http_start(options->listen, cw_api_handle, &api, &err);
	if (http) {
		printf("connect-devstore " PACKAGE_VERSION ": for development and tests only, not for production\n"
		       "listening on http://%s, documents in %s\n",
		       cw_http_address(http), strcmp(options->data, ":memory:") == 0 ? "memory" : options->data);
		fflush(stdout);
		sigwait(signals, &signal);
		cw_http_stop(http);
	} else {
		fprintf(stderr, "connect-devstore: %s\n", err.text);
	}
	cw_faults_free(api.faults);
	cw_store_close(api.store);
	return http ? 0 : err.code == CW_ERR_INVALID ? 2 : 1;
}

int main(int argc, char **argv)
{
	struct options options = { .listen = "127.0.0.1:9200", .data = ":memory:" };
	int status = parse_options(argc, argv, &options);
	sigset_t signals;

	if (status >= 0)
		return status;
	cw_log_setup(CW_LOG_TEXT, CW_LOG_WARN);
	/* Blocked in every thread, and waited for in this one. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	sigdelset(&signals, SIGPIPE);
	return serve(&options, &signals);
}
