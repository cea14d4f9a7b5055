/* A filter finds the rows that a simple program finds: random trees, printed,
 * parsed and compiled, against a plain evaluation of the tree over every load of
 * a small case of all three platforms. */
#include "tests/unit/filter_tree.h"
#include "tests/unit/made_case.h"

#include "core/pattern.h"

#define TREES 50
#define LOADS_MAX 600
#define SIGHTINGS_MAX 200

/* One load with all that can be asked of it; texts live as long as the case. */
struct flat_load {
    int64_t id, sighting;
    bool hit, allowed, recovered, unresolved;
    struct cell value[FIELD_COUNT];
    struct span users, hashes[4]; /* sha256, sha1, md5, imphash */
};

struct flat_case {
    struct made *m;
    struct arena arena;
    struct flat_load *loads;
    size_t count;
    int64_t end; /* of the case */
};

/* Where the simple program finds a field; joined below. */
static const char *const columns[FIELD_COUNT] = {
    [FIELD_OF_ImageLoaded] = "m.ImageLoaded", [FIELD_OF_Image] = "i.Image",
    [FIELD_OF_host] = "CASE h.origin WHEN 'record' THEN '' ELSE '~' END || h.name",
    [FIELD_OF_Signature] = "m.Signature", [FIELD_OF_User] = "CASE WHEN u.User IS NOT NULL THEN u.User"
    " WHEN r.source <> '4688' THEN ru.User END",
    [FIELD_OF_CommandLine] = "ifnull(r.CommandLine, x.CommandLine)",
    [FIELD_OF_ParentImage] = "ifnull(r.ParentImage, ifnull(pi.Image, x.ParentImage))",
    [FIELD_OF_SuspicionScore] = "s.SuspicionScore", [FIELD_OF_factors] = "s.factors",
    [FIELD_OF_Priority] = "ifnull(k.Priority, 0)", [FIELD_OF_reasons] = "ifnull(k.reasons, 0)",
    [FIELD_OF_hosts] = "p.hosts", [FIELD_OF_loads] = "s.loads", [FIELD_OF_time] = "l.time",
    [FIELD_OF_evidence] = "e.path", [FIELD_OF_allowed_by] = "s.allowed_by", [FIELD_OF_Signed] = "m.Signed",
    [FIELD_OF_SignatureStatus] = "m.SignatureStatus", [FIELD_OF_sha256] = "m.sha256",
    [FIELD_OF_sha1] = "m.sha1", [FIELD_OF_md5] = "m.md5", [FIELD_OF_imphash] = "m.imphash",
    [FIELD_OF_Hashes] = "m.Hashes", [FIELD_OF_Company] = "m.Company", [FIELD_OF_Product] = "m.Product",
    [FIELD_OF_Description] = "m.Description", [FIELD_OF_OriginalFileName] = "m.OriginalFileName",
    [FIELD_OF_FileVersion] = "m.FileVersion", [FIELD_OF_ImageLoaded_raw] = "m.ImageLoaded_raw",
    [FIELD_OF_platform] = "m.platform", [FIELD_OF_first_time] = "s.first_time",
    [FIELD_OF_last_time] = "s.last_time", [FIELD_OF_ProcessId] = "r.ProcessId",
    [FIELD_OF_ProcessGuid] = "r.ProcessGuid",
    [FIELD_OF_CurrentDirectory] = "ifnull(r.CurrentDirectory, x.CurrentDirectory)",
    [FIELD_OF_IntegrityLevel] = "ifnull(r.IntegrityLevel, x.IntegrityLevel)",
    [FIELD_OF_LogonId] = "ifnull(r.LogonId, x.LogonId)", [FIELD_OF_LoginUser] = "ifnull(r.LoginUser, x.LoginUser)",
    [FIELD_OF_RuleName] = "r.RuleName", [FIELD_OF_ProcessHashes] = "r.Hashes",
    [FIELD_OF_ProcessOriginalFileName] = "r.OriginalFileName",
    [FIELD_OF_ParentProcessId] = "ifnull(r.ParentProcessId, x.ParentProcessId)",
    [FIELD_OF_ParentProcessGuid] = "r.ParentProcessGuid",
    [FIELD_OF_ParentCommandLine] = "ifnull(r.ParentCommandLine, ifnull(rp.CommandLine, x.ParentCommandLine))",
    [FIELD_OF_start_time] = "ifnull(r.start_time, x.start_time)", [FIELD_OF_end_time] = "r.end_time",
    [FIELD_OF_bundle] = "e.bundle", [FIELD_OF_record] = "l.record", [FIELD_OF_place] = "l.place",
    [FIELD_OF_ref] = "substr(e.sha256, 1, 12) || ':' || l.place", [FIELD_OF_recovered] = "l.flags & 1",
    [FIELD_OF_resolution] = "CASE l.flags >> 8 WHEN 0 THEN 'exact' WHEN 3 THEN 'memfd' ELSE 'unresolved' END",
};

