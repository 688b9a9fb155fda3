/* Load balancing: which countries belong to which region of probes and steering. The codes are the
 * documented ones; which country stands where is geography, not a recording (INF). */
#include "common/mem.h"
#include "gen/hooks.h"
#include "mock/engine/engine.h"
#include "mock/families/load_balancing.h"

#include <string.h>

/* Countries as "CC Name", states of a country that lies in two regions behind it as "+CC Name"; one
 * behind the other with '|' between. */
// clang-format off
static const struct {
    const char *code, *city, *countries;
} regions[] = {
    { "WNAM", "San Jose, US",
      "CA Canada|+AB Alberta|+BC British Columbia|+NT Northwest Territories|+SK Saskatchewan|+YT Yukon|"
      "US United States|+AK Alaska|+AZ Arizona|+CA California|+CO Colorado|+HI Hawaii|+ID Idaho|+KS Kansas|"
      "+MT Montana|+ND North Dakota|+NE Nebraska|+NM New Mexico|+NV Nevada|+OK Oklahoma|+OR Oregon|"
      "+SD South Dakota|+TX Texas|+UT Utah|+WA Washington|+WY Wyoming" },
    { "ENAM", "Ashburn, US",
      "BM Bermuda|CA Canada|+MB Manitoba|+NB New Brunswick|+NL Newfoundland and Labrador|+NS Nova Scotia|"
      "+NU Nunavut|+ON Ontario|+PE Prince Edward Island|+QC Quebec|GL Greenland|PM Saint Pierre and Miquelon|"
      "US United States|+AL Alabama|+AR Arkansas|+CT Connecticut|+DC District of Columbia|+DE Delaware|"
      "+FL Florida|+GA Georgia|+IA Iowa|+IL Illinois|+IN Indiana|+KY Kentucky|+LA Louisiana|"
      "+MA Massachusetts|+MD Maryland|+ME Maine|+MI Michigan|+MN Minnesota|+MO Missouri|+MS Mississippi|"
      "+NC North Carolina|+NH New Hampshire|+NJ New Jersey|+NY New York|+OH Ohio|+PA Pennsylvania|"
      "+RI Rhode Island|+SC South Carolina|+TN Tennessee|+VA Virginia|+VT Vermont|+WI Wisconsin|"
      "+WV West Virginia" },
    { "WEU", "Amsterdam, NL",
      "AD Andorra|AT Austria|AX Aland Islands|BE Belgium|CH Switzerland|DE Germany|DK Denmark|ES Spain|"
      "FI Finland|FO Faroe Islands|FR France|GB United Kingdom|GG Guernsey|GI Gibraltar|IE Ireland|"
      "IM Isle of Man|IS Iceland|IT Italy|JE Jersey|LI Liechtenstein|LU Luxembourg|MC Monaco|MT Malta|"
      "NL Netherlands|NO Norway|PT Portugal|SE Sweden|SJ Svalbard and Jan Mayen|SM San Marino|VA Vatican City" },
    { "EEU", "Warsaw, PL",
      "AL Albania|BA Bosnia and Herzegovina|BG Bulgaria|BY Belarus|CZ Czechia|EE Estonia|GR Greece|HR Croatia|"
      "HU Hungary|LT Lithuania|LV Latvia|MD Moldova|ME Montenegro|MK North Macedonia|PL Poland|RO Romania|"
      "RS Serbia|RU Russia|SI Slovenia|SK Slovakia|UA Ukraine|XK Kosovo" },
    { "NSAM", "Bogota, CO",
      "AG Antigua and Barbuda|AI Anguilla|AW Aruba|BB Barbados|BL Saint Barthelemy|BQ Bonaire|BS Bahamas|"
      "BZ Belize|CO Colombia|CR Costa Rica|CU Cuba|CW Curacao|DM Dominica|DO Dominican Republic|EC Ecuador|"
      "GD Grenada|GF French Guiana|GP Guadeloupe|GT Guatemala|GY Guyana|HN Honduras|HT Haiti|JM Jamaica|"
      "KN Saint Kitts and Nevis|KY Cayman Islands|LC Saint Lucia|MF Saint Martin|MQ Martinique|MS Montserrat|"
      "MX Mexico|NI Nicaragua|PA Panama|PR Puerto Rico|SR Suriname|SV El Salvador|SX Sint Maarten|"
      "TC Turks and Caicos Islands|TT Trinidad and Tobago|VC Saint Vincent and the Grenadines|VE Venezuela|"
      "VG British Virgin Islands|VI U.S. Virgin Islands" },
    { "SSAM", "Sao Paulo, BR",
      "AR Argentina|BO Bolivia|BR Brazil|CL Chile|FK Falkland Islands|PE Peru|PY Paraguay|UY Uruguay" },
    { "OC", "Sydney, AU",
      "AS American Samoa|AU Australia|CK Cook Islands|FJ Fiji|FM Micronesia|GU Guam|KI Kiribati|"
      "MH Marshall Islands|MP Northern Mariana Islands|NC New Caledonia|NF Norfolk Island|NR Nauru|NU Niue|"
      "NZ New Zealand|PF French Polynesia|PG Papua New Guinea|PN Pitcairn|PW Palau|SB Solomon Islands|"
      "TK Tokelau|TO Tonga|TV Tuvalu|VU Vanuatu|WF Wallis and Futuna|WS Samoa" },
    { "ME", "Dubai, AE",
      "AE United Arab Emirates|AM Armenia|AZ Azerbaijan|BH Bahrain|CY Cyprus|GE Georgia|IL Israel|IQ Iraq|"
      "IR Iran|JO Jordan|KW Kuwait|LB Lebanon|OM Oman|PS Palestine|QA Qatar|SA Saudi Arabia|SY Syria|"
      "TR Turkey|YE Yemen" },
    { "NAF", "Cairo, EG",
      "BF Burkina Faso|BJ Benin|CF Central African Republic|CI Cote d'Ivoire|CM Cameroon|CV Cabo Verde|"
      "DJ Djibouti|DZ Algeria|EG Egypt|EH Western Sahara|ER Eritrea|ET Ethiopia|GH Ghana|GM Gambia|GN Guinea|"
      "GQ Equatorial Guinea|GW Guinea-Bissau|LR Liberia|LY Libya|MA Morocco|ML Mali|MR Mauritania|NE Niger|"
      "NG Nigeria|SD Sudan|SL Sierra Leone|SN Senegal|SO Somalia|SS South Sudan|"
      "ST Sao Tome and Principe|TD Chad|TG Togo|TN Tunisia" },
    { "SAF", "Johannesburg, ZA",
      "AO Angola|BI Burundi|BW Botswana|CD Democratic Republic of the Congo|CG Republic of the Congo|"
      "GA Gabon|KE Kenya|KM Comoros|LS Lesotho|MG Madagascar|MU Mauritius|MW Malawi|MZ Mozambique|NA Namibia|"
      "RE Reunion|RW Rwanda|SC Seychelles|SH Saint Helena|SZ Eswatini|TZ Tanzania|UG Uganda|YT Mayotte|"
      "ZA South Africa|ZM Zambia|ZW Zimbabwe" },
    { "SAS", "Mumbai, IN",
      "AF Afghanistan|BD Bangladesh|BT Bhutan|IN India|KG Kyrgyzstan|KZ Kazakhstan|LK Sri Lanka|MV Maldives|"
      "NP Nepal|PK Pakistan|TJ Tajikistan|TM Turkmenistan|UZ Uzbekistan" },
    { "SEAS", "Singapore, SG",
      "BN Brunei|CC Cocos Islands|CX Christmas Island|ID Indonesia|KH Cambodia|LA Laos|MM Myanmar|MY Malaysia|"
      "PH Philippines|SG Singapore|TH Thailand|TL Timor-Leste|VN Vietnam" },
    { "NEAS", "Tokyo, JP",
      "CN China|HK Hong Kong|JP Japan|KP North Korea|KR South Korea|MN Mongolia|MO Macao|TW Taiwan" },
};
// clang-format on

