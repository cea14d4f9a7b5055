/* A case in memory, behind the doors of the console: answers from a table.
 *
 * It keeps the contract of core/page.h (scope, filter, order, anchors,
 * windows) the slow and obvious way, so that the model's tests need no store.
 * Answers are queued at once, or held until fake_deliver() where `hold` is set. */
#ifndef TESTS_UNIT_FAKE_CASE_H
#define TESTS_UNIT_FAKE_CASE_H

#include "core/factor.h"
#include "tui/tui.h"
#include "queries/filter.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define FAKE_ROWS_MAX 20000
#define FAKE_HELD_MAX 64

struct fake_row {
    int64_t id, last_time, loads, hosts, allowed_by;
    int SuspicionScore;
    uint32_t factors;
    const char *host, *Image, *ImageLoaded, *Signed, *Signature, *SignatureStatus, *sha256;
    const char *CommandLine;
};

struct fake_case {
    struct fake_row rows[FAKE_ROWS_MAX];
    size_t count;
    struct queue *pages, *notices;
    bool hold;
    struct page *held[FAKE_HELD_MAX];
    size_t held_count;
    size_t asked[16];           /* by question kind */
    struct question *last_list; /* the last question for sightings or loads */
    int64_t entries;
    int64_t allowed_sighting;
    char reason[256];
    size_t given_up;
    bool full;                  /* orders are refused */
    bool sysmon;                /* Sysmon was logged */
};

static inline struct fake_row *fake_add(struct fake_case *c, const char *host, const char *Image,
                                        const char *ImageLoaded, const char *Signed,
                                        const char *sha256, int64_t seconds, int64_t loads)
{
    struct fake_row *r = &c->rows[c->count++];
    struct verdict v = factor_verdict(PLATFORM_WINDOWS, span_text(Image), span_text(ImageLoaded),
                                      span_text(Signed));

    assert(c->count <= FAKE_ROWS_MAX);
    *r = (struct fake_row){ .id = (int64_t)c->count, .last_time = seconds * 1000000, .loads = loads,
                            .hosts = 1, .SuspicionScore = v.SuspicionScore, .factors = v.factors,
                            .host = host, .Image = Image, .ImageLoaded = ImageLoaded,
                            .Signed = Signed, .sha256 = sha256 };
    if (Signed && strcmp(Signed, "true") == 0) {
        r->Signature = "Microsoft Windows";
        r->SignatureStatus = "Valid";
    }
    return r;
}

static const enum column fake_columns[] = {
    COLUMN_ID_SuspicionScore, COLUMN_ID_factors, COLUMN_ID_last_time, COLUMN_ID_host,
    COLUMN_ID_Image, COLUMN_ID_ImageLoaded, COLUMN_ID_Signed, COLUMN_ID_Signature,
    COLUMN_ID_SignatureStatus, COLUMN_ID_loads, COLUMN_ID_hosts, COLUMN_ID_allowed_by,
    COLUMN_ID_sha256, COLUMN_ID_platform, COLUMN_ID_first_time, COLUMN_ID_time, COLUMN_ID_User,
    COLUMN_ID_ProcessId, COLUMN_ID_CommandLine, COLUMN_ID_record,
};
#define FAKE_COLUMNS (sizeof fake_columns / sizeof *fake_columns)

static inline struct cell fake_text(const char *text)
{
    return text ? (struct cell){ .type = CELL_TEXT, .text = span_text(text) } : (struct cell){ 0 };
}

static inline struct cell fake_number(int64_t n)
{
    return (struct cell){ .type = CELL_NUMBER, .number = n };
}

