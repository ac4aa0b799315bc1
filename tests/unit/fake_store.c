#include "fake_store.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

struct bytes {
	char *p;
	size_t n, cap;
};

static void add(struct bytes *b, const void *p, size_t n)
{
	while (b->cap < b->n + n + 1) {
		b->cap = b->cap ? b->cap * 2 : 4096;
		b->p = realloc(b->p, b->cap);
		if (!b->p)
			abort();
	}
	memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

static void add_text(struct bytes *b, const char *text)
{
	add(b, text, strlen(text));
}

/* ---- documents ---------------------------------------------------------------------------------- */

static json_t *child(json_t *parent, const char *name)
{
	json_t *found = json_object_get(parent, name);

	if (!found) {
		found = json_object();
		json_object_set_new(parent, name, found);
	}
	return found;
}

static json_t *item_answer(const char *op, const struct cw_store_item *item)
{
	json_t *inner = json_pack("{s:i}", "status", (int)item->status);

	if (item->type)
		json_object_set_new(inner, "error", json_pack("{s:s,s:s}", "type", item->type, "reason",
							      item->reason ? item->reason : "injected"));
	return json_pack("{s:o}", op, inner);
}

/* An external version that is not higher than what the document has is a conflict. */
static void check_version(json_t *versions, const char *id, const json_t *meta, struct cw_store_item *item)
{
	const json_t *version = json_object_get(meta, "version"), *has = json_object_get(versions, id);

	if (!version)
		return;
	if (has && json_integer_value(has) >= json_integer_value(version))
		*item = (struct cw_store_item){ 409, "version_conflict_engine_exception", "current version is higher" };
	else
		json_object_set_new(versions, id, json_integer(json_integer_value(version)));
}

/* {"doc":{…},"doc_as_upsert":true} into the document that is there, or as a new one. */
static json_t *update_document(struct cw_fake_store *store, json_t *documents, const char *id, const json_t *update)
{
	json_t *there = json_object_get(documents, id), *doc = json_object_get(update, "doc");
	struct cw_store_item item = { .status = there ? 200 : 201 };

	if (!there && !json_is_true(json_object_get(update, "doc_as_upsert")))
		item = (struct cw_store_item){ 404, "document_missing_exception", "it is not there" };
	else if (there)
		json_object_update(there, doc);
	else
		json_object_set_new(documents, id, json_deep_copy(doc));
	store->stored += item.status == 201;
	return item_answer("update", &item);
}

/* One action and its document (none with "delete"): the item of the answer. */
static json_t *store_document(struct cw_fake_store *store, const char *default_index, const json_t *action,
			      json_t *document, bool stores)
{
	const char *op = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)action));
	const json_t *meta = json_object_get(action, op);
	char made[32];
	const char *id = json_string_value(json_object_get(meta, "_id"));
	const char *index = json_string_value(json_object_get(meta, "_index"));
	struct cw_store_item item = { 0 };
	unsigned seen;
	json_t *documents = child(store->documents, index ? index : default_index);

	if (!id)
		snprintf(made, sizeof(made), "made-%zu", store->stored);
	id = id ? id : made;
	seen = (unsigned)json_integer_value(json_object_get(store->seen, id));
	json_object_set_new(store->seen, id, json_integer(seen + 1));
	if (store->on_document)
		store->on_document(store, id, seen, &item);
	if (!item.status)
		check_version(child(store->versions, index ? index : default_index), id, meta, &item);
	if (item.status)
		return item_answer(op, &item);
	if (json_object_get(meta, "routing"))
		json_object_set(store->routings, id, json_object_get(meta, "routing"));
	if (strcmp(op, "update") == 0)
		return update_document(store, documents, id, document);
	if (strcmp(op, "delete") == 0) {
		item.status = json_object_del(documents, id) == 0 ? 200 : 404;
		return item_answer(op, &item);
	}
	item.status = 201;
	if (json_object_get(documents, id)) {
		if (strcmp(op, "create") == 0) {
			item = (struct cw_store_item){ 409, "version_conflict_engine_exception", "document already "
				"exists" };
			return item_answer(op, &item);
		}
		item.status = 200;
		store->doubled++;
	} else if (stores) {
		store->stored++;
	}
	if (stores)
		json_object_set(documents, id, document);
	return item_answer(op, &item);
}

static json_t *line_json(const char **p, const char *end)
{
	const char *stop = memchr(*p, '\n', (size_t)(end - *p));
	json_error_t error;
	json_t *value;

	if (!stop)
		return NULL;
	value = json_loadb(*p, (size_t)(stop - *p), JSON_REJECT_DUPLICATES, &error);
	if (!value)
		fprintf(stderr, "fake_store: %s in %.*s\n", error.text, (int)(stop - *p), *p);
	*p = stop + 1;
	return value;
}

