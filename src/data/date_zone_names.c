/* The names of time zones that Java 17 reads in English, with what they meant in 2024. */
#include <strings.h>

#include "data/date_zone.h"

/* In minutes east of UTC, daylight saving included. */
struct zone {
	const char *name;
	int16_t offset;
};

static const struct zone zones[] = {
	{ "ACDT", 570 }, { "Acre Standard Time", -300 }, { "Acre Summer Time", -300 }, { "ACST", 570 },
	{ "ACT", -300 }, { "ACWDT", 525 }, { "ACWST", 525 }, { "ADT", -180 }, { "AEDT", 660 }, { "AEST", 600 },
	{ "Afghanistan Summer Time", 270 }, { "Afghanistan Time", 270 }, { "AFST", 270 }, { "AFT", 270 },
	{ "AKDT", -480 }, { "AKST", -540 }, { "Alaska Daylight Time", -480 }, { "Alaska Standard Time", -540 },
	{ "Alma-Ata Summer Time", 360 }, { "ALMST", 360 }, { "ALMT", 360 }, { "Amazon Standard Time", -240 },
	{ "Amazon Summer Time", -240 }, { "AMST", 240 }, { "AMT", 240 }, { "Anadyr Standard Time", 720 },
	{ "Anadyr Summer Time", 720 }, { "ANAST", 720 }, { "ANAT", 720 }, { "Apia Daylight Time", 780 },
	{ "Apia Standard Time", 780 }, { "Aqtau Summer Time", 300 }, { "Aqtobe Summer Time", 300 }, { "AQTST", 300 },
	{ "AQTT", 300 }, { "Arabian Daylight Time", 180 }, { "Arabian Standard Time", 180 },
	{ "Argentina Standard Time", -180 }, { "Argentina Summer Time", -180 }, { "Argentine Summer Time", -180 },
	{ "Argentine Time", -180 }, { "Armenia Standard Time", 240 }, { "Armenia Summer Time", 240 },
	{ "ARST", -180 }, { "ART", -180 }, { "AST", -240 }, { "Atlantic Daylight Time", -180 },
	{ "Atlantic Standard Time", -240 }, { "Atyrau Daylight Time", 300 },
	{ "Australian Central Daylight Time", 570 }, { "Australian Central Standard Time", 570 },
	{ "Australian Central Western Daylight Time", 525 }, { "Australian Central Western Standard Time", 525 },
	{ "Australian Eastern Daylight Time", 660 }, { "Australian Eastern Standard Time", 600 },
	{ "Australian Western Daylight Time", 480 }, { "Australian Western Standard Time", 480 }, { "AWDT", 480 },
	{ "AWST", 480 }, { "Azerbaijan Standard Time", 240 }, { "Azerbaijan Summer Time", 240 },
	{ "Azores Standard Time", -60 }, { "Azores Summer Time", 0 }, { "AZOST", 0 }, { "AZOT", -60 },
	{ "AZST", 240 }, { "AZT", 240 }, { "Bangladesh Standard Time", 360 }, { "Bangladesh Summer Time", 360 },
	{ "Barnaul Daylight Time", 420 }, { "Barnaul Standard Time", 420 }, { "BDST", 360 }, { "BDT", 360 },
	{ "Bhutan Summer Time", 360 }, { "Bhutan Time", 360 }, { "BNST", 480 }, { "BNT", 480 },
	{ "Bolivia Summer Time", -240 }, { "Bolivia Time", -240 }, { "BOST", -240 }, { "BOT", -240 },
	{ "Bougainville Daylight Time", 660 }, { "Bougainville Standard Time", 660 },
	{ "Brasilia Standard Time", -180 }, { "Brasilia Summer Time", -180 }, { "British Summer Time", 60 },
	{ "BRST", -180 }, { "BRT", -180 }, { "Brunei Darussalam Time", 480 }, { "Brunei Summer Time", 480 },
	{ "BST", 60 }, { "BTST", 360 }, { "BTT", 360 }, { "Cape Verde Standard Time", -60 },
	{ "Cape Verde Summer Time", -60 }, { "Casey Time", 480 }, { "CAST", 120 }, { "CAT", 120 }, { "CCST", 390 },
	{ "CCT", 390 }, { "CDT", -300 }, { "Central Africa Time", 120 }, { "Central African Summer Time", 120 },
	{ "Central Daylight Time", -300 }, { "Central European Standard Time", 60 },
	{ "Central European Summer Time", 120 }, { "Central European Time", 60 },
	{ "Central Indonesia Summer Time", 480 }, { "Central Indonesia Time", 480 },
	{ "Central Standard Time", -360 }, { "CEST", 120 }, { "CET", 60 }, { "CHADT", 825 },
	{ "Chamorro Daylight Time", 600 }, { "Chamorro Standard Time", 600 }, { "CHAST", 765 },
	{ "Chatham Daylight Time", 825 }, { "Chatham Standard Time", 765 }, { "ChDT", 600 },
	{ "Chile Standard Time", -240 }, { "Chile Summer Time", -180 }, { "Chile Time", -180 },
	{ "China Daylight Time", 480 }, { "China Standard Time", 480 }, { "CHOST", 480 }, { "CHOT", 480 },
	{ "Christmas Island Summer Time", 420 }, { "Christmas Island Time", 420 }, { "ChST", 600 }, { "CHUST", 600 },
	{ "CHUT", 600 }, { "Chuuk Summer Time", 600 }, { "Chuuk Time", 600 }, { "CIST", 480 }, { "CKHST", -600 },
	{ "CKT", -600 }, { "CLST", -180 }, { "CLT", -240 }, { "Cocos Islands Summer Time", 390 },
	{ "Cocos Islands Time", 390 }, { "Colombia Standard Time", -300 }, { "Colombia Summer Time", -300 },
	{ "Cook Islands Half Summer Time", -600 }, { "Cook Islands Standard Time", -600 },
	{ "Coordinated Universal Time", 0 }, { "COST", -300 }, { "COT", -300 }, { "CST", -360 },
	{ "Cuba Daylight Time", -240 }, { "Cuba Standard Time", -300 }, { "CVST", -60 }, { "CVT", -60 },
	{ "CXST", 420 }, { "CXT", 420 }, { "Davis Summer Time", 420 }, { "Davis Time", 420 }, { "DAVST", 420 },
	{ "DAVT", 420 }, { "DDUST", 600 }, { "DDUT", 600 }, { "Dumont-d'Urville Summer Time", 600 },
	{ "EASST", -300 }, { "EAST", 180 }, { "East Africa Time", 180 }, { "Eastern African Summer Time", 180 },
	{ "Eastern Daylight Time", -240 }, { "Eastern European Standard Time", 120 },
	{ "Eastern European Summer Time", 180 }, { "Eastern Standard Time", -300 }, { "EAT", 180 }, { "ECST", -300 },
	{ "ECT", -300 }, { "Ecuador Summer Time", -300 }, { "Ecuador Time", -300 }, { "EDT", -240 }, { "EEST", 180 },
	{ "EET", 120 }, { "EGST", 0 }, { "EGT", -60 }, { "EIST", 540 }, { "EST", -300 },
	{ "Falkland Islands Standard Time", -180 }, { "Falkland Islands Summer Time", -180 },
	{ "Fernando de Noronha Standard Time", -120 }, { "Fernando de Noronha Summer Time", -120 },
	{ "Fiji Standard Time", 720 }, { "Fiji Summer Time", 720 }, { "FJST", 720 }, { "FJT", 720 }, { "FKST", -180 },
	{ "FKT", -180 }, { "FNST", -120 }, { "FNT", -120 }, { "French Guiana Summer Time", -180 },
	{ "French Guiana Time", -180 }, { "French Southern & Antarctic Lands Summer Time", 300 },
	{ "French Southern & Antarctic Time", 300 }, { "Galapagos Summer Time", -360 }, { "Galapagos Time", -360 },
	{ "GALST", -360 }, { "GALT", -360 }, { "Gambier Summer Time", -540 }, { "Gambier Time", -540 },
	{ "GAMST", -540 }, { "GAMT", -540 }, { "GDT", 240 }, { "Georgia Standard Time", 240 },
	{ "Georgia Summer Time", 240 }, { "GEST", 240 }, { "GET", 240 }, { "GFST", -180 }, { "GFT", -180 },
	{ "Ghana Summer Time", 0 }, { "GHST", 0 }, { "Gilbert Is. Summer Time", 720 },
	{ "Gilbert Islands Time", 720 }, { "GILST", 720 }, { "GILT", 720 }, { "GMT", 0 }, { "GMT+04:00", 240 },
	{ "GMT+05:00", 300 }, { "GMT+07:00", 420 }, { "GMT+13:00", 780 }, { "GMT-03:00", -180 },
	{ "Greenwich Mean Time", 0 }, { "GST", 240 }, { "Gulf Daylight Time", 240 }, { "Gulf Standard Time", 240 },
	{ "Guyana Summer Time", -240 }, { "Guyana Time", -240 }, { "GYST", -240 }, { "GYT", -240 }, { "HADT", -540 },
	{ "HAST", -600 }, { "Hawaii Standard Time", -600 }, { "Hawaii-Aleutian Daylight Time", -600 },
	{ "Hawaii-Aleutian Standard Time", -600 }, { "HDT", -600 }, { "HKST", 480 }, { "HKT", 480 },
	{ "Hong Kong Standard Time", 480 }, { "Hong Kong Summer Time", 480 }, { "Hovd Standard Time", 420 },
	{ "Hovd Summer Time", 420 }, { "HOVST", 420 }, { "HOVT", 420 }, { "HST", -600 }, { "ICST", 420 },
	{ "ICT", 420 }, { "IDT", 180 }, { "India Daylight Time", 330 }, { "India Standard Time", 330 },
	{ "Indian Ocean Territory Summer Time", 360 }, { "Indian Ocean Time", 360 }, { "Indochina Summer Time", 420 },
	{ "Indochina Time", 420 }, { "IOST", 360 }, { "IOT", 360 }, { "Iran Daylight Time", 210 },
	{ "Iran Standard Time", 210 }, { "IRDT", 210 }, { "Irish Standard Time", 60 }, { "IRKST", 480 },
	{ "IRKT", 480 }, { "Irkutsk Standard Time", 480 }, { "Irkutsk Summer Time", 480 }, { "IRST", 210 },
	{ "Israel Daylight Time", 180 }, { "Israel Standard Time", 120 }, { "IST", 120 },
	{ "Japan Daylight Time", 540 }, { "Japan Standard Time", 540 }, { "JDT", 540 }, { "JST", 540 },
	{ "Kanton Daylight Time", 780 }, { "Kanton Standard Time", 780 }, { "KDT", 540 }, { "KGST", 360 },
	{ "KGT", 360 }, { "Kirgizstan Summer Time", 360 }, { "Korean Daylight Time", 540 },
	{ "Korean Standard Time", 540 }, { "Kosrae Summer Time", 660 }, { "Kosrae Time", 660 }, { "KOSST", 660 },
	{ "KOST", 660 }, { "Kostanay Summer Time", 360 }, { "Krasnoyarsk Standard Time", 420 },
	{ "Krasnoyarsk Summer Time", 420 }, { "KRAST", 420 }, { "KRAT", 420 }, { "KST", 540 },
	{ "Kyrgyzstan Time", 360 }, { "LHDT", 660 }, { "LHST", 630 }, { "Line Is. Summer Time", 840 },
	{ "Line Islands Time", 840 }, { "LINST", 840 }, { "LINT", 840 }, { "Lord Howe Daylight Time", 660 },
	{ "Lord Howe Standard Time", 630 }, { "Magadan Standard Time", 660 }, { "Magadan Summer Time", 660 },
	{ "MAGST", 660 }, { "MAGT", 660 }, { "Malaysia Summer Time", 480 }, { "Malaysia Time", 480 },
	{ "Maldives Summer Time", 300 }, { "Maldives Time", 300 }, { "Marquesas Summer Time", -570 },
	{ "Marquesas Time", -570 }, { "Marshall Islands Summer Time", 720 }, { "Marshall Islands Time", 720 },
	{ "MARST", -570 }, { "MART", -570 }, { "Mauritius Standard Time", 240 }, { "Mauritius Summer Time", 240 },
	{ "Mawson Summer Time", 300 }, { "Mawson Time", 300 }, { "MAWST", 300 }, { "MAWT", 300 }, { "MDT", -360 },
	{ "MEST", 120 }, { "MET", 60 }, { "Mexican Pacific Daylight Time", -420 },
	{ "Mexican Pacific Standard Time", -420 }, { "MHST", 720 }, { "MHT", 720 },
	{ "Middle Europe Summer Time", 120 }, { "Middle Europe Time", 60 }, { "MMST", 390 }, { "MMT", 390 },
	{ "Moscow Daylight Time", 180 }, { "Moscow Standard Time", 180 }, { "Moscow Summer Time", 180 },
	{ "Mountain Daylight Time", -360 }, { "Mountain Standard Time", -420 }, { "MSD", 180 }, { "MSK", 180 },
	{ "MST", -420 }, { "MUST", 240 }, { "MUT", 240 }, { "MVST", 300 }, { "MVT", 300 },
	{ "Myanmar Summer Time", 390 }, { "Myanmar Time", 390 }, { "MYST", 480 }, { "MYT", 480 },
	{ "Nauru Summer Time", 720 }, { "Nauru Time", 720 }, { "NCST", 660 }, { "NCT", 660 }, { "NDT", -150 },
	{ "Nepal Summer Time", 345 }, { "Nepal Time", 345 }, { "New Caledonia Standard Time", 660 },
	{ "New Caledonia Summer Time", 660 }, { "New Zealand Daylight Time", 780 },
	{ "New Zealand Standard Time", 720 }, { "Newfoundland Daylight Time", -150 },
	{ "Newfoundland Standard Time", -210 }, { "NFST", 720 }, { "NFT", 660 }, { "Niue Summer Time", -660 },
	{ "Niue Time", -660 }, { "Norfolk Island Daylight Time", 720 }, { "Norfolk Island Standard Time", 660 },
	{ "Northwest Mexico Daylight Time", -420 }, { "Northwest Mexico Standard Time", -480 },
	{ "Novosibirsk Standard Time", 420 }, { "Novosibirsk Summer Time", 420 }, { "NOVST", 420 }, { "NOVT", 420 },
	{ "NPST", 345 }, { "NPT", 345 }, { "NRST", 720 }, { "NRT", 720 }, { "NST", -210 }, { "NUST", -660 },
	{ "NUT", -660 }, { "NZDT", 780 }, { "NZST", 720 }, { "Omsk Standard Time", 360 }, { "Omsk Summer Time", 360 },
	{ "OMSST", 360 }, { "OMST", 360 }, { "Oral Summer Time", 300 }, { "ORAST", 300 }, { "ORAT", 300 },
	{ "Pacific Daylight Time", -420 }, { "Pacific Standard Time", -480 }, { "Pakistan Standard Time", 300 },
	{ "Pakistan Summer Time", 300 }, { "Palau Summer Time", 540 }, { "Palau Time", 540 },
	{ "Papua New Guinea Summer Time", 600 }, { "Papua New Guinea Time", 600 }, { "Paraguay Standard Time", -240 },
	{ "Paraguay Summer Time", -180 }, { "PDT", -420 }, { "Peru Standard Time", -300 },
	{ "Peru Summer Time", -300 }, { "PEST", -300 }, { "PET", -300 }, { "PGST", 600 }, { "PGT", 600 },
	{ "Philippine Standard Time", 480 }, { "Philippine Summer Time", 480 }, { "Phoenix Is. Summer Time", 780 },
	{ "Phoenix Islands Time", 780 }, { "PHOST", 780 }, { "PHOT", 780 }, { "Pitcairn Daylight Time", -480 },
	{ "Pitcairn Time", -480 }, { "PKST", 300 }, { "PKT", 300 }, { "PMDT", -120 }, { "PMST", -180 },
	{ "Pohnpei Summer Time", 660 }, { "Ponape Time", 660 }, { "PONST", 660 }, { "PONT", 660 }, { "PST", -480 },
	{ "Punta Arenas Standard Time", -180 }, { "PWST", 540 }, { "PWT", 540 }, { "PYST", -180 }, { "PYT", -240 },
	{ "QOSST", 360 }, { "QOST", 360 }, { "QYZST", 300 }, { "QYZT", 300 }, { "Qyzylorda Summer Time", 300 },
	{ "REST", 240 }, { "RET", 240 }, { "Reunion Summer Time", 240 }, { "Rothera Summer Time", -180 },
	{ "Rothera Time", -180 }, { "ROTST", -180 }, { "ROTT", -180 }, { "Sakhalin Standard Time", 660 },
	{ "Sakhalin Summer Time", 660 }, { "SAKST", 660 }, { "SAKT", 660 }, { "Samara Standard Time", 240 },
	{ "Samara Summer Time", 240 }, { "Samoa Daylight Time", -660 }, { "Samoa Standard Time", -660 },
	{ "SAMST", 240 }, { "SAMT", 240 }, { "Saratov Standard Time", 240 }, { "SAST", 120 }, { "SBST", 660 },
	{ "SBT", 660 }, { "SCST", 240 }, { "SCT", 240 }, { "SDT", -660 }, { "Seychelles Summer Time", 240 },
	{ "Seychelles Time", 240 }, { "SGST", 480 }, { "SGT", 480 }, { "Singapore Standard Time", 480 },
	{ "Singapore Summer Time", 480 }, { "Solomon Is. Summer Time", 660 }, { "Solomon Islands Time", 660 },
	{ "South Africa Standard Time", 120 }, { "South Africa Summer Time", 120 },
	{ "South Georgia Daylight Time", -120 }, { "South Georgia Time", -120 },
	{ "Srednekolymsk Daylight Time", 660 }, { "Srednekolymsk Time", 660 }, { "SREDT", 660 }, { "SRET", 660 },
	{ "SRST", -180 }, { "SRT", -180 }, { "SST", -660 }, { "St. Pierre & Miquelon Daylight Time", -120 },
	{ "St. Pierre & Miquelon Standard Time", -180 }, { "Suriname Summer Time", -180 }, { "Suriname Time", -180 },
	{ "SYOST", 180 }, { "SYOT", 180 }, { "Syowa Summer Time", 180 }, { "Syowa Time", 180 },
	{ "Tahiti Summer Time", -600 }, { "Tahiti Time", -600 }, { "TAHST", -600 }, { "TAHT", -600 },
	{ "Taipei Daylight Time", 480 }, { "Taipei Standard Time", 480 }, { "Tajikistan Summer Time", 300 },
	{ "Tajikistan Time", 300 }, { "TFST", 300 }, { "TFT", 300 }, { "Timor-Leste Summer Time", 540 },
	{ "TJST", 300 }, { "TJT", 300 }, { "TKST", 780 }, { "TKT", 780 }, { "TLST", 540 }, { "TLT", 540 },
	{ "TMST", 300 }, { "TMT", 300 }, { "Tokelau Summer Time", 780 }, { "Tokelau Time", 780 },
	{ "Tomsk Daylight Time", 420 }, { "Tomsk Standard Time", 420 }, { "Tonga Standard Time", 780 },
	{ "Tonga Summer Time", 780 }, { "TOST", 780 }, { "TOT", 780 }, { "TRST", 180 }, { "TRT", 180 },
	{ "Turkey Summer Time", 180 }, { "Turkey Time", 180 }, { "Turkmenistan Standard Time", 300 },
	{ "Turkmenistan Summer Time", 300 }, { "Tuvalu Summer Time", 720 }, { "Tuvalu Time", 720 }, { "TVST", 720 },
	{ "TVT", 720 }, { "Ulaanbaatar Standard Time", 480 }, { "Ulaanbaatar Summer Time", 480 }, { "ULAST", 480 },
	{ "ULAT", 480 }, { "Ulyanovsk Standard Time", 240 }, { "Uruguay Standard Time", -180 },
	{ "Uruguay Summer Time", -180 }, { "UTC", 0 }, { "UYST", -180 }, { "UYT", -180 },
	{ "Uzbekistan Standard Time", 300 }, { "Uzbekistan Summer Time", 300 }, { "UZST", 300 }, { "UZT", 300 },
	{ "Vanuatu Standard Time", 660 }, { "Vanuatu Summer Time", 660 }, { "Venezuela Summer Time", -240 },
	{ "Venezuela Time", -240 }, { "VEST", -240 }, { "VET", -240 }, { "Vladivostok Standard Time", 600 },
	{ "Vladivostok Summer Time", 600 }, { "VLAST", 600 }, { "VLAT", 600 }, { "Volgograd Standard Time", 180 },
	{ "Volgograd Summer Time", 180 }, { "VOSST", 300 }, { "VOST", 300 }, { "Vostok Time", 300 }, { "VUST", 660 },
	{ "VUT", 660 }, { "Wake Island Time", 720 }, { "Wake Summer Time", 720 }, { "WAKST", 720 }, { "WAKT", 720 },
	{ "Wallis & Futuna Summer Time", 720 }, { "Wallis & Futuna Time", 720 }, { "WAST", 60 }, { "WAT", 60 },
	{ "WEST", 60 }, { "West Africa Standard Time", 60 }, { "West Africa Summer Time", 60 },
	{ "West Indonesia Summer Time", 420 }, { "West Kazakhstan Time", 300 },
	{ "Western European Standard Time", 0 }, { "Western European Summer Time", 60 },
	{ "Western Indonesia Time", 420 }, { "WET", 0 }, { "WFST", 720 }, { "WFT", 720 }, { "WGST", -60 },
	{ "WGT", -120 }, { "WIB", 420 }, { "WIST", 420 }, { "WIT", 540 }, { "WSDT", 780 }, { "WSST", 780 },
	{ "Xinjiang Daylight Time", 360 }, { "Xinjiang Standard Time", 360 }, { "XJDT", 360 }, { "XJT", 360 },
	{ "YAKST", 540 }, { "YAKT", 540 }, { "Yakutsk Standard Time", 540 }, { "Yakutsk Summer Time", 540 },
	{ "Yekaterinburg Standard Time", 300 }, { "Yekaterinburg Summer Time", 300 }, { "YEKST", 300 },
	{ "YEKT", 300 },
};

static const struct zone *longest_zone(struct cw_slice text)
{
	const struct zone *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		size_t n = strlen(zones[i].name);

		if (n > longest && n <= text.n && strncasecmp(text.p, zones[i].name, n) == 0) {
			best = &zones[i];
			longest = n;
		}
	}
	return best;
}

bool cw_date_zone_name(struct cw_date_text *text, int32_t *offset_ms)
{
	const struct zone *zone = longest_zone(cw_slice(text->text.p + text->at, text->text.n - text->at));

	if (!zone)
		return false;
	text->at += strlen(zone->name);
	*offset_ms = zone->offset * 60000;
	return true;
}
