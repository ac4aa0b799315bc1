/*
 * props - Java .properties files, as java.util.Properties reads them: # and ! comments, "=", ":" or
 * blank as separator, backslash escapes (\t \n \uXXXX …), lines continued with a backslash, ISO-8859-1
 * bytes taken as UTF-8 when they are valid UTF-8. The last of two equal keys wins. Unlike Java, a line
 * without a key, half a surrogate pair and a NUL character are errors, and a byte order mark is skipped.
 *
 * And the other ways a flat config comes in: connector files and JSON objects. Pure but for reading the
 * named file; no error text shows a value, which might be a secret.
 */
#ifndef CW_CONFIG_PROPS_H
#define CW_CONFIG_PROPS_H

#include "base/map.h"
#include "connect-worker/connector.h"

/* `name` is what an error calls the text ("worker.properties:12:5: …"). 0, or -1 with *err set; then *out is empty. */
int cw_props_parse(const char *text, size_t n, const char *name, struct cw_map *out, struct cw_error *err);
/* The same; *places (may be NULL) gets for each key where its value was set: "worker.properties:12". */
int cw_props_parse_places(const char *text, size_t n, const char *name, struct cw_map *out, struct cw_map *places,
			  struct cw_error *err);
int cw_props_load(const char *path, struct cw_map *out, struct cw_error *err);

/* A whole text file of at most 16 MiB: new, NUL-terminated, *n bytes. NULL with *err set. */
char *cw_file_read(const char *path, size_t *n, struct cw_error *err);

/*
 * A connector file: .properties; or JSON, either {"name":…,"config":{…}} or a flat object. *out holds
 * the flat config, with "name". JSON is told by the first non-blank byte ('{' or '[') or by the file
 * name's end (.json). 0, or -1 with *err set; then *out is empty.
 *
 * The create form may say how the connector begins: "initial_state" and "initial_offsets". cw_connector_file_load()
 * has no place for it and refuses PAUSED and STOPPED, and offsets.
 */
struct cw_connector_first {
	const char *state; /* "RUNNING", "PAUSED", "STOPPED" (constants), or NULL when it says none */
	json_t *offsets;   /* an array (config/initial_offsets.h), new; NULL: none */
};

int cw_connector_file_load(const char *path, struct cw_map *out, struct cw_error *err);
int cw_connector_file_load_first(const char *path, struct cw_map *out, struct cw_connector_first *first,
				 struct cw_error *err);
int cw_connector_file_parse(const char *text, size_t n, const char *name, struct cw_map *out,
			    struct cw_connector_first *first, struct cw_error *err);

/*
 * A config as JSON: numbers and booleans become their text; objects, arrays and null are errors that
 * name the key. `what` is what the error calls it ("config").
 */
int cw_config_from_json(const json_t *object, const char *what, struct cw_map *out, struct cw_error *err);

#endif