/* {"took","errors","items"} as text; NULL when the body is no NDJSON of actions and documents. */
static char *bulk(struct cw_fake_store *store, const struct cw_store_request *request, bool stores)
{
	const char *p = request->body, *end = p + request->n;
	json_t *items = json_array(), *answer;
	char index[256] = "", *text;
	bool errors = false, broken = false;
	size_t n = 0;

	sscanf(request->path, "/%255[^/]", index);
	while (p < end && !broken) {
		json_t *action = line_json(&p, end);
		bool deletes = json_object_get(action, "delete") != NULL;
		json_t *document = action && !deletes ? line_json(&p, end) : NULL;

		broken = (!document && !deletes) || !json_object_iter(action);
		if (!broken) {
			json_t *item = store_document(store, index, action, document, stores);

			errors = errors || json_object_get(json_object_iter_value(json_object_iter(item)), "error");
			json_array_append_new(items, item);
			n++;
		}
		json_decref(action);
		json_decref(document);
	}
	if (n > store->largest)
		store->largest = n;
	answer = json_pack("{s:i,s:b,s:o}", "took", 1, "errors", errors, "items", items);
	text = broken ? NULL : json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	return text;
}

/* ---- requests ----------------------------------------------------------------------------------- */

static const char *template_name(const char *path)
{
	return strncmp(path, "/_index_template/", 17) == 0 ? path + 17 : NULL;
}

/* PUT /INDEX, PUT /INDEX/_mapping and GET /INDEX/_mapping. NULL: it is none of these. */
static char *mapping(struct cw_fake_store *store, const struct cw_store_request *request, unsigned *status)
{
	char index[256] = "", rest[32] = "";
	json_t *body = NULL, *answer;
	char *text;

	if (sscanf(request->path, "/%255[^/]/%31s", index, rest) < 1 || (*rest && strcmp(rest, "_mapping") != 0))
		return NULL;
	if (strcmp(request->method, "PUT") == 0) {
		body = json_loadb(request->body, request->n, 0, NULL);
		if (!*rest && (json_object_get(store->mappings, index) || (store->hidden && !strcmp(store->hidden, index)))) {
			*status = 400;
			json_decref(body);
			return strdup("{\"error\":{\"type\":\"resource_already_exists_exception\",\"reason\":\"it is "
				      "there\"},\"status\":400}");
		}
		json_object_set(store->mappings, index, *rest ? body : json_object_get(body, "mappings"));
		json_object_set(store->things, request->path, body);
		json_decref(body);
		return strdup("{\"acknowledged\":true}");
	}
	if (!json_object_get(store->mappings, index))
		return NULL;
	answer = json_pack("{s:{s:O}}", index, "mappings", json_object_get(store->mappings, index));
	text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	return text;
}

/* Whatever else is put under a path that begins with "/_": policies, aliases. NULL: it is not there. */
static char *thing(struct cw_fake_store *store, const struct cw_store_request *request)
{
	if (strncmp(request->path, "/_", 2) != 0)
		return NULL;
	if (strcmp(request->method, "PUT") == 0)
		json_object_set_new(store->things, request->path, json_loadb(request->body, request->n, 0, NULL));
	return json_object_get(store->things, request->path) ? strdup("{\"acknowledged\":true}") : NULL;
}

static char *other(struct cw_fake_store *store, const struct cw_store_request *request, unsigned *status)
{
	const char *name = template_name(request->path);
	char *text = name ? NULL : mapping(store, request, status);

	if (strcmp(request->method, "PUT") == 0)
		json_array_append_new(store->puts, json_string(request->path));

	if (!text && !name)
		text = thing(store, request);

	if (text)
		return text;
	if (name && strcmp(request->method, "PUT") == 0) {
		json_t *body = json_loadb(request->body, request->n, 0, NULL);

		if (!body) {
			*status = 400;
			return strdup("{\"error\":{\"type\":\"parse_exception\",\"reason\":\"no "
				      "JSON\"},\"status\":400}");
		}
		json_object_set_new(store->templates, name, body);
		return strdup("{\"acknowledged\":true}");
	}
	if (name && json_object_get(store->templates, name))
		return strdup("{\"index_templates\":[]}");
	*status = 404;
	return strdup("{\"error\":{\"type\":\"resource_not_found_exception\",\"reason\":\"no such "
		      "thing\"},\"status\":404}");
}

static void send_all(int fd, const char *p, size_t n, size_t step)
{
	while (n) {
		ssize_t k = send(fd, p, n < step ? n : step, MSG_NOSIGNAL);

		if (k <= 0)
			return;
		p += k;
		n -= (size_t)k;
	}
}

