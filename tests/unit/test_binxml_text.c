/* A record's binary XML as XML: what it looks like, what it leaves out, what it
 * says of text that is none, and that no chunk makes it run away. */
#include "ingest/binxml_text.h"
#include "ingest/binxml_parts.h"
#include "core/text.h"
#include "tests/evtx/evtx_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#define HEAD 24
#define ARENA_MAX (16u << 20)

static struct make chunk;
static struct arena arena;
static struct binxml_text xml;

/* Renders the chunk's newest record; ended by a zero. */
static const char *rendered(bool strict)
{
    struct binxml_body body = { chunk.record + HEAD, chunk.len - 4, strict };
    uint8_t *text;

    arena_clear(&arena);
    arena_init(&arena, ARENA_MAX);
    binxml_text(span_of(chunk.at, MAKE_CHUNK), body, &arena, &xml);
    text = arena_get(&arena, xml.text.len + 1);
    assert_non_null(text);
    memcpy(text, xml.text.at, xml.text.len);
    assert_true(text_is_utf8(xml.text));
    return (const char *)text;
}

static void an_event_is_whole_and_indented(void **state)
{
    struct make_templates t = { 0 };

    (void)state;
    make_begin(&chunk);
    make_load(&chunk, &t, "C:\\Temp\\<a> & \"b\".dll");
    make_load(&chunk, &t, "C:\\Temp\\<a> & \"b\".dll"); /* by templates that stand already */
    assert_string_equal(rendered(true),
        "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">\n"
        "  <System>\n"
        "    <Provider Name=\"Microsoft-Windows-Sysmon\"/>\n"
        "    <EventID>7</EventID>\n"
        "    <TimeCreated SystemTime=\"2026-01-05T00:00:02.0000000Z\"/>\n"
        "    <EventRecordID>2</EventRecordID>\n"
        "    <Channel>Microsoft-Windows-Sysmon/Operational</Channel>\n"
        "    <Computer>WS01.lab.example</Computer>\n"
        "  </System>\n"
        "  <EventData>\n"
        "    <Data Name=\"UtcTime\">2026-01-05 00:00:01.500</Data>\n"
        "    <Data Name=\"ProcessGuid\">{23F38D93-CEB4-5F8E-9F08-000000000C00}</Data>\n"
        "    <Data Name=\"ProcessId\">500</Data>\n"
        "    <Data Name=\"Image\">C:\\Windows\\System32\\rundll32.exe</Data>\n"
        "    <Data Name=\"ImageLoaded\">C:\\Temp\\&lt;a&gt; &amp; \"b\".dll</Data>\n"
        "    <Data Name=\"Signed\">false</Data>\n"
        "  </EventData>\n"
        "</Event>\n");
    assert_null(xml.broken);
    assert_int_equal(xml.mends, 0);
}

/* A template of its own with these values; the tokens are what `fill` writes. */
static const char *with(void (*fill)(void), const struct value *v, uint32_t count)
{
    make_begin(&chunk);
    make_record_begins(&chunk);
    make_fragment(&chunk);
    make_template(&chunk, 7);
    fill();
    make_template_end(&chunk);
    make_values(&chunk, v, count);
    make_u8(&chunk, 0);
    make_record_ends(&chunk);
    return rendered(false);
}

static void optional_things(void)
{
    make_element(&chunk, "Event", true);
    make_attribute(&chunk, "there", true);
    make_value(&chunk, 0, VALUE_WSTRING, true);
    make_attribute(&chunk, "gone", false);
    make_value(&chunk, 1, VALUE_WSTRING, true);
    make_attributes_end(&chunk);
    make_inside(&chunk);
    make_value_element(&chunk, "Gone", 1, VALUE_WSTRING, true);
    make_value_element(&chunk, "Null", 1, VALUE_WSTRING, false);
    make_value_element(&chunk, "There", 0, VALUE_WSTRING, true);
    make_close(&chunk);
}

static void what_is_optional_and_null_is_left_out(void **state)
{
    struct value v[] = { make_wide("a\"\n"), { NULL, 0, VALUE_NULL } };

    (void)state;
    v[1].at = v[0].at;
    assert_string_equal(with(optional_things, v, 2),
                        "<Event there=\"a&quot;&#xA;\">\n  <Null></Null>\n"
                        "  <There>a\"\n</There>\n</Event>\n");
}

static void one_value(void)
{
    make_element(&chunk, "Event", false);
    make_inside(&chunk);
    make_value(&chunk, 0, VALUE_WSTRING, false);
    make_close(&chunk);
}

