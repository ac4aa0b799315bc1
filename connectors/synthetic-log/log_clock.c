#include "log_clock.h"

/* Requests at the full hours of a day in thousandths of the mean: quiet at 4, a break at noon, most at 20. */
static const int hours[24] = { 620,  430,  310,  240,  220, 260, 420,  700,  960,  1150, 1250, 1300,
			       1270, 1240, 1260, 1290, 1310, 1330, 1400, 1560, 1640, 1480, 1180, 880 };

static void set_cells(struct cw_log_clock *clock, int64_t variation_permille)
{
	int64_t weights[CW_CELLS], total = 0, sum = 0;

	for (int i = 0; i < CW_CELLS; i++) {
		int hour = i / 12, part = i % 12;
		int64_t curve = hours[hour] * (12 - part) + hours[(hour + 1) % 24] * part;

		weights[i] = 12000 * (1000 - variation_permille) + curve * variation_permille;
		total += weights[i];
	}
	for (int i = 0; i < CW_CELLS; i++) {
		clock->second_us[i] = (uint32_t)(weights[i] * CW_CELLS * 10000 / (total / 100));
		sum += clock->second_us[i];
	}
	/* What rounding took is given back a unit each, so that a day is a day. */
	for (int i = 0; sum != (int64_t)CW_CELLS * 1000000; i = (i + 1) % CW_CELLS) {
		int step = sum < (int64_t)CW_CELLS * 1000000 ? 1 : -1;

		clock->second_us[i] += (uint32_t)step;
		sum += step;
	}
	clock->begin_us[0] = 0;
	for (int i = 0; i < CW_CELLS; i++)
		clock->begin_us[i + 1] = clock->begin_us[i] + (uint64_t)clock->second_us[i] * CW_CELL_S;
}

void cw_log_clock_init(struct cw_log_clock *clock, int64_t start_s, double rate, double variation)
{
	int64_t second = start_s % CW_DAY_S;
	int64_t cell = second / CW_CELL_S;

	set_cells(clock, (int64_t)(variation * 1000 + 0.5));
	clock->day_zero = start_s / CW_DAY_S;
	clock->start_us = clock->begin_us[cell] + (uint64_t)(second % CW_CELL_S) * clock->second_us[cell];
	clock->record_us = 1e6 / rate;
}

struct cw_log_second cw_log_clock_second(const struct cw_log_clock *clock, uint64_t nominal_us)
{
	uint64_t day = nominal_us / clock->begin_us[CW_CELLS], rest = nominal_us % clock->begin_us[CW_CELLS];
	uint32_t low = 0, high = CW_CELLS, second;
	struct cw_log_second result;

	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;

		if (clock->begin_us[middle] <= rest)
			low = middle;
		else
			high = middle;
	}
	second = (uint32_t)((rest - clock->begin_us[low]) / clock->second_us[low]);
	result.epoch_s = (clock->day_zero + (int64_t)day) * CW_DAY_S + (int64_t)low * CW_CELL_S + second;
	result.from_us = nominal_us - rest + clock->begin_us[low] + (uint64_t)second * clock->second_us[low];
	result.until_us = result.from_us + clock->second_us[low];
	return result;
}

uint32_t cw_log_clock_rate(const struct cw_log_clock *clock, int64_t epoch_s)
{
	return clock->second_us[epoch_s % CW_DAY_S / CW_CELL_S];
}

/* Days since 0000-03-01 make leap days the last of their year (H. Hinnant, "chrono-compatible algorithms"). */
struct cw_civil cw_civil(int64_t epoch_s)
{
	int64_t z = epoch_s / CW_DAY_S + 719468, rest = epoch_s % CW_DAY_S;
	int64_t era = z / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct cw_civil){ (int)(yoe + era * 400) + (month <= 2), month, (int)(doy - (153 * mp + 2) / 5 + 1),
				  (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60) };
}

int64_t cw_civil_epoch(const struct cw_civil *civil)
{
	int64_t y = civil->year - (civil->month <= 2), era = y / 400, yoe = y - era * 400;
	int64_t doy = (153 * (civil->month + (civil->month > 2 ? -3 : 9)) + 2) / 5 + civil->day - 1;
	int64_t days = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;

	return days * CW_DAY_S + civil->hour * 3600 + civil->minute * 60 + civil->second;
}

int cw_civil_month_days(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}
