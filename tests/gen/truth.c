/* The exact answer: counts, scores, and the rows that the hunt must print.
 *
 * The formula is written here a second time, with plain searches and no
 * pattern, so that it can disagree with core/factor.c.  It never reads what
 * was written: it hears of each event as it is made. */
#include "tests/gen/gen.h"

#include <stdlib.h>

#define SCORE_MAX 4

struct row {
    int score;
    int64_t time;
    uint64_t serial;
    struct span host, Image, ImageLoaded;
    char *line;
};

struct truth {
    uint64_t records, loads, processes, context, other, damaged, hits;
    uint64_t scores[SCORE_MAX + 1], hit_scores[SCORE_MAX + 1], factors[5];
    bool keep_rows;
    struct row *rows;
    size_t row_count, row_room;
};

struct answer {
    int temp, unc, loader, good, is_unsigned, score;
};

static const char *const temp_parts[] = {
    "\\appdata\\local\\temp\\", "\\appdata\\roaming\\", "\\windows\\temp\\", "\\users\\public\\",
    "c:\\temp\\", "c:\\tmp\\", "\\downloads\\", NULL };
static const char *const loader_parts[] = {
    "\\rundll32.exe", "\\regsvr32.exe", "\\mshta.exe", "\\wscript.exe", "\\cscript.exe",
    "\\msbuild.exe", "\\installutil.exe", NULL };
static const char *const good_parts[] = {
    "\\windows\\system32\\", "\\windows\\syswow64\\", "\\windows\\winsxs\\", "\\program files\\",
    "\\program files (x86)\\", NULL };

static size_t lowered(char *out, size_t size, struct span in)
{
    size_t len = in.len < size ? in.len : size;
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(in.at[i] >= 'A' && in.at[i] <= 'Z' ? in.at[i] + 32 : in.at[i]);
    return len;
}

static int holds(const char *text, size_t len, const char *const *parts)
{
    for (; *parts; parts++)
        if (memmem(text, len, *parts, strlen(*parts)))
            return 1;
    return 0;
}

/* Two backslashes, a name, a backslash, a name, a backslash. */
static int is_unc(const char *text, size_t len)
{
    const char *end = text + len, *p = text + 2;
    if (len < 2 || text[0] != '\\' || text[1] != '\\')
        return 0;
    for (int name = 0; name < 2; name++) {
        const char *start = p;
        while (p < end && *p != '\\')
            p++;
        if (p == start || p == end)
            return 0;
        p++;
    }
    return 1;
}

static struct answer judge(struct span Image, struct span ImageLoaded, struct span Signed)
{
    char image[4096], module[4096];
    image[0] = module[0] = 0;
    size_t image_len = lowered(image, sizeof image, Image);
    size_t module_len = lowered(module, sizeof module, ImageLoaded);
    struct answer a = {
        .temp = holds(module, module_len, temp_parts),
        .unc = is_unc(module, module_len),
        .loader = holds(image, image_len, loader_parts),
        .good = holds(module, module_len, good_parts),
        .is_unsigned = !Signed.at || Signed.len == 0 || span_is(Signed, "false"),
    };
    a.score = a.temp + a.unc + a.loader * (1 - a.good) + a.is_unsigned;
    return a;
}

static bool shape_says(const struct gen_event *e, enum gen_fact f)
{
    for (size_t i = 0; i < e->shape->count; i++)
        if (e->shape->field[i] == f)
            return e->set[f];
    return false;
}

static struct span said(const struct gen_event *e, enum gen_fact f)
{
    return shape_says(e, f) ? e->value[f].text : SPAN_NONE;
}

struct truth *truth_open(bool keep_rows)
{
    struct truth *t = gen_get(sizeof *t);
    t->keep_rows = keep_rows;
    return t;
}

static void cell(FILE *f, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        switch (text.at[i]) {
        case '\t': fputs("\u2409", f); break;
        case '\n': fputs("\u240a", f); break;
        case '\r': fputs("\u240d", f); break;
        default: fputc(text.at[i], f);
        }
}

static char *line_of(const struct gen_event *e, const struct answer *a)
{
    char *text = NULL, when[32];
    size_t size;
    FILE *f = open_memstream(&text, &size);
    const struct span cells[] = {
        e->Computer, shape_says(e, F_User) ? said(e, F_User) : e->User, said(e, F_Image),
        e->CommandLine, said(e, F_ImageLoaded), said(e, F_Signed), said(e, F_SignatureStatus),
        said(e, F_Hashes),
    };
    if (!f)
        gen_die("out of memory");
    gen_clock(e->time, 'T', 6, when);
    fprintf(f, "%sZ", when);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        fputc('\t', f);
        cell(f, cells[i]);
    }
    fprintf(f, "\t%d\t%d\t%d\t%d\t%d\n", a->temp, a->unc, a->loader, a->is_unsigned, a->score);
    if (fclose(f) != 0)
        gen_die("out of memory");
    return text;
}

static struct span kept(struct span text)
{
    uint8_t *copy = gen_get(text.len);
    if (text.len)
        memcpy(copy, text.at, text.len);
    return span_of(copy, text.len);
}

static struct row *row_new(struct truth *t)
{
    if (t->row_count == t->row_room) {
        t->row_room = t->row_room ? 2 * t->row_room : 1024;
        t->rows = realloc(t->rows, t->row_room * sizeof *t->rows);
        if (!t->rows)
            gen_die("out of memory");
    }
    return &t->rows[t->row_count++];
}

