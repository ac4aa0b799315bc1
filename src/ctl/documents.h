/*
 * documents - the connectors that files describe: .properties or JSON of both forms, several in a file when a
 * line "---" is between them (JSON may also be an array), every such file of a folder, or "-" for standard
 * input. ${NAME} with capital letters stands for an environment variable; $${NAME} is that text itself.
 */
#ifndef CW_CTL_DOCUMENTS_H
#define CW_CTL_DOCUMENTS_H

#include "config/props.h"
#include "ctl/ctl.h"

struct cw_document {
	char *where; /* "src.json", or "all.json: document 2", for messages */
	struct cw_map config; /* with "name" */
	struct cw_connector_first first; /* how it is to begin */
};

struct cw_documents {
	struct cw_document *list;
	size_t n;
};

/*
 * Those of all arguments and --file options of the command. CW_CTL_OK, or every mistake was said; then nothing
 * is in *out. Two of one name are a mistake. Free it with cw_documents_free() either way.
 */
enum cw_ctl_exit cw_documents_load(const struct cw_ctl *ctl, struct cw_documents *out);
void cw_documents_free(struct cw_documents *documents);

/* The text with variables replaced: new. NULL with *missing (new) set to the name of one that is not set. */
char *cw_document_expand(const char *text, const struct cw_map *env, char **missing);

#endif
