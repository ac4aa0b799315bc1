#include "exchange.h"

#include <math.h>
#include <stdlib.h>

enum { GET = 0, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE }; /* as in cw_methods */

static bool sensible(int method, int status)
{
	switch (status) {
	case 304:
		return method == GET || method == HEAD;
	case 206:
		return method == GET;
	case 201:
		return method == POST || method == PUT;
	case 204:
		return method >= POST && method <= OPTIONS;
	case 405:
		return method >= POST;
	default:
		return true;
	}
}

/* One round of iterative proportional fitting over lines that lie `stride` apart: each gets its weight. */
static double fit(double *cells, const struct cw_weights *weights, size_t across, size_t step, size_t stride)
{
	double total = 0, worst = 0;

	for (size_t i = 0; i < weights->n; i++)
		total += weights->items[i].weight;
	for (size_t i = 0; i < weights->n; i++) {
		double want = weights->items[i].weight / total, sum = 0;

		for (size_t j = 0; j < across; j++)
			sum += cells[i * stride + j * step];
		if (fabs(sum - want) > worst)
			worst = fabs(sum - want);
		for (size_t j = 0; sum > 0 && j < across; j++)
			cells[i * stride + j * step] *= want / sum;
	}
	return worst;
}

/*
 * cells[method][status]: shares whose sums are both sets of weights. `odd` is what a combination weighs
 * at first that makes no sense: 0 forbids it. Returns how far from the weights the result is.
 */
static double combine(double *cells, const struct cw_weights *methods, const struct cw_weights *statuses, double odd)
{
	double off = 1;

	for (size_t m = 0; m < methods->n; m++)
		for (size_t s = 0; s < statuses->n; s++)
			cells[m * statuses->n + s] = methods->items[m].weight * statuses->items[s].weight *
						     (sensible(methods->items[m].id, statuses->items[s].id) ? 1 : odd);
	for (int round = 0; round < 500 && off > 1e-9; round++) {
		off = fit(cells, methods, statuses->n, 1, statuses->n);
		off += fit(cells, statuses, methods->n, statuses->n, 1);
	}
	return off;
}

static enum cw_size_rule size_rule(int method, int status)
{
	if (method == HEAD || status == 204 || status == 304)
		return CW_SIZE_NONE;
	if (status >= 400)
		return CW_SIZE_ERROR;
	if (status >= 300)
		return CW_SIZE_REDIRECT;
	if (method == OPTIONS)
		return CW_SIZE_NONE;
	if (method != GET)
		return CW_SIZE_ANSWER;
	return status == 206 ? CW_SIZE_PART : CW_SIZE_BODY;
}

static void describe(struct cw_exchange *e, enum cw_line_format format, int method, int status)
{
	static const char *const protocols[CW_PROTOCOLS] = { "HTTP/1.1", "HTTP/2.0", "HTTP/1.0" };
	bool json = format == CW_LINE_JSON;
	int n = 0;

	e->before_n = (uint8_t)snprintf(e->before, sizeof(e->before), "%s%s", cw_methods[method],
					json ? "\",\"endpoint\":\"" : " ");
	for (int i = 0; i < CW_PROTOCOLS; i++) {
		if (json)
			n = snprintf(e->after[i], sizeof(e->after[i]), "\",\"protocol\":\"%s\",\"status\":%d,\"size\":",
				     protocols[i], status);
		else
			n = snprintf(e->after[i], sizeof(e->after[i]), " %s\" %d ", protocols[i], status);
	}
	e->after_n = (uint8_t)n;
	e->size_rule = (uint8_t)size_rule(method, status);
	e->changing = method != GET && method != HEAD;
	e->error_size = (uint16_t)(320 + cw_below(cw_mix((uint64_t)status), 14000));
	e->status = (uint16_t)status;
}

int cw_exchanges_init(struct cw_exchanges *exchanges, enum cw_line_format format, const struct cw_weights *methods,
		      const struct cw_weights *statuses)
{
	size_t n = methods->n * statuses->n;
	double *cells = calloc(n, sizeof(*cells));
	int result = -1;

	exchanges->table = calloc(n, sizeof(*exchanges->table));
	if (cells && exchanges->table) {
		if (combine(cells, methods, statuses, 0) > 1e-6)
			combine(cells, methods, statuses, 1e-3);
		for (size_t i = 0; i < n; i++)
			describe(&exchanges->table[i], format, methods->items[i / statuses->n].id,
				 statuses->items[i % statuses->n].id);
		result = cw_alias_init(&exchanges->pick, cells, (uint32_t)n);
	}
	free(cells);
	return result;
}

void cw_exchanges_free(struct cw_exchanges *exchanges)
{
	free(exchanges->table);
	cw_alias_free(&exchanges->pick);
}