/* What made_case leaves out: other platforms, parents, and what few processes log. */
static void vary(struct made *m)
{
    made_sql(m, "DELETE FROM sighting WHERE loads + recovered = 0");
    made_sql(m, "UPDATE sighting SET recovered_first = (SELECT min(time) FROM load l WHERE l.sighting ="
                " sighting.id AND l.flags & 1), recovered_last = (SELECT max(time) FROM load l WHERE"
                " l.sighting = sighting.id AND l.flags & 1)");
    made_sql(m, "UPDATE module SET platform = 'linux', Signed = NULL, name = CASE id %% 2 WHEN 0 THEN"
                " 'libx.so' ELSE 'LIBX.so' END, ImageLoaded = '/usr/lib/' || CASE id %% 2 WHEN 0 THEN"
                " 'libx.so' ELSE 'LIBX.so' END WHERE id %% 5 = 1");
    made_sql(m, "UPDATE module SET platform = 'macos', name = 'X.dylib', ImageLoaded = '/Users/bob/X.dylib',"
                " ImageLoaded_raw = '@rpath/X.dylib' WHERE id %% 7 = 2");
    made_sql(m, "UPDATE module SET imphash = '0123456789abcdef', FileVersion = '10.0 (x)', Product ="
                " 'W?ndows*', Description = '\xc3\x84rger' WHERE id %% 3 = 0");
    made_sql(m, "UPDATE image SET Image = '/usr/bin/Python3' WHERE id = 5");
    made_sql(m, "UPDATE image SET Image = '/usr/bin/python3' WHERE id = 6");
    made_sql(m, "DELETE FROM ranking");
    made_sql(m, "INSERT INTO ranking(sighting, reasons, Priority) SELECT id, id * 37 %% 4096, id %% 5 - 1"
                " FROM sighting WHERE id %% 3");
    made_sql(m, "UPDATE host SET origin = 'folder' WHERE id = 3");
    made_sql(m, "UPDATE user SET User = 'root' WHERE id = 2");
    made_sql(m, "UPDATE evidence SET last_time = 49000000, bundle = CASE id WHEN 2 THEN '/e/b.zip' END");
    made_sql(m, "UPDATE process SET parent = id / 2 + 1, start_time = id * 1000000, ParentProcessId = 4,"
                " CurrentDirectory = '/tmp/', RuleName = 'T1129', Hashes = 'MD5=00', LoginUser = 'alice',"
                " ParentProcessGuid = '{P}', end_time = 40000000, IntegrityLevel = 'High', LogonId = '0x3e7',"
                " OriginalFileName = 'RUNDLL32.EXE', ParentCommandLine = 'explorer \"x\"' WHERE id %% 3 = 1");
    made_sql(m, "UPDATE process SET parent = 1, ParentImage = NULL WHERE id %% 5 = 2");
}

static struct cell read_cell(struct flat_case *t, sqlite3_stmt *st, int column)
{
    struct cell cell = { 0 };
    bool full = false;

    if (sqlite3_column_type(st, column) == SQLITE_INTEGER) {
        cell = (struct cell){ CELL_NUMBER, sqlite3_column_int64(st, column), SPAN_NONE };
    } else if (sqlite3_column_type(st, column) == SQLITE_TEXT) {
        const void *at = sqlite3_column_text(st, column);

        cell.type = CELL_TEXT;
        cell.text = arena_copy(&t->arena, span_of(at, (size_t)sqlite3_column_bytes(st, column)), &full);
    }
    assert_false(full);
    return cell;
}