static inline struct cell fake_cell(const struct fake_row *r, enum column c)
{
    switch ((int)c) {
    case COLUMN_ID_SuspicionScore: return fake_number(r->SuspicionScore);
    case COLUMN_ID_factors: return fake_number(r->factors);
    case COLUMN_ID_last_time: case COLUMN_ID_time: return fake_number(r->last_time);
    case COLUMN_ID_first_time: return fake_number(r->last_time - 86400000000);
    case COLUMN_ID_host: return fake_text(r->host);
    case COLUMN_ID_Image: return fake_text(r->Image);
    case COLUMN_ID_ImageLoaded: return fake_text(r->ImageLoaded);
    case COLUMN_ID_Signed: return fake_text(r->Signed);
    case COLUMN_ID_Signature: return fake_text(r->Signature);
    case COLUMN_ID_SignatureStatus: return fake_text(r->SignatureStatus);
    case COLUMN_ID_loads: return fake_number(r->loads);
    case COLUMN_ID_hosts: return fake_number(r->hosts);
    case COLUMN_ID_allowed_by: return r->allowed_by ? fake_number(r->allowed_by) : (struct cell){ 0 };
    case COLUMN_ID_sha256: return fake_text(r->sha256);
    case COLUMN_ID_platform: return fake_text("windows");
    case COLUMN_ID_User: return fake_text("CORP\\alice");
    case COLUMN_ID_ProcessId: return fake_number(4000 + r->id);
    case COLUMN_ID_CommandLine: return fake_text(r->CommandLine);
    case COLUMN_ID_record: return fake_number(1000 + r->id);
    default: return (struct cell){ 0 };
    }
}

static inline bool fake_has(const char *text, const char *what)
{
    return text && strcasestr(text, what);
}

static inline bool fake_hit(const struct fake_row *r)
{
    return factor_is_hit((struct verdict){ r->factors, r->SuspicionScore });
}

/* Words, hosts, hashes, users and image names are all that the console's tests ask. */
static inline bool fake_test(const struct fake_row *r, const struct filter_node *n)
{
    switch (n->field) {
    case FIELD_OF_hash:
        return r->sha256 && span_starts(span_text(r->sha256), n->text);
    case FIELD_OF_host:
        return span_equal_nocase(span_text(r->host), n->text);
    case FIELD_OF_Image:
        return span_equal_nocase(span_file_name(span_text(r->Image)), n->text);
    case FIELD_OF_ImageLoaded:
        return span_equal_nocase(span_file_name(span_text(r->ImageLoaded)), n->text);
    case FIELD_OF_User:
        return span_equal_nocase(n->text, SPAN("alice"));
    default:
        assert(false);
        return false;
    }
}

static inline bool fake_node(const struct fake_row *r, const struct filter_node *n)
{
    char word[FILTER_BYTES_MAX + 1];
    bool all = true, any = false;

    if (n->kind == FILTER_TEST)
        return fake_test(r, n);
    if (n->kind == FILTER_WORD) {
        snprintf(word, sizeof word, "%.*s", (int)n->text.len, (const char *)n->text.at);
        return fake_has(r->host, word) || fake_has(r->Image, word) || fake_has(r->ImageLoaded, word);
    }
    for (const struct filter_node *c = n->first; c; c = c->next) {
        bool one = fake_node(r, c);

        all = all && one;
        any = any || one;
    }
    return n->kind == FILTER_ANY ? any : n->kind == FILTER_NOT ? !any : all;
}

/* Does the row answer, but for the allowlist and the scope? */
static inline bool fake_answers(const struct question *q, const struct fake_row *r)
{
    struct filter *fl = filter_parse(span_text(q->filter ? q->filter : ""), NULL, NULL);
    bool answers;

    assert(fl);
    answers = !fl->root || fake_node(r, fl->root);
    filter_close(fl);
    if (!answers)
        return false;
    return !q->sighting || q->kind != QUESTION_LOADS || r->id == q->sighting;
}

static inline int fake_compare_cells(const struct cell *a, const struct cell *b)
{
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    if (a->type == CELL_NUMBER)
        return a->number < b->number ? -1 : a->number > b->number;
    if (a->type == CELL_NULL)
        return 0;
    size_t n = a->text.len < b->text.len ? a->text.len : b->text.len;
    int d = n ? memcmp(a->text.at, b->text.at, n) : 0;
    return d ? d : a->text.len < b->text.len ? -1 : a->text.len > b->text.len;
}

