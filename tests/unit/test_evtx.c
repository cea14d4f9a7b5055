/* EVTX files as Windows writes them: sniffed, cut, decoded; templates, nested
 * ones and none; what is declared, what is found in the slack, and what is a
 * copy. */
#include "tests/evtx/evtx_file.h"
#include "tests/evtx/evtx_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* What a whole file became, with copies of the texts that the tests ask for. */
struct seen {
    struct counts counts;
    uint64_t bad_checksums;
    struct {
        char ImageLoaded[64], Signed[16], Computer[32], User[16];
        bool has_Signed, has_User;
        uint64_t record, place;
        int64_t time;
        uint32_t flags;
    } load[200];
    size_t loads;
    struct { uint64_t place, len; char reason[96]; } loss[20];
    size_t losses;
};

static void keep(char *out, size_t size, struct span s)
{
    snprintf(out, size, "%.*s", (int)s.len, s.at ? (const char *)s.at : "");
}

static void see(struct batch *b, void *context)
{
    struct seen *s = context;

    for (const struct loss *l = b->losses; l; l = l->next)
        s->bad_checksums += l->note;
    for (const struct load *l = b->loads; l; l = l->next) {
        assert_true(s->loads < 200);
        keep(s->load[s->loads].ImageLoaded, 64, l->ImageLoaded);
        keep(s->load[s->loads].Signed, 16, l->Signed);
        keep(s->load[s->loads].Computer, 32, l->Computer);
        keep(s->load[s->loads].User, 16, l->User);
        s->load[s->loads].has_Signed = span_logged(l->Signed);
        s->load[s->loads].has_User = span_logged(l->User);
        s->load[s->loads].record = l->origin.record;
        s->load[s->loads].place = l->origin.place;
        s->load[s->loads].time = l->origin.logged;
        s->load[s->loads++].flags = l->origin.flags;
    }
    for (const struct loss *l = b->losses; l && s->losses < 20; l = l->next) {
        s->loss[s->losses].place = l->place;
        s->loss[s->losses].len = l->len;
        keep(s->loss[s->losses++].reason, 96, span_text(l->reason));
    }
}

static struct seen decode(struct span file)
{
    struct seen s = { 0 };

    s.counts = evtx_file_decode(file, see, &s);
    assert_int_equal(s.counts.records, s.counts.loads + s.counts.processes + s.counts.context
                                           + s.counts.other + s.counts.damaged);
    return s;
}

static struct seen decode_chunks(const struct make *const *chunks, size_t count)
{
    struct span file = make_file(chunks, count);
    struct seen s = decode(file);

    free((void *)(uintptr_t)file.at);
    return s;
}

static struct seen decode_chunk(const struct make *m)
{
    return decode_chunks(&m, 1);
}

/* A chunk is too large for the stack of a test that has three. */
static struct make *chunk_new(void)
{
    struct make *m = test_malloc(sizeof *m);

    make_begin(m);
    return m;
}

static struct make *chunk_of(const char *const *modules)
{
    struct make *m = chunk_new();
    struct make_templates t = { 0 };

    for (; *modules; modules++)
        make_load(m, &t, *modules);
    make_ends(m, m->len);
    return m;
}

