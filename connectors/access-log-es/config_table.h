/*
 * The rows of a table of settings. A file that includes this defines the DEFAULT_… that its class has; both classes know
 * the same keys.
 */
#include "config.h"
#include "config_values.h"
#include "log_time.h"
#include "policy.h"

#define HOURS(n) (INT64_C(3600000) * (n))

#define AT(member) .offset = offsetof(struct cw_es_config, member)
#define RANGE(low, high) .flags = CW_CONFIG_RANGE, .min = (low), .max = (high)
#define STRING .type = CW_CONFIG_STRING
#define INT .type = CW_CONFIG_INT
#define LONG .type = CW_CONFIG_LONG
#define BOOLEAN .type = CW_CONFIG_BOOLEAN
#define PASSWORD .type = CW_CONFIG_PASSWORD

static const struct cw_config_def table[] = {
#include "config_rows_store.h"
#include "config_rows_records.h"
#include "config_rows_policy.h"
#include "config_rows_target.h"
#include "config_rows_lines.h"
#include "config_rows_security.h"
#include "config_rows_elsewhere.h"
};

/* The descriptor's members that follow from the table. */
#define TABLE_MEMBERS                                                                                            \
	.version = PACKAGE_VERSION, .config = table, .n_config = sizeof(table) / sizeof(*table),                 \
	.config_def_size = sizeof(table[0]), .config_size = sizeof(struct cw_es_config), .connector = &cw_es_ops