static sqlite3_stmt *flat_open_statement(struct made *m)
{
    char *sql = sqlite3_mprintf("SELECT l.id, s.id, s.hit, s.allowed_by IS NOT NULL, l.flags & 1,"
                                " l.flags >> 8 = 6, (SELECT group_concat(v.User, x'0a') FROM sighting_user su"
                                " JOIN user v ON v.id = su.user WHERE su.sighting = s.id), m.sha256, m.sha1,"
                                " m.md5, m.imphash");
    sqlite3_stmt *st;

    for (enum field f = 0; f < FIELD_COUNT; f++)
        sql = sqlite3_mprintf("%z, %s", sql, columns[f] ? columns[f] : "NULL");
    sql = sqlite3_mprintf("%z FROM load l JOIN sighting s ON s.id = l.sighting JOIN pair p ON p.id = s.pair"
                          " JOIN module m ON m.id = p.module JOIN image i ON i.id = p.image"
                          " LEFT JOIN ranking k ON k.sighting = s.id JOIN host h ON h.id = s.host JOIN evidence e ON e.id = l.evidence"
                          " LEFT JOIN user u ON u.id = l.user LEFT JOIN process r ON r.id = l.process"
                          " LEFT JOIN user ru ON ru.id = r.user LEFT JOIN process x ON x.id = r.explained_by"
                          " LEFT JOIN process rp ON rp.id = r.parent LEFT JOIN image pi ON pi.id = rp.image"
                          " ORDER BY l.id", sql);
    if (sqlite3_prepare_v2(m->s->db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(m->s->db));
    sqlite3_free(sql);
    return st;
}

static struct flat_case *flat_open(struct made *m)
{
    struct flat_case *t = memory_zero(1, sizeof *t);
    sqlite3_stmt *st = flat_open_statement(m);

    t->m = m;
    t->end = 49000000;
    arena_init(&t->arena, 64u << 20);
    t->loads = memory_zero(LOADS_MAX, sizeof *t->loads);
    while (sqlite3_step(st) == SQLITE_ROW) {
        struct flat_load *l = &t->loads[t->count++];

        assert_true(t->count <= LOADS_MAX);
        l->id = sqlite3_column_int64(st, 0);
        l->sighting = sqlite3_column_int64(st, 1);
        l->hit = sqlite3_column_int(st, 2);
        l->allowed = sqlite3_column_int(st, 3);
        l->recovered = sqlite3_column_int(st, 4);
        l->unresolved = sqlite3_column_int(st, 5);
        l->users = read_cell(t, st, 6).text;
        for (int i = 0; i < 4; i++)
            l->hashes[i] = read_cell(t, st, 7 + i).text;
        for (int f = 0; f < FIELD_COUNT; f++)
            l->value[f] = read_cell(t, st, 11 + f);
    }
    sqlite3_finalize(st);
    return t;
}

/* ---- the plain evaluation ---- */

static void fold(char *out, struct span in)
{
    assert_true(in.len < 4096);
    text_fold((uint8_t *)out, in);
    out[in.len] = '\0';
}

static void keep(char *out, struct span in)
{
    memcpy(out, in.at ? in.at : (const uint8_t *)"", in.len);
    out[in.len] = '\0';
}

static bool glob(const char *g, const char *v)
{
    if (!*g)
        return !*v;
    if (*g == '*')
        return glob(g + 1, v) || (*v && glob(g, v + 1));
    if (!*v)
        return false;
    if (*g != '?')
        return *g == *v && glob(g + 1, v + 1);
    for (v++; ((unsigned char)*v & 0xC0) == 0x80; v++)
        ;
    return glob(g + 1, v);
}

static bool one_text(const struct filter_node *n, struct span value, bool exact)
{
    char text[4096], v[4096];

    (exact ? keep : fold)(text, n->text);
    (exact ? keep : fold)(v, value);
    return n->test == TEST_GLOB ? glob(text, v) : strcmp(text, v) == 0;
}

static bool text_answers(const struct filter_node *n, struct span value)
{
    enum field_type type = field_fact(n->field)->type;
    bool exact = type == FIELD_PATH && value.len && value.at[0] == '/';
    bool tail = (type == FIELD_PATH || type == FIELD_NAME) && n->test != TEST_EXACTLY;

    if (!span_logged(value))
        return false;
    if (n->test == TEST_REGEX) {
        struct fault f;
        struct pattern *p = pattern_open(n->text, exact ? 0 : PATTERN_NOCASE, &f);
        bool found = pattern_find(p, value, NULL) != MATCH_NO;

        pattern_close(p);
        return found;
    }
    if (one_text(n, value, exact))
        return true;
    for (size_t i = 0; i < n->text.len; i++)
        tail = tail && n->text.at[i] != '\\' && n->text.at[i] != '/';
    return tail && one_text(n, span_file_name(value), exact);
}

static bool host_answers(const struct filter_node *n, struct span shown)
{
    bool assumed = shown.at[0] == '~', asked = n->text.len && n->text.at[0] == '~';
    struct span name = assumed ? span_of(shown.at + 1, shown.len - 1) : shown;
    struct filter_node plain = *n;

    if (n->test == TEST_GLOB || n->test == TEST_REGEX)
        return text_answers(n, shown) || text_answers(n, name);
    if (asked)
        plain.text = span_of(n->text.at + 1, n->text.len - 1);
    return (!asked || assumed) && text_answers(&plain, name);
}

static bool hash_answers(const struct filter_node *n, const struct flat_load *l)
{
    static const enum field kinds[] = { FIELD_OF_sha256, FIELD_OF_sha1, FIELD_OF_md5, FIELD_OF_imphash };

    for (size_t i = 0; i < 4; i++)
        if ((n->field == FIELD_OF_hash || n->field == kinds[i]) && l->hashes[i].len >= n->text.len
            && strncasecmp((const char *)l->hashes[i].at, (const char *)n->text.at, n->text.len) == 0)
            return true;
    return false;
}

static int64_t bound_at(const struct flat_case *t, const struct filter_bound *b)
{
    return b->from_end ? t->end + b->value : b->value;
}

static bool number_answers(const struct flat_case *t, const struct filter_node *n, int64_t v)
{
    switch (n->test) {
    case TEST_LESS:
        return v < bound_at(t, &n->low);
    case TEST_MORE:
        return v > bound_at(t, &n->low);
    case TEST_RANGE:
        return (!n->low.set || v >= bound_at(t, &n->low))
            && (!n->high.set || v - (n->high.unit - 1) <= bound_at(t, &n->high));
    case TEST_BIT:
        return (v & n->low.value) != 0;
    case TEST_YES:
        return v != 0;
    case TEST_NO:
        return v == 0;
    case TEST_IS: case TEST_EXACTLY: case TEST_GLOB: case TEST_REGEX: case TEST_UNKNOWN:
        break;
    }
    fail();
    return false;
}

static bool test_answers(const struct flat_case *t, const struct filter_node *n, const struct flat_load *l)
{
    const struct cell *v = &l->value[n->field];

    if (field_fact(n->field)->type == FIELD_HASH)
        return hash_answers(n, l);
    if (n->test == TEST_UNKNOWN) /* what was not logged, unless an imported fact settles it */
        return (l->value[FIELD_OF_factors].number & FACTOR_SIGNED_UNKNOWN) != 0;
    if (n->field == FIELD_OF_allowed_by && (n->test == TEST_YES || n->test == TEST_NO))
        return (v->type != CELL_NULL) == (n->test == TEST_YES);
    if (v->type == CELL_NULL)
        return false;
    if (v->type == CELL_NUMBER)
        return number_answers(t, n, v->number);
    return n->field == FIELD_OF_host ? host_answers(n, v->text) : text_answers(n, v->text);
}

static bool word_answers(const struct filter_node *n, const struct flat_load *l)
{
    static const enum field texts[] = {
        FIELD_OF_host, FIELD_OF_Image, FIELD_OF_ImageLoaded, FIELD_OF_Hashes, FIELD_OF_Signature,
        FIELD_OF_SignatureStatus, FIELD_OF_Company, FIELD_OF_Product, FIELD_OF_Description,
        FIELD_OF_OriginalFileName, FIELD_OF_FileVersion,
    };
    char word[4096], text[4096];

    fold(word, n->text);
    fold(text, l->users);
    if (span_logged(l->users) && strstr(text, word))
        return true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fold(text, l->value[texts[i]].text);
        if (span_logged(l->value[texts[i]].text) && strstr(text, word))
            return true;
    }
    return false;
}

