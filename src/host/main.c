#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "host/commands.h"
#include "host/host.h"

static void usage(FILE *out)
{
	fputs("connect-host runs a connector for connect-worker, which starts it; it is of no use by itself.\n"
	      "\n"
	      "  connect-host --run --connector NAME   one connector, driven over file descriptor 3\n"
	      "  connect-host --plugins                describes the plugins; JSON on stdin and stdout\n"
	      "  connect-host --validate               validates a connector config; JSON on stdin and stdout\n"
	      "  connect-host --offsets                offsets of a connector in Kafka; JSON on stdin and stdout\n"
	      "  connect-host --preview                what a connector makes of records; JSON on stdin and stdout\n"
	      "  connect-host --cluster                the id of the Kafka cluster; JSON on stdin and stdout\n"
	      "  connect-host --letters                dead letters of a sink in Kafka; JSON on stdin and stdout\n"
	      "  connect-host --resolve                what settings of the worker stand for; JSON on stdin and stdout\n"
	      "  connect-host --embedded-broker        a Kafka broker in memory, for tests\n"
	      "  connect-host --help | --version\n",
	      out);
}

int main(int argc, char **argv)
{
	enum { MODE_RUN = 1, MODE_PLUGINS, MODE_VALIDATE, MODE_OFFSETS, MODE_PREVIEW, MODE_CLUSTER, MODE_LETTERS, MODE_RESOLVE,
	       MODE_BROKER, MODE_HELP, MODE_VERSION, CONNECTOR };
	static const struct option options[] = {
		{ "run", no_argument, NULL, MODE_RUN },
		{ "plugins", no_argument, NULL, MODE_PLUGINS },
		{ "validate", no_argument, NULL, MODE_VALIDATE },
		{ "offsets", no_argument, NULL, MODE_OFFSETS },
		{ "preview", no_argument, NULL, MODE_PREVIEW },
		{ "cluster", no_argument, NULL, MODE_CLUSTER },
		{ "letters", no_argument, NULL, MODE_LETTERS },
		{ "resolve", no_argument, NULL, MODE_RESOLVE },
		{ "embedded-broker", no_argument, NULL, MODE_BROKER },
		{ "connector", required_argument, NULL, CONNECTOR },
		{ "help", no_argument, NULL, MODE_HELP },
		{ "version", no_argument, NULL, MODE_VERSION },
		{ NULL, 0, NULL, 0 },
	};
	const char *connector = NULL;
	int mode = 0, option;

	/* The worker decides when a host ends; a terminal's Ctrl-C goes to both. */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT); /* for good: threads use it, whatever plugin is started or stopped */
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == CONNECTOR)
			connector = optarg;
		else
			mode = option;
	}
	switch (mode) {
	case MODE_PLUGINS: return cw_host_plugins();
	case MODE_VALIDATE: return cw_host_validate();
	case MODE_OFFSETS: return cw_host_offsets();
	case MODE_PREVIEW: return cw_host_preview();
	case MODE_CLUSTER: return cw_host_cluster();
	case MODE_LETTERS: return cw_host_letters();
	case MODE_RESOLVE: return cw_host_resolve();
	case MODE_BROKER: return cw_host_embedded_broker();
	case MODE_HELP: usage(stdout); return EXIT_SUCCESS;
	case MODE_VERSION: puts("connect-host " PACKAGE_VERSION); return EXIT_SUCCESS;
	case MODE_RUN:
		if (connector)
			return cw_host_run(connector);
		/* fall through */
	default: usage(stderr); return 2;
	}
}
