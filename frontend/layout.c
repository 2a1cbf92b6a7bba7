/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keyboards of DIN 2137, BS 4822, NF Z71-300, PN-87, ABNT NBR 10346, JIS X 6002 and their kin
 * as the PC has them: the main block in four rows, plain, with shift, with AltGr and with both; a
 * blank is a key that makes nothing there. A dead key has \a before it. Where the systems differ,
 * with AltGr, it is as DOS and Windows have it.
 */
#include "frontend/layout.h"

#include "frontend/text.h"

#define ROWS 4
struct layout {
    const char *name, *title;
    const char *plain[ROWS], *shift[ROWS], *altgr[ROWS], *both[ROWS];
};

/* The first row is the key left of 1 and the digits; the third ends with the key beside Enter; the
 * fourth begins with the key beside the left shift. The first and the fourth end with a key that
 * only Japan has, the fourth's Brazil as well. */
#define KEYS 14
static const uint8_t codes[ROWS][KEYS] = {
    { 0x29, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0x7d },
    { 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b },
    { 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x2b },
    { 0x56, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x73 },
};

#define NONE { "", "", "", "" }

/* clang-format off */
static const struct layout layouts[] = {
    { "us", "American",
      { "`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", " zxcvbnm,./" },
      { "~!@#$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:\"|", " ZXCVBNM<>?" },
      NONE, NONE },
    { "uk", "British",
      { "`1234567890-=", "qwertyuiop[]", "asdfghjkl;'#", "\\zxcvbnm,./" },
      { "¬!\"£$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:@~", "|ZXCVBNM<>?" },
      { "¦   €", "  é   úíó", "á", "" }, NONE },
    { "de", "German",
      { "\a^1234567890ß\a´", "qwertzuiopü+", "asdfghjklöä#", "<yxcvbnm,.-" },
      { "°!\"§$%&/()=?\a`", "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", ">YXCVBNM;:_" },
      { "  ²³   {[]}\\", "@ €        ~", "", "|      µ" }, NONE },
    { "ch", "Swiss, German",
      { "§1234567890'\a^", "qwertzuiopü\a¨", "asdfghjklöä$", "<yxcvbnm,.-" },
      { "°+\"*ç%&/()=?\a`", "QWERTZUIOPè!", "ASDFGHJKLéà£", ">YXCVBNM;:_" },
      { " ¦@#°§¬|¢  \a´\a~", "  €       []", "          {}", "\\" }, NONE },
    { "sf", "Swiss, French",
      { "§1234567890'\a^", "qwertzuiopè\a¨", "asdfghjkléà$", "<yxcvbnm,.-" },
      { "°+\"*ç%&/()=?\a`", "QWERTZUIOPü!", "ASDFGHJKLöä£", ">YXCVBNM;:_" },
      { " ¦@#°§¬|¢  \a´\a~", "  €       []", "          {}", "\\" }, NONE },
    { "fr", "French",
      { "²&é\"'(-è_çà)=", "azertyuiop\a^$", "qsdfghjklmù*", "<wxcvbn,;:!" },
      { " 1234567890°+", "AZERTYUIOP\a¨£", "QSDFGHJKLM%µ", ">WXCVBN?./§" },
      { "  ~#{[|`\\^@]}", "  €        ¤", "", "" }, NONE },
    { "be", "Belgian",
      { "²&é\"'(§è!çà)-", "azertyuiop\a^$", "qsdfghjklmùµ", "<wxcvbn,;:=" },
      { "³1234567890°_", "AZERTYUIOP\a¨*", "QSDFGHJKLM%£", ">WXCVBN?./+" },
      { " |@#  ^  {}", "  €       []", "          \a´\a`", "\\         \a~" }, NONE },
    { "es", "Spanish",
      { "º1234567890'¡", "qwertyuiop\a`+", "asdfghjklñ\a´ç", "<zxcvbnm,.-" },
      { "ª!\"·$%&/()=?¿", "QWERTYUIOP\a^*", "ASDFGHJKLÑ\a¨Ç", ">ZXCVBNM;:_" },
      { "\\|@#~ ¬", "  €       []", "          {}", "" }, NONE },
    { "it", "Italian",
      { "\\1234567890'ì", "qwertyuiopè+", "asdfghjklòàù", "<zxcvbnm,.-" },
      { "|!\"£$%&/()=?^", "QWERTYUIOPé*", "ASDFGHJKLç°§", ">ZXCVBNM;:_" },
      { "           `~", "  €       []", "         @#", "" },
      { "", "          {}", "", "" } },
    { "pt", "Portuguese",
      { "\\1234567890'«", "qwertyuiop+\a´", "asdfghjklçº\a~", "<zxcvbnm,.-" },
      { "|!\"#$%&/()=?»", "QWERTYUIOP*\a`", "ASDFGHJKLÇª\a^", ">ZXCVBNM;:_" },
      { "  @£§  {[]}", "  €       \a¨", "", "" }, NONE },
    { "se", "Swedish, Finnish",
      { "§1234567890+\a´", "qwertyuiopå\a¨", "asdfghjklöä'", "<zxcvbnm,.-" },
      { "½!\"#¤%&/()=?\a`", "QWERTYUIOPÅ\a^", "ASDFGHJKLÖÄ*", ">ZXCVBNM;:_" },
      { "  @£$  {[]}\\", "  €        \a~", "", "|      µ" }, NONE },
    { "no", "Norwegian",
      { "|1234567890+\\", "qwertyuiopå\a¨", "asdfghjkløæ'", "<zxcvbnm,.-" },
      { "§!\"#¤%&/()=?\a`", "QWERTYUIOPÅ\a^", "ASDFGHJKLØÆ*", ">ZXCVBNM;:_" },
      { "  @£$  {[]} \a´", "  €        \a~", "", "       µ" }, NONE },
    { "dk", "Danish",
      { "½1234567890+\a´", "qwertyuiopå\a¨", "asdfghjklæø'", "<zxcvbnm,.-" },
      { "§!\"#¤%&/()=?\a`", "QWERTYUIOPÅ\a^", "ASDFGHJKLÆØ*", ">ZXCVBNM;:_" },
      { "  @£$  {[]} |", "  €        \a~", "", "\\      µ" }, NONE },
    { "nl", "Dutch",
      { "@1234567890/°", "qwertyuiop\a¨*", "asdfghjkl+\a´<", "]zxcvbnm,.-" },
      { "§!\"#$%&_()'?\a~", "QWERTYUIOP\a^|", "ASDFGHJKL±\a`>", "[ZXCVBNM;:=" },
      { "¬¹²³¼½¾£{} \\\a¸", "  €¶", " ß", "¦«»¢   µ ·" }, NONE },
    { "br", "Brazilian",
      { "'1234567890-=", "qwertyuiop\a´[", "asdfghjklç\a~]", "\\zxcvbnm,.;/" },
      { "\"!@#$%\a¨&*()_+", "QWERTYUIOP\a`{", "ASDFGHJKLÇ\a^}", "|ZXCVBNM<>:?" },
      { " ¹²³£¢¬     §", "           ª", "           º", "" }, NONE },
    { "la", "Latin American",
      { "|1234567890'¿", "qwertyuiop\a´+", "asdfghjklñ{}", "<zxcvbnm,.-" },
      { "°!\"#$%&/()=?¡", "QWERTYUIOP\a¨*", "ASDFGHJKLÑ[]", ">ZXCVBNM;:_" },
      { "¬          \\", "@          ~", "          \a^\a`", "" }, NONE },
    { "cf", "Canadian, French",
      { "#1234567890-=", "qwertyuiop\a^\a¸", "asdfghjkl;\a`<", "«zxcvbnm,.é" },
      { "|!\"/$%?&*()_+", "QWERTYUIOP\a^\a¨", "ASDFGHJKL:\a`>", "»ZXCVBNM'.É" },
      { "\\±@£¢¤¬¦²³¼½¾", "        §¶[]", "         ~{}", "°      µ¯ \a´" }, NONE },
    { "pl", "Polish",
      { "`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", " zxcvbnm,./" },
      { "~!@#$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:\"|", " ZXCVBNM<>?" },
      { "", "  ę     ó", "ąś      ł", " żźć  ń" }, { "", "  Ę     Ó", "ĄŚ      Ł", " ŻŹĆ  Ń" } },
    { "cz", "Czech",
      { ";+ěščřžýáíé=\a´", "qwertzuiopú)", "asdfghjklů§\a¨", "\\yxcvbnm,.-" },
      { "\a°1234567890%\aˇ", "QWERTZUIOP/(", "ASDFGHJKL\"!'", "|YXCVBNM?:_" },
      { " ~ \a^   `", "\\|€       ÷×", " đĐ[]  łŁ$ß¤", "  #&@{} <>*" }, NONE },
    { "hu", "Hungarian",
      { "0123456789öüó", "qwertzuiopőú", "asdfghjkléáű", "íyxcvbnm,.-" },
      { "§'\"+!%/=()ÖÜÓ", "QWERTZUIOPŐÚ", "ASDFGHJKLÉÁŰ", "ÍYXCVBNM?:_" },
      { " ~\aˇ\a^   `", "\\|Ä   €   ÷×", "äđĐ[]  łŁ$ß¤", "<>#&@{} ; *" }, NONE },
    { "hr", "Croatian, Slovenian",
      { " 1234567890'+", "qwertzuiopšđ", "asdfghjklčćž", "<yxcvbnm,.-" },
      { " !\"#$%&/()=?*", "QWERTZUIOPŠĐ", "ASDFGHJKLČĆŽ", ">YXCVBNM;:_" },
      { " ~\aˇ\a^   `", "\\|€       ÷×", "   []  łŁ ß¤", "    @{}§<>" }, NONE },
    { "tr", "Turkish",
      { "\"1234567890*-", "qwertyuıopğü", "asdfghjklşi,", "<zxcvbnmöç." },
      { "é!'\a^+%&/()=?_", "QWERTYUIOPĞÜ", "ASDFGHJKLŞİ;", ">ZXCVBNMÖÇ:" },
      { "<>£#$½ {[]}\\|", "@ €       \a¨\a~", "æß       \a´ \a`", "" }, NONE },
    { "jp", "Japanese",
      { " 1234567890-^\\", "qwertyuiop@[", "asdfghjkl;:]", " zxcvbnm,./\\" },
      { " !\"#$%&'() =~|", "QWERTYUIOP`{", "ASDFGHJKL+*}", " ZXCVBNM<>?_" },
      NONE, NONE },
};