static bool answers(const struct flat_case *t, const struct filter_node *n, const struct flat_load *l)
{
    bool all = true, any = false;

    if (n->kind == FILTER_WORD)
        return word_answers(n, l);
    if (n->kind == FILTER_TEST)
        return test_answers(t, n, l);
    for (const struct filter_node *c = n->first; c; c = c->next) {
        bool one = answers(t, c, l);

        all = all && one;
        any = any || one;
    }
    return n->kind == FILTER_ALL ? all : n->kind == FILTER_ANY ? any : !any;
}

/* ---- both sides ---- */

struct ids {
    int64_t at[LOADS_MAX], loads[LOADS_MAX]; /* loads: of a sighting, those that answer */
    size_t count;
};

static void want_rows(const struct flat_case *t, const struct filter *fl, const struct question *q,
                      struct ids *want)
{
    bool of_loads = (filter_asks(fl) & OF_LOADS) != 0;

    want->count = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct flat_load *l = &t->loads[i];
        int64_t id = q->kind == QUESTION_SIGHTINGS ? l->sighting : l->id;
        size_t at = 0;

        if (!q->everything && (!l->hit || (l->allowed && !q->include_allowed)))
            continue;
        if (q->kind == QUESTION_HUNT && (l->recovered || l->unresolved))
            continue;
        if (!answers(t, fl->root, l))
            continue;
        while (at < want->count && want->at[at] != id)
            at++;
        if (at == want->count) {
            want->at[want->count] = id;
            want->loads[want->count++] = of_loads ? 0 : l->value[FIELD_OF_loads].number;
        }
        want->loads[at] += of_loads && !l->recovered;
    }
}

