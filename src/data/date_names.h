/* date_names - the English names of months, days, eras and halves of days, as Java's locale en_US has them. */
#ifndef CW_DATA_DATE_NAMES_H
#define CW_DATA_DATE_NAMES_H

/* Each list has the short names, then the long ones, of which only the first n count. */
#define CW_DATE_MONTHS 12
#define CW_DATE_WEEKDAYS 7 /* from Sunday */
#define CW_DATE_ERAS 2     /* BC, AD */
#define CW_DATE_HALVES 2   /* AM, PM */

extern const char *const cw_date_months[2 * CW_DATE_MONTHS];
extern const char *const cw_date_weekdays[2 * CW_DATE_WEEKDAYS];
extern const char *const cw_date_eras[2 * CW_DATE_ERAS];
extern const char *const cw_date_halves[CW_DATE_HALVES];

#endif