/* Of a row with keys and an id: before (< 0) or behind (> 0) in q's order. */
static inline int fake_compare(const struct question *q, const struct fake_row *r,
                               const struct cell *keys, int64_t id)
{
    for (size_t i = 0; i < q->sorts; i++) {
        struct cell mine = fake_cell(r, q->sort[i].column);
        int d = fake_compare_cells(&mine, &keys[i]);

        if (d)
            return q->sort[i].descending ? -d : d;
    }
    return r->id < id ? -1 : r->id > id;
}

static const struct question *fake_order;

static inline int fake_sorter(const void *a, const void *b)
{
    const struct fake_row *x = *(struct fake_row *const *)a, *y = *(struct fake_row *const *)b;
    struct cell keys[SORT_KEYS_MAX];

    for (size_t i = 0; i < fake_order->sorts; i++)
        keys[i] = fake_cell(y, fake_order->sort[i].column);
    return fake_compare(fake_order, x, keys, y->id);
}

static inline void fake_page_room(struct page *p, size_t columns, size_t rows)
{
    p->columns = columns;
    p->rows = rows;
    p->cells = arena_get(&p->arena, (columns * rows + 1) * sizeof *p->cells);
    p->keys = arena_get(&p->arena, (rows + 1) * sizeof *p->keys);
    p->names = arena_get(&p->arena, (columns + 1) * sizeof *p->names);
}

static inline void fake_fill(struct page *p, struct fake_row **rows, size_t n)
{
    fake_page_room(p, FAKE_COLUMNS, n);
    p->ids = arena_get(&p->arena, sizeof fake_columns);
    memcpy(p->ids, fake_columns, sizeof fake_columns);
    for (size_t i = 0; i < n; i++) {
        p->keys[i] = rows[i]->id;
        for (size_t c = 0; c < FAKE_COLUMNS; c++) {
            struct cell cell = fake_cell(rows[i], fake_columns[c]);

            cell.text = arena_copy(&p->arena, cell.text, NULL);
            p->cells[i * FAKE_COLUMNS + c] = cell;
        }
    }
}

static inline void fake_list(struct fake_case *c, const struct question *q, struct page *p)
{
    struct fake_row **all = memory_get((c->count + 1) * sizeof *all);
    size_t n = 0, from = 0, to, limit = q->limit ? q->limit : c->count;

    for (size_t i = 0; i < c->count; i++) {
        struct fake_row *r = &c->rows[i];

        if (fake_answers(q, r) && (q->everything || fake_hit(r))
            && (q->include_allowed || !r->allowed_by))
            all[n++] = r;
    }
    fake_order = q;
    qsort(all, n, sizeof *all, fake_sorter);
    to = n;
    if (q->anchor.set && !q->backwards)
        while (from < n && fake_compare(q, all[from], q->anchor.key, q->anchor.id) <= 0)
            from++;
    if (q->anchor.set && q->backwards) {
        to = 0;
        while (to < n && fake_compare(q, all[to], q->anchor.key, q->anchor.id) < 0)
            to++;
    }
    if (to - from > limit) {
        if (q->backwards)
            from = to - limit;
        else
            to = from + limit;
    }
    fake_fill(p, all + from, to - from);
    p->more_before = from > 0;
    p->more_behind = to < n;
    free(all);
}

static inline void fake_totals(struct fake_case *c, const struct question *q, struct page *p)
{
    int64_t t[TOTAL_COUNT] = { 0 };

    for (size_t i = 0; i < c->count; i++) {
        const struct fake_row *r = &c->rows[i];
        bool new_host = true;

        t[TOTAL_CASE_LOADS] += r->loads;
        if (!fake_answers(q, r))
            continue;
        t[TOTAL_SIGHTINGS]++;
        t[TOTAL_ALLOWED] += r->allowed_by != 0;
        t[TOTAL_HITS] += fake_hit(r) && !r->allowed_by;
        t[TOTAL_LOADS] += r->loads;
        for (size_t k = 0; k < i; k++)
            if (strcmp(c->rows[k].host, r->host) == 0 && fake_answers(q, &c->rows[k]))
                new_host = false;
        t[TOTAL_HOSTS] += new_host;
    }
    t[TOTAL_EVIDENCE] = 3;
    t[TOTAL_RECORDS] = c->count ? t[TOTAL_CASE_LOADS] : 50;
    t[TOTAL_SYSMON] = c->sysmon;
    t[TOTAL_CASE_HOSTS] = 2;
    t[TOTAL_BLIND_HOSTS] = 1;
    t[TOTAL_DAMAGED_FILES] = 1;
    fake_page_room(p, TOTAL_COUNT, 1);
    for (size_t i = 0; i < TOTAL_COUNT; i++)
        p->cells[i] = fake_number(t[i]);
}