static void a_file_is_told_by_its_magic_or_its_first_chunk(void **state)
{
    static uint8_t head[MAKE_HEADER + 8];
    static const struct { const char *file, *chunk; size_t len; bool want; } rows[] = {
        { "ElfFile", "ElfChnk", sizeof head, true },
        { "ElfFile", "nothing", sizeof head, true },
        { "ElfFile", "", 8, true },
        { "nothing", "ElfChnk", sizeof head, true },
        { "nothing", "ElfChnk", sizeof head - 1, false },
        { "nothing", "nothing", sizeof head, false },
        { "ElfFile", "", 7, false },
        { "", "", 0, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(head, 0, sizeof head);
        memcpy(head, rows[i].file, strlen(rows[i].file));
        memcpy(head + MAKE_HEADER, rows[i].chunk, strlen(rows[i].chunk));
        assert_int_equal(evtx_decoder.sniff(span_of(head, rows[i].len)), rows[i].want);
    }
}

static void pieces_are_whole_slots_and_the_rest_at_the_end(void **state)
{
    const size_t slots = evtx_decoder.piece_bytes / MAKE_CHUNK, all = slots * MAKE_CHUNK;
    const struct { size_t len; uint64_t offset; bool at_end; size_t want; } rows[] = {
        { all, 0, false, MAKE_HEADER + (slots - 1) * MAKE_CHUNK },
        { all, MAKE_HEADER + (slots - 1) * MAKE_CHUNK, false, all },
        { all - 1, MAKE_HEADER, false, 0 },
        { all - 1, MAKE_HEADER, true, all - 1 },
        { 7, 0, true, 7 },
        { all, 0, true, MAKE_HEADER + (slots - 1) * MAKE_CHUNK },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(evtx_decoder.cut(NULL, span_of("", rows[i].len), rows[i].offset,
                                          rows[i].at_end), rows[i].want);
}

static void records_that_share_a_template_become_loads(void **state)
{
    struct make *m = chunk_of((const char *const[]){ "C:\\one.dll", "C:\\two.dll", NULL });
    struct seen s = decode_chunk(m);

    (void)state;
    assert_int_equal(s.counts.records, 2);
    assert_int_equal(s.counts.loads, 2);
    assert_string_equal(s.load[0].ImageLoaded, "C:\\one.dll");
    assert_string_equal(s.load[1].ImageLoaded, "C:\\two.dll");
    assert_string_equal(s.load[1].Computer, "WS01.lab.example");
    assert_string_equal(s.load[1].Signed, "false");
    assert_int_equal(s.load[1].record, 2);
    assert_int_equal(s.load[1].flags, RECORD_NUMBERED);
    assert_int_equal(s.load[0].place, MAKE_HEADER + 512);
    assert_int_equal(s.load[0].time, moment_from_filetime(MAKE_TIME + 10000000));
    assert_int_equal(s.bad_checksums, 0);
    test_free(m);
}

static void a_collectors_record_without_templates_becomes_a_load(void **state)
{
    struct make *m = chunk_new();
    struct seen s;

    (void)state;
    make_load_loose(m, "C:\\Temp\\x.dll");
    make_load_loose(m, "C:\\Temp\\y.dll");
    make_ends(m, m->len);
    s = decode_chunk(m);
    assert_int_equal(s.counts.loads, 2);
    assert_string_equal(s.load[1].ImageLoaded, "C:\\Temp\\y.dll");
    assert_string_equal(s.load[1].Computer, "WS02.lab.example");
    assert_int_equal(s.load[1].record, 7001); /* the source's own, not the collector's */
    test_free(m);
}

static void null_is_empty_and_an_optional_null_was_not_logged(void **state)
{
    struct make *m = chunk_new();
    struct make_templates t = { 0 };
    struct make_field f[] = {
        { "ImageLoaded", make_wide("C:\\a.dll"), false },
        { "Signed", { NULL, 0, VALUE_NULL }, false },
        { "User", { NULL, 0, VALUE_NULL }, true },
    };
    struct seen s;

    (void)state;
    make_event(m, &t, 7, f, 3);
    make_ends(m, m->len);
    s = decode_chunk(m);
    assert_int_equal(s.counts.loads, 1);
    assert_true(s.load[0].has_Signed);
    assert_string_equal(s.load[0].Signed, "");
    assert_false(s.load[0].has_User);
    test_free(m);
}

static void the_first_of_two_fields_with_one_name_counts(void **state)
{
    struct make *m = chunk_new();
    struct make_templates t = { 0 };
    struct make_field f[] = {
        { "ImageLoaded", make_wide("C:\\first.dll"), false },
        { "ImageLoaded", make_wide("C:\\second.dll"), false },
    };
    struct seen s;

    (void)state;
    make_event(m, &t, 7, f, 2);
    make_ends(m, m->len);
    s = decode_chunk(m);
    assert_string_equal(s.load[0].ImageLoaded, "C:\\first.dll");
    test_free(m);
}

/* <Data Name="%name">a&lt;&#x62;<![CDATA[c]]>%value<inner>d</inner></Data> */
static void a_text_is_put_together_from_all_its_parts(void **state)
{
    struct make *m = chunk_new();
    struct value v[] = { make_wide("ImageLoaded"), make_wide("VALUE") };
    struct seen s;

    (void)state;
    make_record_begins(m);
    make_fragment(m);
    make_template(m, 1);
    make_least_system(m);
    make_element(m, "EventData", false);
    make_inside(m);
    make_element(m, "Data", true);
    make_attribute(m, "Name", false);
    make_value(m, 0, VALUE_WSTRING, false);
    make_attributes_end(m);
    make_inside(m);
    make_text(m, "a");
    make_u8(m, 0x49);
    make_name(m, "lt");
    make_u8(m, 0x48);
    make_u16(m, 'b');
    make_u8(m, 0x07);
    make_u16(m, 1);
    make_utf16(m, "c");
    make_value(m, 1, VALUE_WSTRING, false);
    make_element(m, "inner", false);
    make_inside(m);
    make_text(m, "d");
    make_close(m);
    make_close(m);
    make_close(m);
    make_close(m);
    make_template_end(m);
    make_values(m, v, 2);
    make_u8(m, 0);
    make_record_ends(m);
    make_ends(m, m->len);
    s = decode_chunk(m);
    assert_int_equal(s.counts.loads, 1);
    assert_string_equal(s.load[0].ImageLoaded, "a<bcVALUEd");
    test_free(m);
}

static void a_bad_checksum_is_counted_and_costs_no_record(void **state)
{
    struct make *m = chunk_of((const char *const[]){ "C:\\one.dll", "C:\\two.dll", NULL });
    struct seen s;

    (void)state;
    m->at[52] ^= 1;
    s = decode_chunk(m);
    assert_int_equal(s.counts.loads, 2);
    assert_int_equal(s.counts.damaged, 0);
    assert_int_equal(s.bad_checksums, 1);
    test_free(m);
}

static void headers_are_not_believed(void **state)
{
    struct make *a = chunk_of((const char *const[]){ "C:\\a.dll", NULL });
    struct make *b = chunk_of((const char *const[]){ "C:\\b.dll", NULL });
    const struct make *both[] = { a, b };
    struct span file = make_file(both, 2);
    uint8_t *at = (uint8_t *)(uintptr_t)file.at;
    struct seen s;

    (void)state;
    memset(at + 8, 0xff, 40); /* counts and numbers */
    assert_int_equal(decode(file).counts.loads, 2);
    memset(at + MAKE_HEADER + 8, 0xff, 40); /* and those of a chunk */
    assert_int_equal(decode(file).counts.loads, 2);
    memset(at, 0, MAKE_HEADER); /* no header at all: one loss, no record less */
    s = decode(file);
    assert_int_equal(s.counts.loads, 2);
    assert_int_equal(s.counts.damaged, 1);
    assert_int_equal(s.loss[0].len, MAKE_HEADER);
    free(at);
    test_free(a);
    test_free(b);
}

static void an_unused_slot_is_no_loss_and_a_hole_or_a_strange_one_is(void **state)
{
    struct make *a = chunk_of((const char *const[]){ "C:\\a.dll", NULL });
    struct make *empty = memset(test_malloc(sizeof *empty), 0, sizeof *empty);
    const struct make *chunks[] = { a, empty, a, empty };
    struct seen s = decode_chunks(chunks, 1);

    (void)state;
    assert_int_equal(decode_chunks(chunks, 2).counts.damaged, 0);
    s = decode_chunks(chunks, 4);
    assert_int_equal(s.counts.loads, 2);
    assert_int_equal(s.counts.damaged, 1);
    assert_int_equal(s.loss[0].place, MAKE_HEADER + MAKE_CHUNK);
    assert_int_equal(s.loss[0].len, MAKE_CHUNK);
    memset(empty->at + 100, 0x55, 5000);
    s = decode_chunks(chunks, 3);
    assert_int_equal(s.counts.loads, 2);
    assert_int_equal(s.counts.damaged, 1);
    assert_int_equal(s.loss[0].place, MAKE_HEADER + MAKE_CHUNK);
    test_free(a);
    test_free(empty);
}

static void a_hole_that_reaches_over_pieces_is_one_loss(void **state)
{
    enum { SLOTS = 50 };
    struct make *a = chunk_of((const char *const[]){ "C:\\a.dll", NULL });
    struct make *empty = memset(test_malloc(sizeof *empty), 0, sizeof *empty);
    const struct make *chunks[SLOTS];
    struct seen s;

    (void)state;
    for (size_t i = 0; i < SLOTS; i++)
        chunks[i] = i == 2 || i == 45 ? a : empty;
    s = decode_chunks(chunks, SLOTS);
    assert_int_equal(s.counts.loads, 2);
    assert_int_equal(s.counts.damaged, 2);
    assert_int_equal(s.loss[0].place, MAKE_HEADER);
    assert_int_equal(s.loss[0].len, 2 * MAKE_CHUNK);
    assert_int_equal(s.loss[1].place, MAKE_HEADER + 3 * MAKE_CHUNK);
    assert_int_equal(s.loss[1].len, 42 * MAKE_CHUNK);
    test_free(a);
    test_free(empty);
}

static void what_lies_behind_the_declared_records_is_recovered(void **state)
{
    struct make *m = chunk_new();
    struct make_templates t = { 0 };
    struct seen s;
    uint32_t end;

    (void)state;
    make_load(m, &t, "C:\\declared.dll");
    end = m->len;
    make_load(m, &t, "C:\\slack.dll");
    make_bytes(m, "rubbish", 7);
    make_load(m, &t, "C:\\odd-place.dll");
    make_ends(m, end);
    s = decode_chunk(m);
    assert_int_equal(s.counts.records, 1);
    assert_int_equal(s.counts.loads, 1);
    assert_int_equal(s.counts.recovered, 2);
    assert_int_equal(s.loads, 3);
    assert_string_equal(s.load[1].ImageLoaded, "C:\\slack.dll");
    assert_int_equal(s.load[1].flags, RECORD_NUMBERED | RECORD_RECOVERED);
    assert_int_equal(s.load[1].place, MAKE_HEADER + end);
    test_free(m);
}

static void a_copy_is_not_recovered_whichever_comes_first(void **state)
{
    struct make *a = chunk_of((const char *const[]){ "C:\\a.dll", "C:\\b.dll", NULL });
    struct make *b = chunk_of((const char *const[]){ "C:\\a.dll", "C:\\b.dll", "C:\\c.dll", NULL });
    const struct make *there[] = { a, b, b }, *back[] = { b, b, a };
    struct make *empty = memset(test_malloc(sizeof *empty), 0, sizeof *empty);
    const struct make *far[40];
    struct seen s;

    (void)state;
    /* All of b is slack: two copies of a's records, and one of its own, twice. */
    make_ends(b, 512);
    s = decode_chunks(there, 3);
    assert_int_equal(s.counts.loads, 2);
    assert_int_equal(s.counts.recovered, 1);
    assert_string_equal(s.load[2].ImageLoaded, "C:\\c.dll");
    s = decode_chunks(back, 3);
    assert_int_equal(s.counts.loads, 2);
    assert_int_equal(s.counts.recovered, 1);
    /* The same where several pieces lie between. */
    for (size_t i = 0; i < 40; i++)
        far[i] = empty;
    far[0] = far[20] = b;
    far[39] = a;
    s = decode_chunks(far, 40);
    assert_int_equal(s.counts.loads, 2);
    assert_int_equal(s.counts.recovered, 1);
    test_free(a);
    test_free(b);
    test_free(empty);
}

static void a_chunk_without_its_magic_is_one_loss_and_is_searched(void **state)
{
    struct make *m = chunk_of((const char *const[]){ "C:\\a.dll", "C:\\b.dll", NULL });
    struct seen s;

    (void)state;
    m->at[0] = 'X';
    s = decode_chunk(m);
    assert_int_equal(s.counts.records, 1);
    assert_int_equal(s.counts.damaged, 1);
    assert_int_equal(s.counts.recovered, 2);
    test_free(m);
}

/* How events are hidden: a record is grown over the next one, whose own size at
 * its end becomes that of the grown one (or is left as it was). */
static void a_record_hidden_in_another_is_found(void **state)
{
    (void)state;
    for (int left = 0; left < 2; left++) {
        struct make *m = chunk_new();
        struct make_templates t = { 0 };
        struct seen s;
        uint32_t first, second, third;

        first = m->len;
        make_load(m, &t, "C:\\a.dll");
        second = m->len;
        make_load(m, &t, "C:\\hidden.dll");
        third = m->len;
        make_load(m, &t, "C:\\c.dll");
        make_set32(m, first + 4, third - first);
        make_set32(m, third - 4, left ? third - second : third - first);
        make_ends(m, m->len);
        s = decode_chunk(m);
        assert_int_equal(s.counts.records, 2);
        assert_int_equal(s.counts.damaged, 0);
        assert_int_equal(s.counts.recovered, 1);
        assert_string_equal(s.load[2].ImageLoaded, "C:\\hidden.dll");
        test_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_told_by_its_magic_or_its_first_chunk),
        cmocka_unit_test(pieces_are_whole_slots_and_the_rest_at_the_end),
        cmocka_unit_test(records_that_share_a_template_become_loads),
        cmocka_unit_test(a_collectors_record_without_templates_becomes_a_load),
        cmocka_unit_test(null_is_empty_and_an_optional_null_was_not_logged),
        cmocka_unit_test(the_first_of_two_fields_with_one_name_counts),
        cmocka_unit_test(a_text_is_put_together_from_all_its_parts),
        cmocka_unit_test(a_bad_checksum_is_counted_and_costs_no_record),
        cmocka_unit_test(headers_are_not_believed),
        cmocka_unit_test(an_unused_slot_is_no_loss_and_a_hole_or_a_strange_one_is),
        cmocka_unit_test(a_hole_that_reaches_over_pieces_is_one_loss),
        cmocka_unit_test(what_lies_behind_the_declared_records_is_recovered),
        cmocka_unit_test(a_copy_is_not_recovered_whichever_comes_first),
        cmocka_unit_test(a_chunk_without_its_magic_is_one_loss_and_is_searched),
        cmocka_unit_test(a_record_hidden_in_another_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
