/* What names of time zones mean in the places where it is not what they mean everywhere, recorded from Java 17. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/date_zone_names.h"

#define LOCALTIME "/etc/localtime"
#define DATABASE "/zoneinfo/"

static const struct cw_date_zone_place places[] = {
	{ " Africa/Algiers Africa/Tunis ",
	  { { "Central European Summer Time", 60 }, { "CEST", 60 } } },
	{ " Africa/Casablanca Africa/El_Aaiun WET ",
	  { { "Western European Time", 0 } } },
	{ " Africa/Tripoli Europe/Kaliningrad Libya ",
	  { { "Eastern European Summer Time", 120 }, { "EEST", 120 } } },
	{ " Africa/Windhoek ",
	  { { "Central Africa Time", 60 }, { "CAT", 60 }, { "Western African Time", 120 }, { "WAT", 120 } } },
	{ " America/Adak America/Atka US/Aleutian ",
	  { { "Hawaii-Aleutian Daylight Time", -540 } } },
	{ " America/Anguilla America/Antigua America/Aruba America/Barbados America/Blanc-Sablon "
	  "America/Curacao America/Dominica America/Grenada America/Guadeloupe America/Kralendijk "
	  "America/Lower_Princes America/Marigot America/Martinique America/Montserrat "
	  "America/Port_of_Spain America/Puerto_Rico America/Santo_Domingo America/St_Barthelemy "
	  "America/St_Kitts America/St_Lucia America/St_Thomas America/St_Vincent America/Tortola "
	  "America/Virgin ",
	  { { "Atlantic Daylight Time", -240 }, { "ADT", -240 } } },
	{ " America/Atikokan America/Cancun America/Cayman America/Coral_Harbour America/Jamaica "
	  "America/Panama Jamaica ",
	  { { "Eastern Daylight Time", -300 }, { "EDT", -300 } } },
	{ " America/Bahia_Banderas America/Belize America/Chihuahua America/Costa_Rica America/El_Salvador "
	  "America/Guatemala America/Managua America/Merida America/Mexico_City America/Monterrey "
	  "America/Regina America/Swift_Current America/Tegucigalpa Canada/Saskatchewan Mexico/General ",
	  { { "Central Daylight Time", -360 }, { "CDT", -360 } } },
	{ " America/Boa_Vista America/Campo_Grande America/Cuiaba America/Manaus America/Porto_Velho "
	  "Brazil/West ",
	  { { "AMT", -240 }, { "AMST", -240 } } },
	{ " America/Creston America/Dawson America/Dawson_Creek America/Fort_Nelson America/Phoenix "
	  "America/Whitehorse Canada/Yukon US/Arizona ",
	  { { "Mountain Daylight Time", -420 }, { "MDT", -420 } } },
	{ " America/Eirunepe America/Porto_Acre America/Rio_Branco Brazil/Acre ",
	  { { "ACST", -300 } } },
	{ " America/Godthab America/Nuuk ",
	  { { "West Greenland Standard Time", -120 }, { "West Greenland Summer Time", -60 } } },
	{ " America/Havana Cuba ",
	  { { "CST", -300 }, { "CDT", -240 } } },
	{ " America/Hermosillo America/Mazatlan Mexico/BajaSur ",
	  { { "MDT", -420 } } },
	{ " America/Scoresbysund ",
	  { { "East Greenland Standard Time", -120 }, { "East Greenland Summer Time", -60 } } },
	{ " Antarctica/Palmer ",
	  { { "CLT", -180 } } },
	{ " Asia/Aden Asia/Baghdad Asia/Bahrain Asia/Kuwait Asia/Qatar Asia/Riyadh ",
	  { { "AST", 180 }, { "ADT", 180 } } },
	{ " Asia/Almaty Asia/Qostanay ",
	  { { "East Kazakhstan Time", 300 } } },
	{ " Asia/Amman Asia/Damascus ",
	  { { "Eastern European Standard Time", 180 }, { "EET", 180 } } },
	{ " Asia/Calcutta Asia/Colombo Asia/Kolkata ",
	  { { "IST", 330 }, { "IDT", 330 } } },
	{ " Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai Asia/Taipei PRC ",
	  { { "CST", 480 }, { "CDT", 480 } } },
	{ " Asia/Dili ",
	  { { "East Timor Time", 540 } } },
	{ " Asia/Famagusta EET ",
	  { { "Eastern European Time", 120 } } },
	{ " Asia/Jayapura ",
	  { { "Eastern Indonesia Time", 540 }, { "East Indonesia Summer Time", 540 } } },
	{ " Asia/Kamchatka ",
	  { { "Petropavlovsk-Kamchatski Standard Time", 720 }, { "PETT", 720 },
	    { "Petropavlovsk-Kamchatski Summer Time", 720 }, { "PETST", 720 } } },
	{ " Asia/Makassar Asia/Ujung_Pandang ",
	  { { "WITA", 480 } } },
	{ " Asia/Manila ",
	  { { "PST", 480 }, { "PDT", 480 } } },
	{ " Atlantic/South_Georgia ",
	  { { "GST", -120 }, { "GDT", -120 } } },
	{ " Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna ",
	  { { "Australian Central Daylight Time", 630 }, { "ACDT", 630 } } },
	{ " Australia/Brisbane Australia/Lindeman Australia/Queensland ",
	  { { "Australian Eastern Daylight Time", 600 }, { "AEDT", 600 } } },
	{ " Chile/EasterIsland Pacific/Easter ",
	  { { "Easter Island Standard Time", -360 }, { "EAST", -360 }, { "Easter Island Summer Time", -360 } } },
	{ " Eire Europe/Dublin ",
	  { { "IST", 60 } } },
	{ " Europe/Astrakhan ",
	  { { "Astrakhan Standard Time", 240 } } },
	{ " Pacific/Bougainville ",
	  { { "BST", 660 } } },
	{ " Pacific/Johnston ",
	  { { "HADT", -600 } } },
	{ " Pacific/Pitcairn ",
	  { { "PDT", -480 } } },
};

const struct cw_date_zone_place *cw_date_zone_place(const char *id)
{
	size_t n = strlen(id);

	if (n == 0 || strchr(id, ' '))
		return NULL;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		for (const char *p = strstr(places[i].ids, id); p; p = strstr(p + 1, id))
			if (p[-1] == ' ' && p[n] == ' ')
				return &places[i];
	return NULL;
}

/* "Europe/Berlin" of ":Europe/Berlin" and of "/usr/share/zoneinfo/posix/Europe/Berlin". */
static const char *id_of(const char *text)
{
	const char *database = strstr(text, DATABASE), *id = text + (*text == ':');

	if (database)
		id = database + strlen(DATABASE);
	return id + (strncmp(id, "posix/", 6) == 0 ? 6 : 0);
}

const struct cw_date_zone_place *cw_date_zone_here(void)
{
	const char *tz = getenv("TZ");
	char target[PATH_MAX];
	ssize_t n;

	if (tz)
		return cw_date_zone_place(id_of(tz));
	n = readlink(LOCALTIME, target, sizeof(target) - 1);
	if (n < 0)
		return NULL;
	target[n] = '\0';
	return cw_date_zone_place(id_of(target));
}