static inline void fake_detail(struct fake_case *c, const struct question *q, struct page *p)
{
    const struct fake_row *r = NULL;

    for (size_t i = 0; i < c->count; i++)
        if (c->rows[i].id == (q->load ? q->load : q->sighting))
            r = &c->rows[i];
    if (!r) {
        fake_page_room(p, 3, 0);
        return;
    }
    const char *const fields[][3] = {
        { "UtcTime", "2022-08-31 20:39:07.561", NULL }, { "Computer", r->host, NULL },
        { "User", "CORP\\alice", NULL }, { "ProcessGuid", "{a23eae89-bd56-5903-0000-0010e9d95e00}", NULL },
        { "ProcessId", "4711", NULL }, { "Image", r->Image, NULL }, { "ImageLoaded", r->ImageLoaded, NULL },
        { "Signed", r->Signed, NULL }, { "Signature", r->Signature, NULL },
        { "SignatureStatus", r->SignatureStatus, NULL }, { "Hashes", r->sha256, NULL },
        { "CommandLine", r->CommandLine, "from event 1" }, { "ParentImage", "C:\\Windows\\explorer.exe", NULL },
        { "ParentCommandLine", "C:\\Windows\\Explorer.EXE", NULL }, { "Company", NULL, NULL },
    };
    size_t n = sizeof fields / sizeof *fields;
    fake_page_room(p, 3, n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 3; k++)
            p->cells[i * 3 + k] = fake_text(fields[i][k]);
}

static inline void fake_evidence(struct page *p)
{
    static const char *const files[][3] = {
        { "/evidence/WS01/Microsoft-Windows-Sysmon%4Operational.evtx", "evtx", "complete" },
        { "/evidence/WS02/Security.evtx", "evtx", "complete" },
        { "/evidence/WS03/damaged.evtx", "evtx", "partial" },
    };

    fake_page_room(p, EVIDENCE_COLUMN_COUNT, 3);
    for (size_t i = 0; i < 3; i++) {
        struct cell *row = &p->cells[i * EVIDENCE_COLUMN_COUNT];

        p->keys[i] = (int64_t)i + 1;
        for (int k = EVIDENCE_BYTES; k <= EVIDENCE_RECOVERED; k++)
            row[k] = fake_number((int64_t)(1000 * (i + 1) + (size_t)k));
        row[EVIDENCE_PATH] = fake_text(files[i][0]);
        row[EVIDENCE_FORMAT] = fake_text(files[i][1]);
        row[EVIDENCE_STATE] = fake_text(files[i][2]);
        row[EVIDENCE_CONFLICTS] = fake_number(0);
        if (i == 1)
            row[EVIDENCE_LOADS] = row[EVIDENCE_DAMAGED] = row[EVIDENCE_RECOVERED] =
                row[EVIDENCE_DUPLICATES] = fake_number(0);
        row[EVIDENCE_FIRST_TIME] = row[EVIDENCE_LAST_TIME] = fake_number(1661978347561000);
    }
}

/* Two hosts, one of which logs no loads. */
static inline void fake_hosts(struct page *p)
{
    fake_page_room(p, HOST_COLUMN_COUNT, 2);
    for (size_t i = 0; i < 2; i++) {
        struct cell *row = &p->cells[i * HOST_COLUMN_COUNT];

        p->keys[i] = (int64_t)i + 1;
        for (int k = 0; k < HOST_COLUMN_COUNT; k++)
            row[k] = fake_number(0);
        row[HOST_NAME] = fake_text(i ? "BLIND" : "WS01");
        row[HOST_PLATFORM] = fake_text("windows");
        row[HOST_FIRST_TIME] = row[HOST_LAST_TIME] = fake_number(1661978347561000);
        row[HOST_SHA256] = row[HOST_SHA1] = row[HOST_MD5] = row[HOST_IMPHASH] = row[HOST_LOGGING]
            = (struct cell){ 0 };
        if (i)
            continue;
        row[HOST_LOADS] = row[HOST_PROCESSES] = fake_number(7);
        row[HOST_MISSING] = fake_number(1234);
        row[HOST_SHA256] = fake_text("all");
        row[HOST_SHA1] = row[HOST_IMPHASH] = fake_text("none");
        row[HOST_MD5] = fake_text("some");
    }
}

