/* ingest/xml: records out of every form of XML that exporters write, and out of
 * those that attackers would. */
#include "core/fault.h"
#include "core/text.h"
#include "ingest/decoder.h"
#include "ingest/xml_scan.h"
#include "tests/unit/xml_ways.h"

#include <libxml/parser.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define NS "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'"
#define SYSTEM(id, record) \
    "<System><Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/>" \
    "<EventID>" id "</EventID><TimeCreated SystemTime='2020-10-06T21:40:30.910085800Z'/>" \
    "<EventRecordID>" record "</EventRecordID><Channel>Op</Channel>" \
    "<Computer>WS01</Computer></System>"
#define EVENT(record, data) \
    "<Event " NS ">" SYSTEM("7", record) "<EventData>" data "</EventData></Event>"
#define LOAD(record) EVENT(record, "<Data Name='ImageLoaded'>C:\\b.dll</Data>")

/* Text that grows, for made evidence. */
struct made {
    uint8_t *at;
    size_t len, room;
};

static void add(struct made *m, const void *bytes, size_t len)
{
    if (m->len + len > m->room) {
        m->room = 2 * (m->len + len);
        m->at = memory_grow(m->at, m->room, 1);
    }
    memcpy(m->at + m->len, bytes, len);
    m->len += len;
}

static void add_text(struct made *m, const char *text)
{
    add(m, text, strlen(text));
}

static void add_times(struct made *m, const char *text, size_t times)
{
    while (times--)
        add_text(m, text);
}

static struct span span_made(const struct made *m)
{
    return span_of(m->at, m->len);
}

static struct batch *decoded(struct span text)
{
    struct batch *b = batch_open(1, 0, text.len);
    struct piece p = { .bytes = text, .first = true, .last = true };

    xml_decoder.decode(&p, b);
    return b;
}

static struct batch *decoded_text(const char *text)
{
    return decoded(span_text(text));
}

static void assert_span(struct span got, const char *want)
{
    if (!want) {
        assert_null(got.at);
        return;
    }
    assert_non_null(got.at);
    if (got.len != strlen(want) || memcmp(got.at, want, got.len) != 0)
        fail_msg("\"%.*s\" is not \"%s\"", (int)got.len, (const char *)got.at, want);
}

