/* The filter language: what it takes, how it is printed, and what it says to
 * everything else. */
#include "tests/unit/filter_tree.h"

#include "core/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* What a text is printed as once it was parsed; it must parse to the same again. */
static void each_form_is_read_and_printed(void **state)
{
    static const struct { const char *text, *want; } table[] = {
        { "", "" }, { "  \t ", "" },
        /* words */
        { "rundll32", "rundll32" }, { "a b", "a b" }, { "\"a b\"", "\"a b\"" }, { "a\" \"b", "\"a b\"" },
        { "C:\\Temp\\x.dll", "\"C:\\Temp\\x.dll\"" }, { "C:\\", "\"C:\"\\" }, { "%_*", "\"%_*\"" },
        { "*", "*" }, { "setup(1).dll", "\"setup(1).dll\"" }, { "(setup(1).dll)", "\"setup(1).dll\"" },
        { "and", "and" }, { "\"AND\"", "\"AND\"" }, { "ORDER", "ORDER" }, { "\"-x\"", "\"-x\"" },
        { "/tmp/", "\"/tmp/\"" }, { "\"\"", "\"\"" }, { "\xc3\xa4", "\xc3\xa4" },
        { "\"say \\\"hi\\\"\"", "\"say \\\"hi\\\"\"" }, { "\"a\\b\"", "a\\b" },
        { "\"a b\"\\", "\"a b\"\\" }, { "\"a\\\\\"b\"", "\"a\\\\\"b\"" },
        { "1:2", "\"1:2\"" }, { "a1!", "\"a1!\"" },
        /* joining */
        { "a AND b", "a b" }, { "a OR b", "a OR b" }, { "a b OR c d", "(a b) OR (c d)" },
        { "a (b OR c)", "a (b OR c)" }, { "((a))", "a" }, { "NOT a", "-a" }, { "-a", "-a" },
        { "--a", "--a" }, { "NOT NOT a", "--a" }, { "-(a b)", "-(a b)" }, { "NOT(a OR b)", "-(a OR b)" },
        { "a OR b OR c", "a OR b OR c" }, { "(a OR b) OR c", "(a OR b) OR c" }, { "a -b", "a -b" },
        /* texts */
        { "image:rundll32.exe", "image:rundll32.exe" }, { "Image:x", "image:x" }, { "IMAGE:x", "image:x" },
        { "module:*\\temp\\*", "module:*\\temp\\*" }, { "ImageLoaded:\"a b*\"", "module:\"a b*\"" },
        { "signer:\"Microsoft*\"", "signer:Microsoft*" }, { "Company:\"\"", "Company:\"\"" },
        { "module=a*", "module=a*" }, { "module!=a", "-module=a" }, { "cmd:/a b/", "cmd:/a b/" },
        { "cmd:/a\\/b/", "cmd:/a\\/b/" }, { "(cmd:/a/)", "cmd:/a/" }, { "module:/usr/lib/x.so", "module:\"/usr/lib/x.so\"" },
        { "module:\"/usr/\"", "module:\"/usr/\"" }, { "module:/tmp", "module:\"/tmp\"" },
        { "module:C:\\Temp\\", "module:C:\\Temp\\" }, { "module:\"C:\\a b\"\\", "module:\"C:\\a b\"\\" },
        { "host:WS01", "host:WS01" }, { "host:~x", "host:~x" }, { "host:WS*", "host:WS*" },
        { "user:CORP\\alice", "user:CORP\\alice" }, { "parent:explorer.exe", "parent:explorer.exe" },
        { "evidence:a.evtx", "evidence:a.evtx" }, { "evidence=/a/", "evidence=\"/a/\"" },
        { "ref:0123456789ab:4096", "ref:0123456789ab:4096" },
        /* words of ours */
        { "Signed:unknown", "signed:unknown" }, { "signed:\"unknown\"", "signed:\"unknown\"" },
        { "signed:TRUE", "signed:TRUE" }, { "factor:isuncpath", "factor:IsUNCPath" },
        { "allowed:yes", "allowed:yes" }, { "allowed:3", "allowed:3" }, { "allowed:no", "allowed:no" },
        { "recovered:true", "recovered:yes" }, { "recovered:0", "recovered:no" },
        { "hash:AB12", "hash:AB12" }, { "sha1:0123", "sha1:0123" }, { "md5!=abcd", "-md5:abcd" },
        /* numbers */
        { "score>=2", "score>=2" }, { "score>2", "score>2" }, { "score<2", "score<2" },
        { "score<=2", "score<=2" }, { "score:2", "score:2" }, { "score=2", "score:2" },
        { "score!=2", "-score:2" }, { "score:1..2", "score:1..2" }, { "score:1..", "score>=1" },
        { "score:..2", "score<=2" }, { "seen<=2", "seen<=2" }, { "pid:0x10", "pid:16" },
        { "priority>=-2", "priority>=-2" }, { "priority:-3..-1", "priority:-3..-1" },
        /* times */
        { "time>2020-07-01T12:00", "time>2020-07-01T12:00" }, { "time:2024-01-01", "time:2024-01-01" },
        { "time:2024-01-01..2024-01-02", "time:2024-01-01..2024-01-02" },
        { "time>=2024-01-01T12", "time>=2024-01-01T12" }, { "time<2024-01-01T12:00:05", "time<2024-01-01T12:00:05" },
        { "time<2024-01-01T12:00:05.25", "time<2024-01-01T12:00:05.25" },
        { "time:\"2024-01-01 12:00:05\"", "time:2024-01-01T12:00:05" },
        { "time:2024-01-01T12:00Z", "time:2024-01-01T12:00" }, { "time:2024-01-01T12:00+02:00", "time:2024-01-01T10:00" },
        { "time<=2024-01-01", "time<=2024-01-01T00:00:00.000000" }, { "time:..2024-01-01", "time:..2024-01-01" },
        { "time>-2h", "time>-2h" }, { "time:-120m..-1h", "time:-2h..-1h" }, { "time>=-14d", "time>=-2w" },
        { "last<-0s", "last<-0s" }, { "started:-90s..", "started>=-90s" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct fault f = { 0 };
        struct filter *a = filter_parse(span_text(table[i].text), NULL, &f), *b;
        char *text;

        if (!a)
            fail_msg("%s: %s", table[i].text, f.text);
        text = filter_print(a);
        assert_string_equal(text, table[i].want);
        b = filter_parse(span_text(text), NULL, &f);
        if (!b || !tree_same(a->root, b->root))
            fail_msg("%s is not the same as %s", text, table[i].text);
        free(text);
        filter_close(a);
        filter_close(b);
    }
}

static void what_is_no_filter_is_refused_at_its_column(void **state)
{
    static const struct { const char *text, *say; size_t at, len; } table[] = {
        { "scor>=2", "column 1: there is no field scor; did you mean score?", 0, 4 },
        { "a imge:x", "column 3: there is no field imge; did you mean image?", 2, 4 },
        { "\xc3\xa4 modul:x", "column 3: there is no field modul; did you mean module?", 3, 5 },
        { "http://x", "column 1: there is no field http (in quotes it is looked for as text)", 0, 4 },
        { "Imageloaed:x", "column 1: there is no field Imageloaed; did you mean ImageLoaded?", 0, 10 },
        { "score>=", "column 1: score needs a value, directly behind >=", 0, 7 },
        { "score> 2", "column 1: score needs a value, directly behind >", 0, 6 },
        { "score >= 2", "column 7: an operator stands directly behind its field, as in score>=2", 6, 1 },
        { "score:x", "column 7: x: this is a whole number", 6, 1 },
        { "score:--1", "column 7: --1: this is a whole number", 6, 3 },
        { "score:99999999999999999999", "column 7: 99999999999999999999: this is a whole number", 6, 20 },
        { "score:3..1", "column 7: 3..1: this range ends before it begins", 6, 4 },
        { "score:..", "column 7: ..: this is a whole number", 6, 2 },
        { "score:1..2..3", "column 7: 1..2..3: this is a whole number", 6, 7 },
        { "score:/1/", "column 7: 1: only texts can be asked with a regular expression", 6, 3 },
        { "time>yesterday", "column 6: yesterday: a time is 2024-01-31, 2024-01-31T12:00 (UTC), or -2h before"
          " the case's end", 5, 9 },
        { "time>2024-02-31", "column 6: 2024-02-31: a time is 2024-01-31, 2024-01-31T12:00 (UTC), or -2h before"
          " the case's end", 5, 10 },
        { "time>-2x", "column 6: -2x: a time is 2024-01-31, 2024-01-31T12:00 (UTC), or -2h before the case's end", 5, 3 },
        { "time>2024-01-01T12+02:00", "column 6: 2024-01-01T12+02:00: a time is 2024-01-31, 2024-01-31T12:00 (UTC),"
          " or -2h before the case's end", 5, 19 },
        { "hash:abc", "column 6: abc: a hash needs at least 4 digits", 5, 3 },
        { "hash:xyz1", "column 6: xyz1: a hash is written in hexadecimal digits", 5, 4 },
        { "hash>abcd", "column 6: abcd: a hash is asked with a colon", 5, 4 },
        { "hash:0123456789012345678901234567890123456789012345678901234567890123456789",
          "column 6: 012345678901234567890123456789012345678901234567: a hash has at most 64 digits", 5, 70 },
        { "Company>x", "column 8: Company is text: it is asked with Company:value", 7, 2 },
        { "factor:IsTempPth", "column 8: there is no factor IsTempPth; did you mean IsTempPath?", 7, 9 },
        { "factor:zzzzzzzz", "column 8: zzzzzzzz: no such factor; there is IsTempPath, IsUNCPath, IsSuspiciousLoader,"
          " IsKnownGoodDir, IsUnsigned", 7, 8 },
        { "factor>IsTempPath", "column 8: IsTempPath: a factor is asked by its name: factor:IsUNCPath", 7, 10 },
        { "recovered:maybe", "column 11: maybe: this is yes or no", 10, 5 },
        { "allowed:maybe", "column 9: maybe: this is yes, no, or the number of an entry", 8, 5 },
        { "mark:bad", "column 6: no case of this version keeps a mark, so it can't be asked for", 5, 3 },
        { "\"a", "column 1: this quote is not closed (a \\ in front of a quote makes it part of the text)", 0, 2 },
        { "x \"a\\\"", "column 3: this quote is not closed (a \\ in front of a quote makes it part of the text)", 2, 4 },
        { "image:/rund|x", "column 7: this regular expression has no closing / (quote it to ask for it as it stands)", 6, 7 },
        { "image:/(/", "column 7: not a regular expression: pattern, column 2: missing closing parenthesis", 6, 3 },
        { "(a", "column 1: this parenthesis is not closed", 0, 1 },
        { "a (", "column 3: this parenthesis is not closed", 2, 1 },
        { "a)", "column 2: this parenthesis closes nothing", 1, 1 },
        { ")", "column 1: this parenthesis closes nothing", 0, 1 },
        { "()", "column 1: there is nothing in these parentheses", 0, 2 },
        { "a OR", "column 3: there is nothing behind this OR", 2, 2 },
        { "OR a", "column 1: there is nothing in front of this OR", 0, 2 },
        { "a OR OR b", "column 6: there is nothing in front of this OR", 5, 2 },
        { "a AND", "column 3: there is nothing behind this AND", 2, 3 },
        { "AND a", "column 1: there is nothing in front of this AND", 0, 3 },
        { "(a AND)", "column 4: there is nothing behind this AND", 3, 3 },
        { "NOT", "column 1: there is nothing behind this NOT", 0, 3 },
        { "a -", "column 3: there is nothing behind this -", 2, 1 },
        { "(-)", "column 2: there is nothing behind this -", 1, 1 },
        { "a\xff", "column 1: the filter is not UTF-8, and all that a case holds is", 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct filter_place where;
        struct fault f = { 0 };
        struct filter *fl = filter_parse(span_text(table[i].text), &where, &f);

        if (fl)
            fail_msg("%s is taken for a filter", table[i].text);
        assert_int_equal(f.kind, FAULT_USAGE);
        assert_string_equal(f.text, table[i].say);
        if (where.at != table[i].at || where.len != table[i].len)
            fail_msg("%s: at %zu, %zu bytes", table[i].text, where.at, where.len);
    }
}

static void a_filter_has_ceilings(void **state)
{
    char text[FILTER_BYTES_MAX + 2];
    struct filter *fl;
    struct fault f;

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_null(filter_parse(span_text(text), NULL, &f));
    assert_string_equal(f.text, "column 1: the filter is longer than 4096 bytes");
    text[FILTER_BYTES_MAX] = '\0';
    filter_close(fl = filter_parse(span_text(text), NULL, &f));
    assert_non_null(fl);
    for (size_t i = 0; i < FILTER_BYTES_MAX; i++)
        text[i] = i % 2 ? ' ' : 'x';
    assert_null(filter_parse(span_text(text), NULL, &f));
    assert_non_null(strstr(f.text, "a filter has at most 64 parts"));
    for (size_t i = 0; i < FILTER_BYTES_MAX; i++)
        text[i] = i % 2 ? '(' : '-';
    assert_null(filter_parse(span_text(text), NULL, &f));
    assert_string_equal(f.text, "column 17: the filter is nested deeper than 16");
}

static void it_is_known_what_a_filter_asks(void **state)
{
    static const struct { const char *text; bool loads, module; } table[] = {
        { "", false, false }, { "word", false, false }, { "module:x", false, true },
        { "hash:abcd score>1", false, true }, { "-module:x", false, false }, { "image:x", false, false },
        { "user:x", true, false }, { "cmd:x", true, false }, { "parent:x", true, false },
        { "time>-1d", true, false }, { "evidence:x", true, false }, { "(a OR -pid:4)", true, false },
        { "loads>4 first>-1d seen:1 allowed:no host:x", false, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct fault f;
        struct filter *fl = filter_parse(span_text(table[i].text), NULL, &f);

        assert_int_equal((filter_asks(fl) & OF_LOADS) != 0, table[i].loads);
        assert_int_equal(filter_asks_module(fl), table[i].module);
        filter_close(fl);
    }
}

/* ---- the fields ---- */

static void every_column_is_a_field(void **state)
{
    (void)state;
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        if (field_named(span_text(column_fact(c)->name)) == FIELD_COUNT)
            fail_msg("%s can't be asked for", column_fact(c)->name);
    for (enum field f = 0; f < FIELD_COUNT; f++) {
        assert_int_equal(field_named(span_text(field_fact(f)->name)), f);
        assert_int_equal(field_named(span_text(field_word(f))), f);
    }
}

static void a_beginning_is_completed(void **state)
{
    enum field fields[FIELD_COUNT];

    (void)state;
    assert_int_equal(filter_complete(SPAN("modu"), fields, FIELD_COUNT), 1);
    assert_int_equal(fields[0], FIELD_OF_ImageLoaded);
    assert_int_equal(filter_complete(SPAN("SUSP"), fields, FIELD_COUNT), 1);
    assert_int_equal(filter_complete(SPAN("parentp"), fields, 1), 2);
    assert_int_equal(filter_complete(SPAN("zz"), fields, FIELD_COUNT), 0);
    assert_int_equal(filter_complete(SPAN(""), fields, FIELD_COUNT), 0);
}

/* ---- at random ---- */

static uint64_t below(void *ctx, uint64_t n)
{
    uint64_t *r = ctx;

    *r ^= *r << 13;
    *r ^= *r >> 7;
    *r ^= *r << 17;
    return *r % n;
}

/* Texts that a printer could stumble over. */
static struct span text(void *ctx, enum field f)
{
    static const char *const texts[] = {
        "a", "", "a b", "\\", "a\\", "\"", "\\\"", "a\\\"b\\\\", "(", "a)", "-", "OR", "AND", "unknown", "/a/",
        "/usr/lib", "*", "?", "a?*", "x:y", ">=2", "..", "1..2", "C:\\Program Files (x86)\\", "\xc3\x84 \xe2\x80\xae",
        "\t\n", "'", "%", "a\x01z", "~WS01",
    };

    if (field_fact(f)->type == FIELD_HASH)
        return SPAN("0123456789abcdef");
    return span_text(texts[below(ctx, sizeof texts / sizeof *texts)]);
}

static int64_t number(void *ctx, enum field f)
{
    if (field_fact(f)->type == FIELD_TIME)
        return (int64_t)below(ctx, 4000000000ull) * 1000000;
    return (int64_t)below(ctx, 1ull << (1 + below(ctx, 62)));
}

static void what_is_printed_is_the_same_tree(void **state)
{
    uint64_t seed = 20261124;
    struct tree_chance chance = { below, text, number, &seed };

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct filter *fl = filter_open(), *again;
        struct fault f = { 0 };
        char *printed, *twice;

        fl->root = tree_random(fl, &chance, 3);
        printed = filter_print(fl);
        again = filter_parse(span_text(printed), NULL, &f);
        if (!again)
            fail_msg("%s: %s", printed, f.text);
        if (!tree_same(fl->root, again->root))
            fail_msg("%s is another tree", printed);
        twice = filter_print(again);
        assert_string_equal(printed, twice);
        free(printed);
        free(twice);
        filter_close(fl);
        filter_close(again);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_read_and_printed),
        cmocka_unit_test(what_is_no_filter_is_refused_at_its_column),
        cmocka_unit_test(a_filter_has_ceilings),
        cmocka_unit_test(it_is_known_what_a_filter_asks),
        cmocka_unit_test(every_column_is_a_field),
        cmocka_unit_test(a_beginning_is_completed),
        cmocka_unit_test(what_is_printed_is_the_same_tree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
