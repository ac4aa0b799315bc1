#include "devstore/date_impl.h"

static int64_t days_from_civil(int64_t y, int m, int d)
{
	int64_t era, doy, doe, yoe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

int64_t cw_date_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

void cw_date_fields_of(int64_t ms, struct cw_date_fields *f)
{
	int64_t days = cw_date_floor_div(ms, CW_DAY_MS), rest = ms - days * CW_DAY_MS;
	int64_t z = days + 719468, era = cw_date_floor_div(z, 146097);
	int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

	f->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	f->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	f->year = yoe + era * 400 + (f->month <= 2);
	f->hour = (int)(rest / 3600000);
	f->minute = (int)(rest / 60000 % 60);
	f->second = (int)(rest / 1000 % 60);
	f->ms = (int)(rest % 1000);
	f->offset_minutes = 0;
}

int cw_date_days_in_month(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : days[month - 1];
}

bool cw_date_fields_to_ms(const struct cw_date_fields *f, int64_t *ms)
{
	if (f->month < 1 || f->month > 12 || f->day < 1 || f->day > cw_date_days_in_month(f->year, f->month) || f->hour > 23 ||
	    f->minute > 59 || f->second > 59)
		return false;
	*ms = days_from_civil(f->year, f->month, f->day) * CW_DAY_MS + f->hour * INT64_C(3600000) +
	      (f->minute - f->offset_minutes) * INT64_C(60000) + f->second * INT64_C(1000) + f->ms;
	return true;
}