static bool take(void *ctx, const struct page *p)
{
    struct ids *got = ctx;

    for (size_t r = 0; r < p->rows; r++) {
        assert_true(got->count < LOADS_MAX);
        got->loads[got->count] = 0;
        if (p->kind == QUESTION_SIGHTINGS)
            got->loads[got->count] = page_cell(p, r, COLUMN_ID_loads)->number;
        got->at[got->count++] = p->keys[r];
    }
    return true;
}

static size_t place_of(const struct ids *list, int64_t id)
{
    size_t i = 0;

    while (i < list->count && list->at[i] != id)
        i++;
    return i;
}

static void same_rows(const struct question *q, const struct ids *want, const struct ids *got)
{
    const char *scope = q->everything ? "everything" : "hits";

    for (size_t i = 0; i < want->count; i++) {
        size_t at = place_of(got, want->at[i]);

        if (at == got->count)
            fail_msg("%s (%s, kind %d) does not find %d", q->filter, scope, q->kind, (int)want->at[i]);
        if (q->kind == QUESTION_SIGHTINGS && got->loads[at] != want->loads[i])
            fail_msg("%s (%s): %d has %d loads that answer, not %d", q->filter, scope, (int)want->at[i],
                     (int)want->loads[i], (int)got->loads[at]);
    }
    for (size_t i = 0; i < got->count; i++)
        if (place_of(want, got->at[i]) == want->count)
            fail_msg("%s (%s, kind %d) finds %d", q->filter, scope, q->kind, (int)got->at[i]);
    assert_int_equal(want->count, got->count);
}

static size_t check(struct flat_case *t, const struct filter *fl, enum question_kind kind, bool everything)
{
    struct question *q = question_open(kind);
    struct ids want, got = { .count = 0 };
    struct fault f = { 0 };

    q->everything = everything;
    q->include_allowed = everything;
    q->filter = filter_print(fl);
    want_rows(t, fl, q, &want);
    if (!store_stream(t->m->s, q, take, &got, &f))
        fail_msg("%s: %s", q->filter, f.text);
    same_rows(q, &want, &got);
    question_close(q);
    return want.count;
}

