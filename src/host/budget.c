#include "host/budget.h"

static int64_t number_at(const struct cw_budget *b, int64_t now_ms)
{
	return now_ms / (b->window_ms / CW_BUDGET_STEPS);
}

static struct cw_budget_step *step_at(struct cw_budget *b, int64_t now_ms)
{
	int64_t number = number_at(b, now_ms);
	struct cw_budget_step *step = &b->steps[number % CW_BUDGET_STEPS];

	if (step->number != number)
		*step = (struct cw_budget_step){ .number = number };
	return step;
}

void cw_budget_records(struct cw_budget *b, int64_t n, int64_t now_ms)
{
	step_at(b, now_ms)->records += n;
}

void cw_budget_sum(const struct cw_budget *b, int64_t now_ms, int64_t *records, int64_t *errors)
{
	int64_t first = number_at(b, now_ms) - CW_BUDGET_STEPS + 1;

	*records = *errors = 0;
	for (int i = 0; i < CW_BUDGET_STEPS; i++)
		if (b->steps[i].number >= first) {
			*records += b->steps[i].records;
			*errors += b->steps[i].errors;
		}
}

bool cw_budget_spend(struct cw_budget *b, int64_t now_ms)
{
	int64_t records, errors;

	step_at(b, now_ms)->errors++;
	cw_budget_sum(b, now_ms, &records, &errors);
	if (b->count >= 0 && errors > b->count)
		return true;
	return b->percent < 100 && records >= CW_BUDGET_LEAST && errors * 100 > records * b->percent;
}