static void keep(struct truth *t, const struct gen_event *e, const struct answer *a)
{
    *row_new(t) = (struct row){
        .score = a->score, .time = e->time, .serial = t->records, .host = kept(e->Computer),
        .Image = kept(said(e, F_Image)), .ImageLoaded = kept(said(e, F_ImageLoaded)),
        .line = line_of(e, a),
    };
}

void truth_add(struct truth *t, const struct gen_event *e)
{
    t->records++;
    t->processes += e->kind == KIND_PROCESS;
    t->context += e->kind == KIND_CONTEXT;
    t->other += e->kind == KIND_OTHER;
    t->damaged += e->kind == KIND_DAMAGED;
    if (e->kind != KIND_LOAD)
        return;
    struct answer a = judge(said(e, F_Image), said(e, F_ImageLoaded), said(e, F_Signed));
    t->loads++;
    t->scores[a.score]++;
    t->factors[0] += (uint64_t)a.temp;
    t->factors[1] += (uint64_t)a.unc;
    t->factors[2] += (uint64_t)a.loader;
    t->factors[3] += (uint64_t)a.good;
    t->factors[4] += (uint64_t)a.is_unsigned;
    if (a.score < 1 || a.good)
        return;
    t->hits++;
    t->hit_scores[a.score]++;
    if (t->keep_rows)
        keep(t, e, &a);
}

/* Nothing is logged of signing: the factor is `?` and counts 0. */
static char *posix_line(const struct posix_event *e, int score)
{
    char *text = NULL, when[32];
    size_t size;
    FILE *f = open_memstream(&text, &size);
    const struct span cells[] = { e->Computer, e->User, e->Image, e->CommandLine, e->ImageLoaded };
    if (!f)
        gen_die("out of memory");
    gen_clock(e->time, 'T', 6, when);
    fprintf(f, "%sZ", when);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        fputc('\t', f);
        cell(f, cells[i]);
    }
    fprintf(f, "\t\t\t\t%d\t0\t%d\t?\t%d\n", e->temp, e->loader, score);
    if (fclose(f) != 0)
        gen_die("out of memory");
    return text;
}

void truth_posix(struct truth *t, const struct posix_event *e)
{
    int score = e->temp + e->loader * (1 - e->good);
    t->records++;
    t->processes += e->kind == KIND_PROCESS;
    t->context += e->kind == KIND_CONTEXT;
    t->other += e->kind == KIND_OTHER;
    if (e->kind != KIND_LOAD)
        return;
    t->loads++;
    t->scores[score]++;
    t->factors[0] += (uint64_t)e->temp;
    t->factors[2] += (uint64_t)e->loader;
    t->factors[3] += (uint64_t)e->good;
    if (score < 1 || e->good)
        return;
    t->hits++;
    t->hit_scores[score]++;
    if (t->keep_rows)
        *row_new(t) = (struct row){ .score = score, .time = e->time, .serial = t->records,
            .host = kept(e->Computer), .Image = kept(e->Image),
            .ImageLoaded = kept(e->ImageLoaded), .line = posix_line(e, score) };
}

static void histogram(FILE *out, const char *name, const uint64_t counts[static SCORE_MAX + 1])
{
    fprintf(out, "  \"%s\": {", name);
    for (int i = 0; i <= SCORE_MAX; i++)
        fprintf(out, "%s\"%d\": %llu", i ? ", " : "", i, (unsigned long long)counts[i]);
    fputs("},\n", out);
}

void truth_json(const struct truth *t, FILE *out)
{
    static const char *const names[] = { "IsTempPath", "IsUNCPath", "IsSuspiciousLoader",
                                         "IsKnownGoodDir", "IsUnsigned" };
    fprintf(out, "{\n  \"records\": %llu,\n  \"loads\": %llu,\n  \"processes\": %llu,\n"
                 "  \"context\": %llu,\n  \"other\": %llu,\n  \"damaged\": %llu,\n"
                 "  \"hits\": %llu,\n",
            (unsigned long long)t->records, (unsigned long long)t->loads,
            (unsigned long long)t->processes, (unsigned long long)t->context,
            (unsigned long long)t->other,
            (unsigned long long)t->damaged, (unsigned long long)t->hits);
    histogram(out, "scores", t->scores);
    histogram(out, "hit_scores", t->hit_scores);
    fputs("  \"factors\": {", out);
    for (int i = 0; i < 5; i++)
        fprintf(out, "%s\"%s\": %llu", i ? ", " : "", names[i],
                (unsigned long long)t->factors[i]);
    fputs("}\n}\n", out);
}

static int compare_text(struct span a, struct span b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int c = len ? memcmp(a.at, b.at, len) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* The seed's order, and how ties go: host, Image, ImageLoaded, place. */
static int compare(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int c;
    if (a->score != b->score)
        return b->score - a->score;
    if (a->time != b->time)
        return a->time < b->time ? 1 : -1;
    if ((c = compare_text(a->host, b->host)) || (c = compare_text(a->Image, b->Image))
        || (c = compare_text(a->ImageLoaded, b->ImageLoaded)))
        return c;
    return (a->serial > b->serial) - (a->serial < b->serial);
}

void truth_rows(struct truth *t, FILE *out)
{
    fputs("_time\thost\tUser\tImage\tCommandLine\tImageLoaded\tSigned\tSignatureStatus\tHashes\t"
          "IsTempPath\tIsUNCPath\tIsSuspiciousLoader\tIsUnsigned\tSuspicionScore\n", out);
    if (t->row_count)
        qsort(t->rows, t->row_count, sizeof *t->rows, compare);
    for (size_t i = 0; i < t->row_count; i++)
        fputs(t->rows[i].line, out);
}