/* What a dead key makes of a letter: the result, the letter, the accent. */
static const char composed[] =
    "àa`áa´âa^ãa~äa¨èe`ée´êe^ëe¨ìi`íi´îi^ïi¨ñn~òo`óo´ôo^õo~öo¨ùu`úu´ûu^üu¨ýy´ÿy¨"
    "çc¸ÇC¸şs¸ŞS¸ůu°ŮU°åa°ÅA°ćc´ĆC´ńn´ŃN´śs´ŚS´źz´ŹZ´ľlˇĽLˇďdˇĎDˇěeˇĚEˇňnˇŇNˇřrˇŘRˇ"
    "šsˇŠSˇťtˇŤTˇžzˇŽZˇčcˇČCˇ"
    "ÀA`ÁA´ÂA^ÃA~ÄA¨ÈE`ÉE´ÊE^ËE¨ÌI`ÍI´ÎI^ÏI¨ÑN~ÒO`ÓO´ÔO^ÕO~ÖO¨ÙU`ÚU´ÛU^ÜU¨ÝY´";
/* clang-format on */

const struct layout *layout_find(const char *name)
{
    if (!strcmp(name, "gb"))
        name = "uk";
    if (!strcmp(name, "fi"))
        name = "se";
    for (size_t i = 0; i < ARRAY_LEN(layouts); i++)
        if (!strcmp(layouts[i].name, name))
            return &layouts[i];
    return NULL;
}