static void odd_documents_give_their_loads_and_losses(void **state)
{
    static const struct { const char *text; uint64_t loads, damaged, other; } table[] = {
        { "", 0, 0, 0 },
        { LOAD("1"), 1, 0, 0 },
        { LOAD("1") LOAD("2"), 2, 0, 0 },
        { "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n<Events>" LOAD("1") "\r\n"
          LOAD("2") "</Events>", 2, 0, 0 },
        { "<?xml version=\"1.1\" ?>\n<Events>\n" LOAD("1") "\n</Events>\n", 1, 0, 0 },
        { "\xEF\xBB\xBF<Events>" LOAD("1") "</Events>", 1, 0, 0 },
        { "evtxexport 20181227\n\n" LOAD("1"), 1, 0, 0 },
        { "01/14/2021 11:41:39 PM\nLogName=x\n<b>\n" LOAD("1") "\n01/14/2021\nMessage=<Event\n",
          1, 1, 0 },
        { "Nov 24 host sysmon: " LOAD("1") "\nNov 24 host sysmon: " LOAD("2"), 2, 0, 0 },
        /* prefixes, bound or not, and no namespace at all */
        { "<e:Event xmlns:e='urn:x'><e:System><e:Provider Name='Microsoft-Windows-Sysmon'/>"
          "<e:EventID>7</e:EventID></e:System><e:EventData/></e:Event>", 1, 0, 0 },
        { "<e:Event><e:System><e:Provider Name='Microsoft-Windows-Sysmon'/>"
          "<e:EventID>7</e:EventID></e:System></e:Event>", 1, 0, 0 },
        { "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>7</EventID>"
          "</System></Event >", 1, 0, 0 },
        { "<Event\n" NS "\n>" SYSTEM(" 7\n", "1") "</Event>", 1, 0, 0 },
        { "<Event/><Event " NS "/>" LOAD("1"), 1, 0, 2 },
        { "<Event " NS ">" SYSTEM("3", "1") "</Event>", 0, 0, 1 },
        { "<Events2/><EventX>" LOAD("1") "</EventX><Eventually>", 1, 0, 0 },
        /* what a comment or CDATA around it hides is no record; unless it never ends */
        { "<Events><!-- " LOAD("1") " -->" LOAD("2") "</Events>", 1, 0, 0 },
        { "<Events><![CDATA[" LOAD("1") LOAD("2") "]]>" LOAD("3") "</Events>", 1, 0, 0 },
        { "<Events><!-- a -- > " LOAD("1"), 1, 0, 0 },
        { "<Events><![CDATA[" LOAD("1") "]] >" LOAD("2"), 2, 0, 0 },
        { "<!--" LOAD("1") "--><!--" LOAD("2") "-->", 0, 0, 0 },
        { LOAD("1") "<!", 1, 0, 0 },
        { LOAD("1") "<!-", 1, 0, 0 },
        { "<!DOCTYPE x>" LOAD("1"), 1, 0, 0 },
        /* one that is not closed costs itself */
        { "<Event " NS ">" SYSTEM("7", "1") LOAD("2"), 1, 1, 0 },
        { "<Event " NS ">" LOAD("2") LOAD("3"), 2, 1, 0 },
        { "<Event " NS "><Data Name=\"x" LOAD("2") LOAD("3"), 2, 1, 0 },
        { "<Event " NS "><!-- " LOAD("2") LOAD("3"), 2, 1, 0 },
        { "<Event " NS "><![CDATA[ " LOAD("2") LOAD("3"), 2, 1, 0 },
        { "<Event " NS "><? " LOAD("2") LOAD("3"), 2, 1, 0 },
        { "<Event <Event <Event " LOAD("2"), 1, 1, 0 },
        { LOAD("1") "<Event " NS ">" SYSTEM("7", "2") "<EventData><Data Na", 1, 1, 0 },
        { LOAD("1") "<Event " NS, 1, 1, 0 },
        { LOAD("1") "<Event", 1, 1, 0 },
        { LOAD("1") "<Even", 1, 0, 0 },
        /* what only looks like an end */
        { EVENT("1", "<!-- </Event> <Event " NS "> --><Data Name='User'>u</Data>"), 1, 0, 0 },
        { EVENT("1", "<Data Name='User'><![CDATA[</Event><Event>]]></Data>"), 1, 0, 0 },
        { EVENT("1", "<Data Name='User' x='</Event>'>u</Data>") LOAD("2"), 1, 1, 0 },
        { EVENT("1", "<Data Name='User' x='>'>u</Data>") LOAD("2"), 2, 0, 0 },
        { "<Event " NS ">" SYSTEM("7", "1") "<UserData><Event a='1'><x/></Event></UserData></Event>"
          LOAD("2"), 2, 0, 0 },
        /* broken in the middle: the others stand */
        { LOAD("1") EVENT("2", "<Data Name='User'>u</Date>") LOAD("3"), 2, 1, 0 },
        { LOAD("1") EVENT("2", "<Data Name=User>u</Data>") LOAD("3"), 2, 1, 0 },
        { LOAD("1") EVENT("2", "<Data Name='a' Name='b'>u</Data>") LOAD("3"), 2, 1, 0 },
        { LOAD("1") EVENT("2", "<!DOCTYPE a [<!ENTITY b 'c'>]>") LOAD("3"), 2, 1, 0 },
        { LOAD("1") EVENT("2", "<!ENTITY b SYSTEM 'file:///etc/passwd'>") LOAD("3"), 2, 1, 0 },
        { "</Event></Event>" LOAD("1") "</Event>" LOAD("2"), 2, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct batch *b = decoded_text(table[i].text);

        if (b->counts.loads != table[i].loads || b->counts.damaged != table[i].damaged
            || b->counts.other != table[i].other)
            fail_msg("%s\ngives %lu loads, %lu damaged, %lu others", table[i].text,
                     b->counts.loads, b->counts.damaged, b->counts.other);
        assert_int_equal(b->counts.records,
                         table[i].loads + table[i].damaged + table[i].other);
        batch_close(b);
    }
}

static void values_are_what_was_logged(void **state)
{
    static const struct { const char *data, *User, *Image; bool altered; } table[] = {
        { "<Data Name='User'>LAB\\u</Data>", "LAB\\u", NULL, false },
        { "<Data Name=\"User\"> a  b\t\n </Data>", " a  b\t\n ", NULL, false },
        { "<Data Name='User'/><Data Name='Image'></Data>", "", "", false },
        { "<Data Name='User'>first</Data><Data Name='User'>second</Data>", "first", NULL, false },
        { "<Data Name='User'/><Data Name='User'>second</Data>", "", NULL, false },
        { "<Data Name='User'>a &amp;&amp; b &lt;c&gt; &quot;&apos; &#65;&#x42;</Data>",
          "a && b <c> \"' AB", NULL, false },
        { "<Data Name='User'><![CDATA[a & <b>]]>&amp;c</Data>", "a & <b>&c", NULL, false },
        { "<Data Name='User'>a<!-- x -->b<i>c</i></Data>", "abc", NULL, false },
        { "<Data>x</Data><Data Name='Stranger'>y</Data><Data Name='Image'>z</Data>",
          NULL, "z", false },
        { "<X Name='User'>no</X><Data Name='Image'>z</Data>", NULL, "z", false },
        { "<Data Name='User'>M\xC3\xBCller \xF0\x9F\x98\x80</Data>", "M\xC3\xBCller \xF0\x9F\x98\x80",
          NULL, false },
        /* what XML has no word for comes through, and is marked */
        { "<Data Name='User'>a\x1B[31mb</Data>", "a\x1B[31mb", NULL, true },
        { "<Data Name='User'>a&#27;b&#x1b;c&#0;d</Data>", "a\x1B" "b\x1B" "c\xE2\x90\x80" "d", NULL,
          true },
        { "<Data Name='User'>a&#xD800;b&#xFFFF;c&#x110000;d&#99999999999;</Data>",
          "a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c\xEF\xBF\xBD" "d\xEF\xBF\xBD", NULL, true },
        { "<Data Name='User'>a\xFF" "b\xC0\x80" "c</Data>",
          "a\xEF\xBF\xBD" "b\xEF\xBF\xBD\xEF\xBF\xBD" "c", NULL, true },
        { "<Data Name='User'>\xED\xA0\x80</Data>", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", NULL, true },
        { "<Data Name='User'>a & b &lol; &amp; &#65; &</Data>", "a & b &lol; & A &", NULL, true },
        { "<Data Name='User'>a & <![CDATA[b & &#27;]]></Data>", "a & b & &#27;", NULL, true },
        { "<Data Name='User'>\x01\xEF\xB7\x90</Data>", "\x01\xEF\xBF\xBD", NULL, true },
        { "<Data Name='User'>\xEF\xB7\x90</Data>", "\xEF\xB7\x90", NULL, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct made m = { 0 };

        add_text(&m, "<Event " NS ">" SYSTEM("7", "1") "<EventData>");
        add_text(&m, table[i].data);
        add_text(&m, "</EventData></Event>" LOAD("2"));
        struct batch *b = decoded(span_made(&m));

        if (b->counts.loads != 2)
            fail_msg("%s gives %s", table[i].data, b->losses ? b->losses->reason : "nothing");
        assert_span(b->loads->User, table[i].User);
        assert_span(b->loads->Image, table[i].Image);
        assert_int_equal(!!(b->loads->origin.flags & RECORD_ALTERED), table[i].altered);
        assert_false(b->loads->next->origin.flags & RECORD_ALTERED);
        batch_close(b);
        free(m.at);
    }
}

static void the_system_part_is_read_whatever_stands_around_it(void **state)
{
    struct batch *b = decoded_text("banner\n<Event " NS "><System><Provider Guid='{}' "
        "Name='Microsoft-Windows-Sysmon' EventSourceName='x'/><EventID Qualifiers=''> 7\n</EventID>"
        "<Version>3</Version><TimeCreated SystemTime=\"2020-10-06 21:40:30.910086\"></TimeCreated>"
        "<EventRecordID>345820</EventRecordID><Channel>A&amp;B</Channel><Computer>ws01.lab</Computer>"
        "<Computer>forged</Computer></System><RenderingInfo Culture='en-US'><Message>m</Message>"
        "</RenderingInfo></Event>");
    const struct load *l = b->loads;

    (void)state;
    assert_non_null(l);
    assert_int_equal(l->origin.place, 7);
    assert_int_equal(l->origin.record, 345820);
    assert_int_equal(l->origin.logged, moment_parse(SPAN("2020-10-06T21:40:30.910086Z")));
    assert_int_equal(l->origin.flags, RECORD_NUMBERED | RECORD_NO_UTCTIME);
    assert_span(l->Computer, "ws01.lab");
    assert_span(l->origin.Channel, "A&B");
    assert_int_equal(b->ranges->first, 345820);
    batch_close(b);
}

static void an_ampersand_in_an_attribute_is_itself(void **state)
{
    struct batch *b = decoded_text("<Event " NS "><System><Provider Name='A&amp;B &#38;#38; &lt;'/>"
                                   "<EventID>3</EventID></System></Event>");

    (void)state;
    assert_span(b->others->Provider, "A&B &#38; <");
    batch_close(b);
}

/* ASCII text to UTF-16, with a byte order mark or not. */
static struct made utf16(const char *text, bool big, bool mark)
{
    struct made m = { 0 };

    if (mark)
        add(&m, big ? "\xFE\xFF" : "\xFF\xFE", 2);
    for (; *text; text++)
        add(&m, big ? (const char[]){ 0, *text } : (const char[]){ *text, 0 }, 2);
    return m;
}

static void utf16_is_read_and_places_stay_those_of_the_source(void **state)
{
    static const char text[] = "<Events>" EVENT("1", "<Data Name='User'>u</Data>") "\r\n" LOAD("2");

    (void)state;
    for (int i = 0; i < 4; i++) {
        bool big = i & 1, mark = i & 2;
        struct made m = utf16(text, big, mark);

        assert_true(xml_decoder.sniff(span_made(&m)));
        add(&m, "x", 1); /* an odd last byte */
        struct batch *b = decoded(span_made(&m));

        assert_int_equal(b->counts.loads, 2);
        assert_int_equal(b->counts.damaged, 0);
        assert_span(b->loads->User, "u");
        assert_int_equal(b->loads->origin.place, 16 + (mark ? 2 : 0));
        assert_false(b->loads->origin.flags & RECORD_ALTERED);
        batch_close(b);
        free(m.at);
    }
}

static void what_utf16_can_not_say_is_mended(void **state)
{
    struct made m = utf16(EVENT("1", "<Data Name='User'>a?b?c</Data>"), false, true);

    (void)state;
    for (size_t i = 0, seen = 0; i < m.len; i += 2)
        if (m.at[i] == '?') {
            static const uint8_t lone[2] = { 0x00, 0xD8 }, escape[2] = { 0x1B, 0 };

            memcpy(m.at + i, seen++ ? escape : lone, 2);
        }
    struct batch *b = decoded(span_made(&m));
    assert_int_equal(b->counts.loads, 1);
    assert_span(b->loads->User, "a\xEF\xBF\xBD" "b\x1B" "c");
    assert_true(b->loads->origin.flags & RECORD_ALTERED);
    batch_close(b);
    free(m.at);
}

static void only_event_logs_are_taken_for_ours(void **state)
{
    static const struct { const char *text; bool is; } table[] = {
        { LOAD("1"), true },
        { "x\ny\n" LOAD("1"), true },
        { "<Event><System><Provider Name='x'/>", true },
        { "<Event>\r\n  <System>", true },
        { "<x:Event xmlns:x='http://schemas.microsoft.com/win/2004/08/events/event'>", true },
        { "\xEF\xBB\xBF<Events><Event " NS ">", true },
        { "", false },
        { "Event", false },
        { "<Event>", false },
        { "<Event name='x'><title>party</title></Event>", false },
        { "<Events><EventList/></Events>", false },
        { "<Events></Events>", true }, /* an export without a record */
        { "\xEF\xBB\xBF<?xml version='1.0'?>\r\n<!-- none -->\n<Events a='b'>\r\n</Events >\r\n", true },
        { "<Events/>", true },
        { "<Events>", false },
        { "<Events></Events>more", false },
        { "<Events>x</Events>", false },
        { "<Events><", false },
        { "<Events></Event></Events>", false },
        { "<!-- " LOAD("1") " -->", false },
        { "<html><body><Event>System</Event></body></html>", false },
        { "{\"_raw\": \"" LOAD("1") "\"}", false },
        { "[\"" LOAD("1") "\"]", false },
        { "<Event <Event <Event ", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (xml_decoder.sniff(span_text(table[i].text)) != table[i].is)
            fail_msg("%s", table[i].text);
    assert_false(xml_decoder.sniff(span_of("\0\1\2" LOAD("1"), 3 + strlen(LOAD("1")))));
    assert_null(decoder_for(SPAN("nothing that we know")));
    assert_ptr_equal(decoder_for(SPAN(LOAD("1"))), &xml_decoder);
}

static int loaded; /* external things that libxml2 asked for */

static xmlParserInputPtr count_loads(const char *url, const char *id, xmlParserCtxtPtr parser)
{
    (void)url, (void)id, (void)parser;
    loaded++;
    return NULL;
}

/* What kills XML readers: each costs its own record, quickly. */
static void hostile_records_cost_themselves(void **state)
{
    static const struct { const char *name, *before, *unit; size_t times; const char *after;
                          uint64_t loads; } table[] = {
        { "attributes", "<Event " NS "><a ", "b='' ", 60000, "/></Event>", 0 },
        { "few attributes", "<Event " NS "><a ", "b", 100, "='1'/></Event>", 0 },
        { "text", "<Event " NS "><a>", "0123456789", 1200000, "</a></Event>", 0 },
        { "depth", "<Event " NS ">", "<a>", 60000, "</Event>", 0 },
        { "deep and sound", "<Event " NS ">" "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
          "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
          "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>", "</a>", 68,
          "</Event>", 0 },
        { "starts", "", "<Event>", 100000, "", 0 },
        { "tags that never end", "", "<Event ", 100000, "", 0 },
        { "comments", "", "<Event><!--", 60000, "", 0 },
        { "CDATA", "", "<Event><![CDATA[", 60000, "", 0 },
        { "instructions", "", "<Event><?a ", 60000, "", 0 },
        { "quotes", "", "<Event a=\"", 60000, "", 0 },
        { "both quotes", "", "<Event a=\"'", 60000, "", 0 },
        { "names", "<Event " NS "><", "a", 200000, "/></Event>", 0 },
        { "namespaces", "<Event " NS "><a ", "xmlns:b='c' ", 5000, "/></Event>", 0 },
        { "references", "<Event " NS "><a>", "&#x41;", 40000, "</a></Event>", 0 },
        { "entities", "<Event " NS "><a>", "&lol9;", 40000, "</a></Event>", 0 },
        { "declared", "<!DOCTYPE l [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>"
          "<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", "<Event " NS "><a>&b;&x;</a></Event>", 10,
          "", 0 },
        { "ends", LOAD("7"), "</Event>", 100000, "", 1 },
    };

    (void)state;
    batch_close(decoded_text(LOAD("1"))); /* after its own preparations */
    xmlSetExternalEntityLoader(count_loads);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct made m = { 0 };

        add_text(&m, LOAD("1"));
        add_text(&m, table[i].before);
        add_times(&m, table[i].unit, table[i].times);
        add_text(&m, table[i].after);
        add_text(&m, LOAD("2"));
        int64_t began = moment_ticks();
        struct batch *b = decoded(span_made(&m));
        int64_t took = moment_ticks() - began;

        if (b->counts.loads != 2 + table[i].loads || took > 10 * 1000000)
            fail_msg("%s: %lu loads, %lu damaged, %ld us", table[i].name, b->counts.loads,
                     b->counts.damaged, took);
        batch_close(b);
        free(m.at);
    }
    assert_int_equal(loaded, 0);
}

#define DATA(text) EVENT("1", "<Data Name='CommandLine'>" text "</Data>")
#define WITH(part) "<Event>" SYSTEM("7", "1") part "</Event>"

/* plain: read without libxml2.  Either way the values are libxml2's. */
static void what_is_plain_is_read_as_libxml2_reads_it(void **state)
{
    static const struct { const char *text; bool plain; } records[] = {
        { LOAD("1"), true },
        { "<Event>" SYSTEM("7", "1") "</Event>", true },
        { DATA(""), true },
        { DATA("a &lt;b&gt; &amp;amp; &quot;c&quot; &apos;d&apos;"), true },
        { DATA("Microsoft\xC2\xAE Windows\xC2\xAE \xE2\x82\xAC \xF0\x9F\x98\x80"), true },
        { DATA("sixteen bytes or more of it, then ]] and > and ] > apart"), true },
        { EVENT("1", "<Data Name=\"Image\"\n\t >x</Data>\r\n  <Data>y</Data><Data Name='Signed'/>"), true },
        { EVENT("1", "<Data Name='Image'>first</Data><Data Name='Image'>second</Data>"), true },
        { EVENT("1", "<Binary>00</Binary><Data Name='Image' Kind='a'>x</Data>"), true },
        { "<Event><EventData><Data Name='Image'>x</Data></EventData>" SYSTEM("7", "1") "</Event>", true },
        { "<Event>" SYSTEM("7", "1") SYSTEM("1", "2") "<EventData><Data Name='Image'>x</Data>"
          "</EventData></Event>", true },
        { "<Event>" SYSTEM("9", "1") "<EventData><Data Name='Image'><b>x</b></Data></EventData>"
          "</Event>", true },
        { "<Event><System/><EventData/></Event>", true },
        { WITH("<RenderingInfo Culture='en-US'><Message>two\r\nlines &amp; <k/></Message>"
               "</RenderingInfo>"), true },
        { WITH("<UserData><a b='1'><c/>text</a></UserData>"), true },
        { DATA("]]>"), false },
        { DATA("&#65;"), false },
        { DATA("&nbsp;"), false },
        { DATA("&amp"), false },
        { DATA("a & b"), false },
        { DATA("two\nlines"), false },
        { DATA("tab\there"), false },
        { DATA("\x1b[31m"), false },
        { DATA("\xff\xfe"), false },
        { DATA("\xED\xA0\x80"), false },
        { DATA("\xEF\xBF\xBE"), false },
        { DATA("<b>x</b>"), false },
        { DATA("<![CDATA[x]]>"), false },
        { DATA("x<!-- y -->"), false },
        { EVENT("1", "loose text"), false },
        { EVENT("1", "<Data Name='Image'Kind='a'>x</Data>"), false },
        { EVENT("1", "<Data Name='Image' Name='User'>x</Data>"), false },
        { EVENT("1", "<Data Name='I&amp;mage'>x</Data>"), false },
        { EVENT("1", "<Data Name='I<mage'>x</Data>"), false },
        { EVENT("1", "<Data Name=Image>x</Data>"), false },
        { EVENT("1", "<Data Name='Image'>x</Date>"), false },
        { EVENT("1", "<Data Name='Image'>x</Data >"), false },
        { EVENT("1", "<Data Name='Image' / >x</Data>"), false },
        { EVENT("1", "<1Data>x</1Data>"), false },
        { EVENT("1", "<x:Data>x</x:Data>"), false },
        { WITH("<UserData><a></b></UserData>"), false },
        { WITH("<UserData><a>&bad;</a></UserData>"), false },
        { WITH("<UserData>\x01</UserData>"), false },
        { WITH("<?pi x?>"), false },
        { WITH("<!DOCTYPE x>"), false },
        { WITH("<Event></Event>"), false },
        { "<Event", false },
        { "<Event>", false },
        { "<Event>" SYSTEM("7", "1"), false },
        { "<Event/>", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        struct batch *b = batch_open(1, 0, 1);
        struct xml_reader *r = xml_reader_open(b);
        struct span text = span_text(records[i].text);
        /* Twice, for the second time the tags are known; and with more behind it. */
        for (int times = 0; times < 2; times++)
            if (check_ways(r, text) != (records[i].plain ? text.len : 0))
                fail_msg("%s", records[i].text);
        for (size_t len = 0; len < text.len; len++)
            assert_int_equal(check_ways(r, span_of(text.at, len)), 0);
        xml_reader_close(r);
        batch_close(b);
    }
}

static void a_loss_says_where_and_why(void **state)
{
    static const struct { const char *text; uint64_t place, len; const char *reason; } table[] = {
        { "ab\n<Event " NS "><!DOCTYPE x></Event>" LOAD("1"), 3,
          sizeof("<Event " NS "><!DOCTYPE x></Event>") - 1,
          "a declaration (<!DOCTYPE, <!ENTITY) in a record" },
        { "<Event " NS ">" LOAD("1"), 0, sizeof("<Event " NS ">") - 1, "an <Event> without its end" },
        { LOAD("1") "<Event><a>", sizeof(LOAD("1")) - 1, 10, "cut at the end of the file" },
        { "<Event></a></Event>", 0, 19, "Opening and ending tag mismatch: Event line 1 and a" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct batch *b = decoded_text(table[i].text);

        assert_int_equal(b->counts.damaged, 1);
        assert_int_equal(b->losses->place, table[i].place);
        assert_string_equal(b->losses->reason, table[i].reason);
        assert_int_equal(b->losses->len, table[i].len);
        batch_close(b);
    }
}

static void a_record_of_the_largest_size_is_read_and_a_larger_one_not(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        struct made m = { 0 };

        add_text(&m, "<Event " NS ">" SYSTEM("7", "1") "<EventData><Data Name='User'>");
        size_t end = sizeof("</Data></EventData></Event>") - 1;
        add_times(&m, "x", XML_RECORD_MAX - end - m.len + (size_t)more);
        add_text(&m, "</Data></EventData></Event>" LOAD("2"));
        struct batch *b = decoded(span_made(&m));
        assert_int_equal(b->counts.loads, more ? 1 : 2);
        assert_int_equal(b->counts.damaged, more ? 1 : 0);
        if (more)
            assert_string_equal(b->losses->reason, "longer than 256 KiB (--max-record)");
        batch_close(b);
        free(m.at);
    }
}

/* Cuts as the reader does, and decodes piece by piece. */
static struct counts in_pieces(struct span text, size_t piece_bytes, uint64_t *places)
{
    struct counts c = { 0 };
    uint8_t state[64] = { 0 };
    size_t at = 0;

    assert_true(xml_decoder.cut_bytes <= sizeof state);
    while (at < text.len) {
        size_t left = text.len - at, n = 0;

        for (size_t see = piece_bytes; n == 0; see += piece_bytes) {
            size_t visible = left < see ? left : see;

            n = xml_decoder.cut(state, span_of(text.at + at, visible), at, visible == left);
            assert_true(n <= visible && (n > 0 || visible < left));
        }
        struct piece p = { .offset = at, .bytes = span_of(text.at + at, n), .first = at == 0,
                           .last = at + n == text.len };
        struct batch *b = batch_open(1, at, at + n);

        xml_decoder.decode(&p, b);
        c.records += b->counts.records;
        c.loads += b->counts.loads;
        c.damaged += b->counts.damaged;
        for (const struct load *l = b->loads; l; l = l->next)
            *places = *places * 31 + l->origin.place;
        batch_close(b);
        at += n;
    }
    return c;
}

/* Records of all kinds, sound and broken, in an order that looks random. */
static struct made mixed(size_t records)
{
    static const char *const kinds[] = {
        LOAD("1"), LOAD("2") "\r\n", "text between <b> \n" LOAD("3"),
        "<Event " NS ">" SYSTEM("7", "4"), EVENT("5", "<!-- </Event>" LOAD("6") " -->"),
        EVENT("7", "<Data Name='User'><![CDATA[" LOAD("8") "]]></Data>"),
        EVENT("9", "<Data Name='User'>a\x1B</Data>"), "<Event><!-- ", "<Event>",
        "<!-- " LOAD("12") " -->", "<![CDATA[" LOAD("13"), "]]>",
        EVENT("10", "<Data Name=\"User"), "Events & such <Event", "<Events>", LOAD("11"),
    };
    struct made m = { 0 };
    uint32_t dice = 1;

    for (size_t i = 0; i < records; i++) {
        dice = dice * 1664525 + 1013904223;
        add_text(&m, kinds[(dice >> 16) % (sizeof kinds / sizeof *kinds)]);
    }
    return m;
}

static void pieces_give_what_the_whole_gives(void **state)
{
    static const char *const plain[] = { LOAD("1"), LOAD("2") "\r\n", LOAD("345") };

    (void)state;
    for (int comments = 0; comments < 2; comments++) {
        struct made m = { 0 };

        if (comments)
            m = mixed(20000);
        else
            for (size_t i = 0; i < 10000; i++)
                add_text(&m, plain[i * i % 3]);
        struct batch *whole = decoded(span_made(&m));
        uint64_t want = 0, got = 0;

        for (const struct load *l = whole->loads; l; l = l->next)
            want = want * 31 + l->origin.place;
        assert_true(m.len > 3 * xml_decoder.piece_bytes);
        struct counts c = in_pieces(span_made(&m), xml_decoder.piece_bytes, &got);
        assert_int_equal(c.loads, whole->counts.loads);
        assert_int_equal(c.damaged, whole->counts.damaged);
        assert_int_equal(got, want);
        batch_close(whole);
        free(m.at);
    }
}

static void pieces_of_utf16_give_what_the_whole_gives(void **state)
{
    struct made narrow = { 0 };
    uint64_t want = 0, got = 0;

    (void)state;
    add_times(&narrow, LOAD("1") "\r\n", 4000);
    add(&narrow, "", 1);
    struct made m = utf16((const char *)narrow.at, true, false);
    struct batch *whole = decoded(span_made(&m));
    for (const struct load *l = whole->loads; l; l = l->next)
        want = want * 31 + l->origin.place;
    struct counts c = in_pieces(span_made(&m), xml_decoder.piece_bytes, &got);
    assert_int_equal(c.loads, 4000);
    assert_int_equal(whole->counts.loads, 4000);
    assert_int_equal(got, want);
    batch_close(whole);
    free(m.at);
    free(narrow.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_documents_give_their_loads_and_losses),
        cmocka_unit_test(values_are_what_was_logged),
        cmocka_unit_test(the_system_part_is_read_whatever_stands_around_it),
        cmocka_unit_test(an_ampersand_in_an_attribute_is_itself),
        cmocka_unit_test(utf16_is_read_and_places_stay_those_of_the_source),
        cmocka_unit_test(what_utf16_can_not_say_is_mended),
        cmocka_unit_test(only_event_logs_are_taken_for_ours),
        cmocka_unit_test(hostile_records_cost_themselves),
        cmocka_unit_test(what_is_plain_is_read_as_libxml2_reads_it),
        cmocka_unit_test(a_loss_says_where_and_why),
        cmocka_unit_test(a_record_of_the_largest_size_is_read_and_a_larger_one_not),
        cmocka_unit_test(pieces_give_what_the_whole_gives),
        cmocka_unit_test(pieces_of_utf16_give_what_the_whole_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