static inline void fake_about(const struct question *q, struct page *p)
{
    fake_page_room(p, ABOUT_COLUMN_COUNT, 3);
    for (size_t i = 0; i < 3; i++) {
        struct cell *row = &p->cells[i * ABOUT_COLUMN_COUNT];

        row[ABOUT_SECTION] = fake_text(i == 0 ? "channel" : "damaged");
        row[ABOUT_TEXT] = fake_text(i == 0 ? q->host ? "of the host" : "Security" : "it is torn");
        row[ABOUT_A] = fake_number(i == 0 ? 10 : (int64_t)i * 4096);
        row[ABOUT_B] = fake_number(i == 0 ? 19 : 0);
        row[ABOUT_C] = fake_number(i == 0 ? 7 : 300);
        row[ABOUT_D] = fake_number(3);
        row[ABOUT_E] = fake_number(0);
    }
}

static inline void fake_queries(struct page *p)
{
    static const char *const names[] = { "first-query", "second-query", "blind-query" };

    fake_page_room(p, QUERY_COLUMN_COUNT, 3);
    for (size_t i = 0; i < 3; i++) {
        struct cell *row = &p->cells[i * QUERY_COLUMN_COUNT];

        p->keys[i] = (int64_t)i + 1;
        for (size_t c = 0; c < QUERY_COLUMN_COUNT; c++)
            row[c] = fake_text("");
        row[QUERY_NAME] = fake_text(names[i]);
        row[QUERY_QUESTION] = fake_text("Is it so?");
        row[QUERY_WHY] = fake_text("because it may be");
    }
}

/* Two rows of a number, a path and what was not logged. */
static inline void fake_answer(const struct question *q, struct page *p)
{
    if (q->query && strcmp(q->query, "blind-query") == 0) {
        fault(&p->fault, FAULT_USAGE, "this case holds no sorrow: blind-query could not be asked");
        return;
    }
    fake_page_room(p, 3, q->query && strcmp(q->query, "second-query") == 0 ? 2 : 0);
    p->names[0] = "SuspicionScore";
    p->names[1] = "ImageLoaded";
    p->names[2] = "origin";
    for (size_t i = 0; i < p->rows; i++) {
        p->keys[i] = (int64_t)i + 1;
        p->cells[i * 3] = fake_number((int64_t)i);
        p->cells[i * 3 + 1] = fake_text("C:\\x\\evil\x1b.dll");
        p->cells[i * 3 + 2] = (struct cell){ .type = CELL_NULL };
    }
}

static inline void fake_allow(struct fake_case *c, struct page *p)
{
    size_t n = (size_t)c->entries;

    fake_page_room(p, ALLOW_COLUMN_COUNT, n);
    for (size_t i = 0; i < n; i++) {
        struct cell *row = &p->cells[i * ALLOW_COLUMN_COUNT];

        p->keys[i] = (int64_t)i + 1;
        row[ALLOW_ID] = fake_number((int64_t)i + 1);
        row[ALLOW_KIND] = fake_text("hash");
        row[ALLOW_VALUE] = fake_text("3fa8c1d2e4f05a6b7c8d9e0f1a2b3c4d");
        row[ALLOW_REASON] = fake_text(c->reason);
        row[ALLOW_AUTHOR] = fake_text("alice");
        row[ALLOW_CREATED] = fake_number(1661978347561000);
        row[ALLOW_ENABLED] = fake_number(1);
        row[ALLOW_SIGHTINGS] = row[ALLOW_LOADS] = fake_number(1);
    }
}

