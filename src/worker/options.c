#include "worker/options.h"

#include <getopt.h>
#include <stdio.h>

#include "base/log.h"

static void print_help(void)
{
	fputs("Usage: connect-worker [OPTION]… WORKER.properties [CONNECTOR.properties|CONNECTOR.json]…\n"
	      "       connect-worker [OPTION]… --embedded [WORKER.properties [CONNECTOR-FILE]…]\n"
	      "\n"
	      "Runs source and sink connectors between Kafka and other systems, driven over the Kafka Connect\n"
	      "REST API. WORKER.properties has Kafka Connect's keys; each connector file is applied like a PUT\n"
	      "of its config.\n"
	      "\n"
	      "  --embedded         start a Kafka broker in memory, for a first try: it is volatile, and keeps only\n"
	      "                     the newest 5 MiB or 100,000 records of a partition\n"
	      "  --log-format=FORM  text or json (instead of log.format)\n"
	      "  --log-level=LEVEL  error, warn, info or debug (instead of log.level)\n"
	      "  --version          print the version\n"
	      "  --help             print this\n"
	      "\n"
	      "SIGTERM or SIGINT: drains within task.shutdown.graceful.timeout.ms; a second one ends at once.\n"
	      "Environment: CONNECT_WORKER_HOST names another connect-host program.\n"
	      "Exit status: 0 stopped as asked, 1 failure while running, 2 wrong command line or configuration.\n",
	      stdout);
}

static int wrong(const char *what, const char *value, const char *right)
{
	fprintf(stderr, "connect-worker: %s%s%s\nTry 'connect-worker --help'.\n", what, value, right);
	return CW_EXIT_USAGE;
}

static int check_logging(const struct cw_worker_options *options)
{
	enum cw_log_level level;

	if (options->log_level && cw_log_level_parse(options->log_level, &level) != 0)
		return wrong("--log-level=", options->log_level, " is unknown; it is one of error, warn, info, debug");
	if (options->log_format && strcmp(options->log_format, "text") != 0 && strcmp(options->log_format, "json") != 0)
		return wrong("--log-format=", options->log_format, " is unknown; it is text or json");
	return -1;
}

int cw_worker_options_parse(int argc, char **argv, struct cw_worker_options *out)
{
	enum { OPT_EMBEDDED = 1, OPT_LOG_FORMAT, OPT_LOG_LEVEL, OPT_VERSION, OPT_HELP };
	static const struct option options[] = {
		{ "embedded", no_argument, NULL, OPT_EMBEDDED },
		{ "log-format", required_argument, NULL, OPT_LOG_FORMAT },
		{ "log-level", required_argument, NULL, OPT_LOG_LEVEL },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ "help", no_argument, NULL, OPT_HELP },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*out = (struct cw_worker_options){ 0 };
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case OPT_EMBEDDED: out->embedded = true; break;
		case OPT_LOG_FORMAT: out->log_format = optarg; break;
		case OPT_LOG_LEVEL: out->log_level = optarg; break;
		case OPT_VERSION: puts("connect-worker " PACKAGE_VERSION); return CW_EXIT_OK;
		case OPT_HELP: print_help(); return CW_EXIT_OK;
		default: fputs("Try 'connect-worker --help'.\n", stderr); return CW_EXIT_USAGE;
		}
	}
	if (optind < argc) {
		out->worker_file = argv[optind];
		out->connector_files = argv + optind + 1;
		out->n_connector_files = argc - optind - 1;
	} else if (!out->embedded) {
		return wrong("a worker configuration file is needed", "", ", or --embedded");
	}
	return check_logging(out);
}