size_t lb_region_count(void)
{
    return ARRAY_LEN(regions);
}

const char *lb_region_code(size_t i)
{
    return regions[i].code;
}

const char *lb_region_city(size_t i)
{
    return regions[i].city;
}

/* One entry of the table cut into its code and its name. */
struct entry {
    bool is_state;
    char code[3];
    char name[64];
};

/* The entry at *at, which moves on to the next; false at the end. */
static bool next_entry(const char **at, struct entry *e)
{
    size_t len = strcspn(*at, "|"), name_len;

    if (!len)
        return false;
    *e = (struct entry){ .is_state = **at == '+' };
    *at += e->is_state;
    len -= e->is_state;
    name_len = len - 3 < sizeof e->name - 1 ? len - 3 : sizeof e->name - 1;
    memcpy(e->code, *at, 2);
    memcpy(e->name, *at + 3, name_len);
    *at += len + ((*at)[len] == '|');
    return true;
}

static bool fits(const char *wanted, const char *code)
{
    return !wanted || !*wanted || strcmp(wanted, code) == 0;
}

static bool is_empty(const cJSON *country, const char *subdivision)
{
    return subdivision && *subdivision && country && !json_get(country, "country_subdivisions");
}

/* Countries without states are left out where one state is asked for. */
static void country_end(cJSON *countries, cJSON **country, const char *subdivision)
{
    if (is_empty(*country, subdivision))
        cJSON_Delete(*country);
    else if (*country)
        cJSON_AddItemToArray(countries, *country);
    *country = NULL;
}