static void reset(int fd)
{
	struct linger linger = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* Answers; false: the connection ends. */
static bool answer(struct cw_fake_store *store, int fd, struct cw_store_request *request)
{
	struct cw_store_reply reply = { .status = 200, .stores = true };
	struct bytes out = { 0 };
	char head[512], *own = NULL;
	const char *body;

	pthread_mutex_lock(&store->lock);
	request->number = request->bulk ? ++store->bulks : ++store->others;
	snprintf(store->last_path, sizeof(store->last_path), "%s", request->path);
	snprintf(store->last_head, sizeof(store->last_head), "%s", request->head);
	if (store->on_request)
		store->on_request(store, request, &reply);
	if (reply.fault == CW_STORE_RESET || reply.fault == CW_STORE_SILENT || reply.status != 200)
		reply.stores = false;
	if (!reply.body && request->bulk && reply.status == 200 && reply.fault != CW_STORE_RESET)
		own = store->discard ? strdup("{\"took\":0,\"errors\":false}") : bulk(store, request, reply.stores);
	else if (!reply.body && !request->bulk && reply.status == 200)
		own = other(store, request, &reply.status);
	pthread_mutex_unlock(&store->lock);
	body = reply.body ? reply.body : own;
	if (!body) {
		body = "{\"error\":{\"type\":\"illegal_argument_exception\",\"reason\":\"injected\"}}";
		if (reply.status == 200)
			reply.status = 400;
	}
	snprintf(head, sizeof(head), "HTTP/1.1 %u X\r\nContent-Type: application/json\r\n%sContent-Length: %zu\r\n\r\n",
		 reply.status, reply.headers ? reply.headers : "", strlen(body));
	add_text(&out, head);
	add_text(&out, body);
	switch (reply.fault) {
	case CW_STORE_SILENT: recv(fd, head, sizeof(head), 0); break; /* until the other side closes */
	case CW_STORE_RESET:
	case CW_STORE_RESET_LATE: reset(fd); break;
	case CW_STORE_HALF: send_all(fd, out.p, out.n - strlen(body) / 2, out.n); break;
	case CW_STORE_BYTES: send_all(fd, out.p, out.n, 1); break;
	default: send_all(fd, out.p, out.n, out.n);
	}
	free(own);
	free(out.p);
	return reply.fault == CW_STORE_ANSWER || reply.fault == CW_STORE_BYTES;
}

static void unpack(struct bytes *out, const char *p, size_t n)
{
	z_stream z = { 0 };
	char chunk[65536];
	int rc;

	if (inflateInit2(&z, 15 + 16) != Z_OK)
		abort();
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	do {
		z.next_out = (Bytef *)chunk;
		z.avail_out = sizeof(chunk);
		rc = inflate(&z, Z_NO_FLUSH);
		add(out, chunk, sizeof(chunk) - z.avail_out);
	} while (rc == Z_OK);
	inflateEnd(&z);
}

static bool receive(int fd, struct bytes *in)
{
	char chunk[65536];
	ssize_t n = recv(fd, chunk, sizeof(chunk), 0);

	if (n <= 0)
		return false;
	add(in, chunk, (size_t)n);
	return true;
}

/* Reads one request and answers it; false: the connection ends. */
static bool serve_one(struct cw_fake_store *store, int fd, struct bytes *in)
{
	struct cw_store_request request = { 0 };
	struct bytes unpacked = { 0 };
	char method[16], path[1024], *end, *length, *head;
	size_t head_n, body_n = 0;
	bool more;

	while (!in->p || !(end = strstr(in->p, "\r\n\r\n")))
		if (!receive(fd, in))
			return false;
	head_n = (size_t)(end - in->p) + 4;
	head = strndup(in->p, head_n);
	length = strcasestr(head, "\r\nContent-Length:");
	if (length)
		body_n = strtoull(length + 17, NULL, 10);
	while (in->n < head_n + body_n)
		if (!receive(fd, in)) {
			free(head);
			return false;
		}
	if (sscanf(head, "%15s %1023s", method, path) != 2)
		abort();
	request.method = method;
	request.path = path;
	request.head = head;
	request.body = in->p + head_n;
	request.n = body_n;
	request.bulk = strstr(path, "/_bulk") != NULL;
	request.gzip = strcasestr(head, "\r\nContent-Encoding: gzip") != NULL;
	if (request.gzip) {
		unpack(&unpacked, request.body, body_n);
		request.body = unpacked.p;
		request.n = unpacked.n;
	}
	more = answer(store, fd, &request);
	free(unpacked.p);
	free(head);
	memmove(in->p, in->p + head_n + body_n, in->n - head_n - body_n);
	in->n -= head_n + body_n;
	in->p[in->n] = '\0';
	return more;
}

/* ---- connections -------------------------------------------------------------------------------- */

struct connection {
	struct cw_fake_store *store;
	int fd;
};

static void *serve(void *arg)
{
	struct connection *connection = arg;
	struct cw_fake_store *store = connection->store;
	int fd = connection->fd;
	struct bytes in = { 0 };

	while (serve_one(store, fd, &in))
		;
	free(in.p);
	free(connection);
	pthread_mutex_lock(&store->lock);
	for (size_t i = 0; i < CW_STORE_CONNECTIONS; i++)
		if (store->fds[i] == fd)
			store->fds[i] = -2; /* its thread is to be joined */
	close(fd);
	pthread_mutex_unlock(&store->lock);
	return NULL;
}

/* With the lock held. */
static void begin_connection(struct cw_fake_store *store, int fd)
{
	struct connection *connection = malloc(sizeof(*connection));
	int one = 1;
	size_t i = 0;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	while (i < CW_STORE_CONNECTIONS && store->fds[i] >= 0)
		i++;
	if (i == CW_STORE_CONNECTIONS || !connection)
		abort();
	if (store->fds[i] == -2)
		pthread_join(store->threads[i], NULL); /* it took the lock for the last time */
	store->fds[i] = fd;
	store->connections++;
	connection->store = store;
	connection->fd = fd;
	if (pthread_create(&store->threads[i], NULL, serve, connection))
		abort();
}

static void *accept_all(void *arg)
{
	struct cw_fake_store *store = arg;

	for (;;) {
		int fd = accept(store->listener, NULL, NULL);

		pthread_mutex_lock(&store->lock);
		if (store->stopping) {
			if (fd >= 0)
				close(fd);
			pthread_mutex_unlock(&store->lock);
			return NULL;
		}
		if (fd >= 0)
			begin_connection(store, fd);
		pthread_mutex_unlock(&store->lock);
	}
}

void cw_fake_store_resume(struct cw_fake_store *store)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(store->port) };
	socklen_t n = sizeof(address);
	int one = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	store->listener = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(store->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(store->listener, (struct sockaddr *)&address, n) || listen(store->listener, 64) ||
	    getsockname(store->listener, (struct sockaddr *)&address, &n)) {
		perror("fake_store");
		abort();
	}
	store->port = ntohs(address.sin_port);
	snprintf(store->url, sizeof(store->url), "http://127.0.0.1:%u", store->port);
	store->stopping = false;
	for (size_t i = 0; i < CW_STORE_CONNECTIONS; i++)
		store->fds[i] = -1;
	if (pthread_create(&store->thread, NULL, accept_all, store))
		abort();
}

