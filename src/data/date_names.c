#include "data/date_names.h"

const char *const cw_date_months[2 * CW_DATE_MONTHS] = {
	"Jan",     "Feb",      "Mar",   "Apr",   "May", "Jun",  "Jul",  "Aug",    "Sep",       "Oct",     "Nov",
	"Dec",
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
	"December",
};
const char *const cw_date_weekdays[2 * CW_DATE_WEEKDAYS] = {
	"Sun",    "Mon",    "Tue",     "Wed",       "Thu",      "Fri",    "Sat",
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};
const char *const cw_date_eras[2 * CW_DATE_ERAS] = { "BC", "AD", "Before Christ", "Anno Domini" };
const char *const cw_date_halves[CW_DATE_HALVES] = { "AM", "PM" };