const struct layout *layout_at(unsigned i) { return i < ARRAY_LEN(layouts) ? &layouts[i] : NULL; }
const char *layout_name(const struct layout *l) { return l->name; }
const char *layout_title(const struct layout *l) { return l->title; }
const char *layout_names(void)
{
    return "us uk de ch sf fr be es it pt se fi no dk nl br la cf pl cz hu hr tr jp";
}

/* The key in one row that makes c, dead or not as asked; 0: none. */
static uint8_t in_row(const char *row, const uint8_t *code, uint32_t c, bool want_dead)
{
    for (unsigned i = 0; *row; i++) {
        bool dead = *row == '\a';
        row += dead;
        if (utf8_next(&row) == c && dead == want_dead && i < KEYS)
            return code[i];
    }
    return 0;
}

static bool find_key(const struct layout *l, uint32_t c, bool dead, struct stroke *out)
{
    const char *const *const planes[] = { l->plain, l->shift, l->altgr, l->both };
    static const uint8_t with[] = { 0, WITH_SHIFT, WITH_ALTGR, WITH_SHIFT | WITH_ALTGR };
    for (unsigned p = 0; p < 4; p++)
        for (unsigned r = 0; r < ROWS; r++) {
            uint8_t code = in_row(planes[p][r], codes[r], c, dead);
            if (code) {
                *out = (struct stroke){ code, with[p] };
                return true;
            }
        }
    return false;
}

static uint8_t control_key(uint32_t c)
{
    switch (c) {
    case ' ':  return 0x39;
    case '\n':
    case '\r': return 0x1c;
    case '\t': return 0x0f;
    case 8:    return 0x0e;
    case 27:   return 0x01;
    default:   return 0;
    }
}

unsigned layout_strokes(const struct layout *l, uint32_t c, struct stroke out[2])
{
    out[0] = (struct stroke){ control_key(c), 0 };
    if (out[0].code)
        return 1;
    if (c < ' ')
        return 0;
    if (find_key(l, c, false, &out[0]))
        return 1;
    if (find_key(l, c, true, &out[0])) {     /* an accent by itself */
        out[1] = (struct stroke){ 0x39, 0 };
        return 2;
    }
    for (const char *p = composed; *p;) {
        uint32_t made = utf8_next(&p), letter = utf8_next(&p), accent = utf8_next(&p);
        if (made == c)
            return find_key(l, accent, true, &out[0]) && find_key(l, letter, false, &out[1]) ? 2 :
                                                                                              0;
    }
    return 0;
}