static void state_add(cJSON *country, const struct entry *e)
{
    cJSON *states = json_get(country, "country_subdivisions");

    if (!states) {
        states = cJSON_CreateArray();
        json_put(country, "country_subdivisions", states);
    }
    cJSON_AddItemToArray(states, json_object(J_TEXT("subdivision_code_a2", e->code),
                                             J_TEXT("subdivision_name", e->name)));
}

static cJSON *countries_of(const char *at, const char *wanted, const char *subdivision)
{
    cJSON *countries = cJSON_CreateArray(), *country = NULL;
    struct entry e;

    while (next_entry(&at, &e)) {
        if (e.is_state) {
            if (country && fits(subdivision, e.code))
                state_add(country, &e);
            continue;
        }
        country_end(countries, &country, subdivision);
        if (fits(wanted, e.code))
            country =
                json_object(J_TEXT("country_code_a2", e.code), J_TEXT("country_name", e.name));
    }
    country_end(countries, &country, subdivision);
    return countries;
}

cJSON *lb_regions_shown(const char *code, const char *country, const char *subdivision)
{
    cJSON *shown = cJSON_CreateArray();

    for (size_t i = 0; i < ARRAY_LEN(regions); i++) {
        cJSON *countries;

        if (!fits(code, regions[i].code))
            continue;
        countries = countries_of(regions[i].countries, country, subdivision);
        if (countries->child)
            cJSON_AddItemToArray(shown, json_object(J_TREE("countries", countries),
                                                    J_TEXT("region_code", regions[i].code)));
        else
            cJSON_Delete(countries);
    }
    return shown;
}

static enum step regions_answer(struct call *c, cJSON *shown)
{
    return answer(
        c, json_object(
               J_TEXT("iso_standard",
                      "Country and subdivision codes follow ISO 3166-1 alpha-2 and ISO 3166-2"),
               J_TREE("regions", shown)));
}

enum step lb_regions(struct call *c)
{
    const char *country = call_query(c, "country_code_a2"),
               *state = call_query(c, "subdivision_code_a2");

    if (!country)
        country = call_query(c, "country_code");
    if (!state)
        state = call_query(c, "subdivision_code");
    return regions_answer(c, lb_regions_shown(NULL, country, state));
}

enum step lb_region(struct call *c)
{
    const char *code = call_param_named(c, "region_id");
    cJSON *shown = lb_regions_shown(*code ? code : "?", NULL, NULL);

    if (shown->child)
        return regions_answer(c, shown);
    cJSON_Delete(shown);
    return refuse(c, ERR_LOAD_BALANCING_UNKNOWN);
}