static void what_is_no_text_is_shown_and_noted(void **state)
{
    static const struct { struct value v; const char *shown; uint32_t at, len; } table[] = {
        { { (const uint8_t *)"a\0\0\xd8" "b\0", 6, VALUE_WSTRING }, "a\xef\xbf\xbd" "b", 2, 2 },
        { { (const uint8_t *)"a\0\0\0" "b\0", 6, VALUE_WSTRING }, "a\xe2\x90\x80" "b", 2, 2 },
        { { (const uint8_t *)"a\0b", 3, VALUE_WSTRING }, "a\xef\xbf\xbd", 2, 1 },
        { { (const uint8_t *)"\x01\x02\x03", 3, VALUE_GUID }, "010203", 0, 3 },
        { { (const uint8_t *)"\x1b\0[\0", 4, VALUE_WSTRING }, "&#x1B;[", 0, 0 },
        { { (const uint8_t *)"\x3d\xd8\x00\xde", 4, VALUE_WSTRING }, "\xf0\x9f\x98\x80", 0, 0 },
    };
    char want[64];

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        snprintf(want, sizeof want, "<Event>%s</Event>\n", table[i].shown);
        assert_string_equal(with(one_value, &table[i].v, 1), want);
        assert_int_equal(xml.mends, table[i].len ? 1 : 0);
        if (table[i].len == 0)
            continue;
        assert_int_equal(xml.mend[0].len, table[i].len);
        assert_memory_equal(chunk.at + xml.mend[0].at, table[i].v.at + table[i].at,
                            table[i].len);
    }
}

static void no_such_value(void)
{
    make_element(&chunk, "Event", false);
    make_inside(&chunk);
    make_text_element(&chunk, "whole", "text");
    make_value(&chunk, 3, VALUE_WSTRING, false);
    make_close(&chunk);
}

static uint32_t here;

static void itself_twice(void)
{
    for (int i = 0; i < 2; i++) {
        make_instance(&chunk, 7, here);
        make_u32(&chunk, 0);
    }
}

static void a_deep_nest(void)
{
    for (int i = 0; i < 70; i++) {
        make_element(&chunk, "x", false);
        make_inside(&chunk);
    }
    for (int i = 0; i < 70; i++)
        make_close(&chunk);
}

static void much_text(void)
{
    make_element(&chunk, "Event", false);
    make_inside(&chunk);
    for (int i = 0; i < 4000; i++)
        make_value(&chunk, 0, VALUE_WSTRING, false);
    make_close(&chunk);
}

static void what_is_broken_ends_early_and_says_why(void **state)
{
    static uint8_t large[40000];
    struct value v = { large, sizeof large, VALUE_WSTRING };

    (void)state;
    assert_string_equal(with(no_such_value, NULL, 0), "<Event>\n  <whole>text</whole>\n");
    assert_string_equal(xml.broken, "a substitution has no value");
    make_begin(&chunk);
    make_record_begins(&chunk);
    here = chunk.len + 4 + 10;
    with(itself_twice, NULL, 0);
    assert_non_null(xml.broken);
    with(a_deep_nest, NULL, 0);
    assert_null(xml.broken);
    memset(large, '<', sizeof large);
    with(much_text, &v, 1);
    assert_string_equal(xml.broken, "it would become more text than can be shown");
    memset(large, 0, sizeof large); /* nothing but NULs, which are trimmed: work all the same */
    with(much_text, &v, 1);
    assert_string_equal(xml.broken, "its templates cost more work than a record may");
}

/* Each byte of a record changed, in a few ways: ends, within its bounds. */
static void a_changed_byte_breaks_nothing_else(void **state)
{
    static const uint8_t changes[] = { 0x00, 0x01, 0x0c, 0x0f, 0x41, 0x80, 0xff };
    static struct make sound;
    struct make_templates t = { 0 };

    (void)state;
    make_begin(&chunk);
    make_load(&chunk, &t, "C:\\Temp\\a.dll");
    sound = chunk;
    for (uint32_t at = chunk.record + HEAD; at < sound.len; at++) {
        for (size_t i = 0; i < sizeof changes; i++) {
            chunk.at[at] = changes[i];
            rendered(i % 2);
        }
        chunk.at[at] = sound.at[at];
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_whole_and_indented),
        cmocka_unit_test(what_is_optional_and_null_is_left_out),
        cmocka_unit_test(what_is_no_text_is_shown_and_noted),
        cmocka_unit_test(what_is_broken_ends_early_and_says_why),
        cmocka_unit_test(a_changed_byte_breaks_nothing_else),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_clear(&arena);
    return failed;
}