/* The totals count the same sightings and loads. */
static void check_totals(struct flat_case *t, const struct filter *fl)
{
    struct question *q = question_open(QUESTION_SIGHTINGS), *totals;
    int64_t hits = 0, hit_loads = 0, loads = 0;
    struct ids want, of_hits;
    struct page *p;

    q->everything = q->include_allowed = true;
    want_rows(t, fl, q, &want);
    q->everything = q->include_allowed = false;
    want_rows(t, fl, q, &of_hits);
    for (size_t i = 0; i < want.count; i++)
        loads += want.loads[i];
    for (size_t i = 0; i < of_hits.count; i++, hits++)
        hit_loads += of_hits.loads[i];
    totals = question_open(QUESTION_TOTALS);
    totals->filter = filter_print(fl);
    p = store_answer(t->m->s, totals);
    if (p->fault.kind != FAULT_NONE)
        fail_msg("%s: %s", totals->filter, p->fault.text);
    assert_int_equal(page_cell(p, 0, TOTAL_SIGHTINGS)->number, want.count);
    assert_int_equal(page_cell(p, 0, TOTAL_HITS)->number, hits);
    assert_int_equal(page_cell(p, 0, TOTAL_LOADS)->number, loads);
    assert_int_equal(page_cell(p, 0, TOTAL_HIT_LOADS)->number, hit_loads);
    page_close(p);
    question_close(q);
    question_close(totals);
}

/* ---- the trees ---- */

static uint64_t chance_below(void *ctx, uint64_t below)
{
    struct flat_case *t = ctx;
    return made_random(t->m, below);
}

static struct span chance_text(void *ctx, enum field f)
{
    struct flat_case *t = ctx;
    const struct flat_load *l = &t->loads[made_random(t->m, t->count)];

    if (field_fact(f)->type == FIELD_HASH && f == FIELD_OF_hash)
        return l->hashes[made_random(t->m, 4)];
    if (field_fact(f)->type != FIELD_HASH && !made_random(t->m, 12))
        return SPAN("ALICE");
    return l->value[f].text;
}

static int64_t chance_number(void *ctx, enum field f)
{
    struct flat_case *t = ctx;
    const struct cell *v = &t->loads[made_random(t->m, t->count)].value[f];

    return v->type == CELL_NUMBER ? v->number : 1;
}

static void a_filter_finds_what_a_simple_program_finds(void **state)
{
    struct made *m = made_open(77, 70, 260);
    struct flat_case *t;
    struct tree_chance chance = { chance_below, chance_text, chance_number, NULL };
    size_t found = 0, some = 0;

    (void)state;
    vary(m);
    chance.ctx = t = flat_open(m);
    assert_true(t->count > 150);
    for (int i = 0; i < TREES; i++) {
        struct filter *fl = filter_open();
        size_t rows;

        fl->root = tree_random(fl, &chance, (int)made_random(m, 4));
        rows = check(t, fl, QUESTION_LOADS, true);
        check(t, fl, QUESTION_LOADS, false);
        check(t, fl, QUESTION_SIGHTINGS, true);
        check(t, fl, QUESTION_SIGHTINGS, false);
        check(t, fl, QUESTION_HUNT, made_random(m, 2));
        check_totals(t, fl);
        found += rows;
        some += rows > 0 && rows < t->count;
        filter_close(fl);
    }
    /* The trees are worth asking: most find some rows and not all. */
    assert_true(some > TREES / 3);
    assert_true(found > TREES);
    arena_clear(&t->arena);
    free(t->loads);
    free(t);
    made_close(m);
}

/* One row of each field, each test, without chance. */
static void each_field_can_be_asked(void **state)
{
    struct made *m = made_open(78, 60, 200);
    struct tree_chance chance = { chance_below, chance_text, chance_number, NULL };
    struct flat_case *t;

    (void)state;
    vary(m);
    chance.ctx = t = flat_open(m);
    for (enum field f = 0; f < FIELD_COUNT; f++)
        for (int i = 0; i < 3 && field_fact(f)->type != FIELD_ABSENT; i++) {
            struct filter *fl = filter_open(), *one;

            do {
                filter_close(fl);
                fl = filter_open();
                fl->root = tree_leaf(fl, &chance);
            } while (fl->root->kind != FILTER_TEST || fl->root->field != f);
            one = filter_open();
            one->root = filter_node(one, FILTER_NOT);
            one->root->first = fl->root;
            check(t, fl, QUESTION_LOADS, true);
            check(t, fl, QUESTION_SIGHTINGS, i % 2);
            check(t, one, QUESTION_LOADS, i % 2);
            check(t, one, QUESTION_SIGHTINGS, true);
            filter_close(one);
            filter_close(fl);
        }
    arena_clear(&t->arena);
    free(t->loads);
    free(t);
    made_close(m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_finds_what_a_simple_program_finds),
        cmocka_unit_test(each_field_can_be_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
