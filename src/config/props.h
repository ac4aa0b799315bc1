/*
 * props - Java .properties files, as java.util.Properties reads them: # and ! comments, "=", ":" or
 * blank as separator, backslash escapes (\t \n \uXXXX …), lines continued with a backslash, ISO-8859-1
 * bytes taken as UTF-8 when they are valid UTF-8. The last of two equal keys wins.
 */
#ifndef CW_CONFIG_PROPS_H
#define CW_CONFIG_PROPS_H

#include "base/map.h"
#include "connect-worker/connector.h"

/* `name` is what an error calls the text ("worker.properties:12: …"). 0, or -1 with *err set. */
int cw_props_parse(const char *text, size_t n, const char *name, struct cw_map *out, struct cw_error *err);
int cw_props_load(const char *path, struct cw_map *out, struct cw_error *err);

/*
 * A connector file: .properties; or JSON, either {"name":…,"config":{…}} or a flat object. *out holds
 * the flat config, with "name". Told apart by content (first non-blank byte '{'), not by file name.
 */
int cw_connector_file_load(const char *path, struct cw_map *out, struct cw_error *err);

/*
 * A config as JSON: numbers and booleans become their text; objects, arrays and null are errors that
 * name the key. `what` is what the error calls it ("config").
 */
int cw_config_from_json(const json_t *object, const char *what, struct cw_map *out, struct cw_error *err);

#endif