void cw_fake_store_start(struct cw_fake_store *store)
{
	pthread_mutex_init(&store->lock, NULL);
	store->documents = json_object();
	store->templates = json_object();
	store->mappings = json_object();
	store->versions = json_object();
	store->seen = json_object();
	store->routings = json_object();
	store->things = json_object();
	store->puts = json_array();
	cw_fake_store_resume(store);
}

void cw_fake_store_stop(struct cw_fake_store *store)
{
	bool used;

	pthread_mutex_lock(&store->lock);
	store->stopping = true;
	shutdown(store->listener, SHUT_RDWR);
	for (size_t i = 0; i < CW_STORE_CONNECTIONS; i++)
		if (store->fds[i] >= 0)
			shutdown(store->fds[i], SHUT_RDWR);
	pthread_mutex_unlock(&store->lock);
	pthread_join(store->thread, NULL);
	close(store->listener);
	for (size_t i = 0; i < CW_STORE_CONNECTIONS; i++) {
		pthread_mutex_lock(&store->lock);
		used = store->fds[i] != -1;
		pthread_mutex_unlock(&store->lock);
		if (used)
			pthread_join(store->threads[i], NULL);
	}
}

unsigned cw_fake_store_bulks(struct cw_fake_store *store)
{
	unsigned bulks;

	pthread_mutex_lock(&store->lock);
	bulks = store->bulks;
	pthread_mutex_unlock(&store->lock);
	return bulks;
}

void cw_fake_store_recover(struct cw_fake_store *store)
{
	pthread_mutex_lock(&store->lock);
	store->on_request = NULL;
	pthread_mutex_unlock(&store->lock);
}

size_t cw_fake_store_count(struct cw_fake_store *store, const char *index)
{
	size_t n;

	pthread_mutex_lock(&store->lock);
	n = json_object_size(json_object_get(store->documents, index));
	pthread_mutex_unlock(&store->lock);
	return n;
}

void cw_fake_store_free(struct cw_fake_store *store)
{
	cw_fake_store_stop(store);
	json_decref(store->documents);
	json_decref(store->templates);
	json_decref(store->mappings);
	json_decref(store->versions);
	json_decref(store->seen);
	json_decref(store->routings);
	json_decref(store->things);
	json_decref(store->puts);
	pthread_mutex_destroy(&store->lock);
}