static inline void fake_send(struct queue *q, void *thing)
{
    bool sent = queue_try_send(q, thing);

    assert(sent);
    (void)sent;
}

static inline void fake_deliver(struct fake_case *c)
{
    for (size_t i = 0; i < c->held_count; i++)
        fake_send(c->pages, c->held[i]);
    c->held_count = 0;
}

static inline void fake_ask(void *ctx, struct question *q)
{
    struct fake_case *c = ctx;
    struct page *p = page_open(q);

    p->took = 1500;
    c->asked[q->kind]++;
    switch (q->kind) {
    case QUESTION_SIGHTINGS:
    case QUESTION_LOADS:
        fake_list(c, q, p);
        question_close(c->last_list);
        c->last_list = question_copy(q);
        break;
    case QUESTION_TOTALS: fake_totals(c, q, p); break;
    case QUESTION_DETAIL: fake_detail(c, q, p); break;
    case QUESTION_EVIDENCE: fake_evidence(p); break;
    case QUESTION_HOSTS: fake_hosts(p); break;
    case QUESTION_ABOUT: fake_about(q, p); break;
    case QUESTION_ALLOW: fake_allow(c, p); break;
    case QUESTION_QUERIES: fake_queries(p); break;
    case QUESTION_QUERY: fake_answer(q, p); break;
    default: fake_page_room(p, 0, 0); break;
    }
    if (c->hold) {
        assert(c->held_count < FAKE_HELD_MAX);
        c->held[c->held_count++] = p;
    } else {
        fake_send(c->pages, p);
    }
    question_close(q);
}

static inline bool fake_order_door(void *ctx, struct order *o)
{
    struct fake_case *c = ctx;
    struct notice *n;

    if (c->full)
        return false;
    n = notice_open(NOTICE_ORDERED);
    n->serial = o->serial;
    if (o->kind == ORDER_ALLOW) {
        c->entries++;
        c->allowed_sighting = o->sighting;
        snprintf(c->reason, sizeof c->reason, "%s", o->reason);
        const char *sha256 = c->rows[o->sighting - 1].sha256;
        int64_t hidden = 0;
        for (size_t i = 0; i < c->count; i++)
            if (c->rows[i].sha256 && sha256 && strcmp(c->rows[i].sha256, sha256) == 0) {
                c->rows[i].allowed_by = c->entries;
                hidden++;
            }
        snprintf(n->text, sizeof n->text, "allowed by hash: entry #%lld hides %lld sightings",
                 (long long)c->entries, (long long)hidden);
    } else if (o->kind == ORDER_UNDO && c->entries == 0) {
        n->fault.kind = FAULT_USAGE;
        snprintf(n->fault.text, sizeof n->fault.text, "there is nothing to undo");
    } else {
        for (size_t i = 0; i < c->count; i++)
            if (c->rows[i].allowed_by == c->entries)
                c->rows[i].allowed_by = 0;
        snprintf(n->text, sizeof n->text, "entry #%lld was taken back", (long long)c->entries);
        c->entries--;
    }
    order_close(o);
    fake_send(c->notices, n);
    return true;
}

static inline void fake_page_drop(void *p)
{
    page_close(p);
}

static inline void fake_notice_drop(void *n)
{
    notice_close(n);
}

static inline void fake_give_up(void *ctx, uint32_t pane)
{
    struct fake_case *c = ctx;

    (void)pane;
    c->given_up++;
}

static inline struct fake_case *fake_open(struct tui_doors *doors)
{
    struct fake_case *c = memory_zero(1, sizeof *c);
    struct fault f;

    c->pages = queue_open(256, &f);
    c->notices = queue_open(256, &f);
    assert(c->pages && c->notices);
    *doors = (struct tui_doors){ .ask = fake_ask, .give_up = fake_give_up, .order = fake_order_door, .ctx = c,
                                 .pages = c->pages, .notices = c->notices,
                                 .case_path = "/cases/demo.modhunt" };
    return c;
}

static inline void fake_close(struct fake_case *c)
{
    fake_deliver(c);
    question_close(c->last_list);
    queue_free(c->pages, fake_page_drop);
    queue_free(c->notices, fake_notice_drop);
    free(c);
}

#endif
