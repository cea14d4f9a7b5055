/* Regular expressions: the one door to PCRE2.
 *
 * Compiled with JIT and UTF, matched under limits by any thread (each has its
 * own match data).  Never lets a pattern raise the limits, and never calls a
 * failed match a "no". */
#include "core/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <pthread.h>
#include <stdlib.h>

#define PATTERN_BYTES_MAX 4096
#define MATCH_LIMIT 100000    /* backtracking steps: a pattern may not stall the hunt */
#define DEPTH_LIMIT 1000
#define HEAP_LIMIT_KIB 4096

struct pattern {
    pcre2_code *code;
};

/* What a thread needs to match; the thread's end frees it. */
struct matcher {
    pcre2_match_data *data;
    pcre2_match_context *limits;
};

static pthread_key_t matcher_key;
static pthread_once_t matcher_once = PTHREAD_ONCE_INIT;

static void matcher_close(void *matcher)
{
    struct matcher *m = matcher;

    pcre2_match_data_free(m->data);
    pcre2_match_context_free(m->limits);
    free(m);
}

static void matcher_init(void)
{
    if (pthread_key_create(&matcher_key, matcher_close) != 0)
        fault_memory();
}

static struct matcher *matcher_of_thread(void)
{
    struct matcher *m;

    pthread_once(&matcher_once, matcher_init);
    m = pthread_getspecific(matcher_key);
    if (m)
        return m;
    m = memory_zero(1, sizeof *m);
    m->data = pcre2_match_data_create(1, NULL);
    m->limits = pcre2_match_context_create(NULL);
    if (!m->data || !m->limits || pthread_setspecific(matcher_key, m) != 0)
        fault_memory();
    pcre2_set_match_limit(m->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(m->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(m->limits, HEAP_LIMIT_KIB);
    return m;
}

struct pattern *pattern_open(struct span regex, unsigned flags, struct fault *f)
{
    uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
    struct pattern *p;
    int code;
    PCRE2_SIZE column;
    unsigned char why[128];

    if (regex.len > PATTERN_BYTES_MAX) {
        fault(f, FAULT_LIMIT, "pattern is longer than %d bytes", PATTERN_BYTES_MAX);
        return NULL;
    }
    if (flags & PATTERN_NOCASE)
        options |= PCRE2_CASELESS;
    p = memory_zero(1, sizeof *p);
    p->code = pcre2_compile(regex.len ? regex.at : (const uint8_t *)"", regex.len, options, &code,
                            &column, NULL);
    if (!p->code) {
        pcre2_get_error_message(code, why, sizeof why);
        fault(f, FAULT_USAGE, "pattern, column %zu: %s", (size_t)column + 1, (const char *)why);
        free(p);
        return NULL;
    }
    pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE); /* where it can't, the interpreter matches */
    return p;
}

void pattern_close(struct pattern *p)
{
    if (!p)
        return;
    pcre2_code_free(p->code);
    free(p);
}

enum match pattern_find(const struct pattern *p, struct span subject, struct span *where)
{
    const uint8_t *at = subject.len ? subject.at : (const uint8_t *)"";
    struct matcher *m = matcher_of_thread();
    int rc = pcre2_match(p->code, at, subject.len, 0, 0, m->data, m->limits);

    if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = pcre2_match(p->code, at, subject.len, 0, PCRE2_NO_JIT, m->data, m->limits);
    if (rc == PCRE2_ERROR_NOMATCH)
        return MATCH_NO;
    if (rc < 0)
        return MATCH_UNSURE;
    if (where) {
        PCRE2_SIZE *part = pcre2_get_ovector_pointer(m->data);

        *where = part[1] >= part[0] ? span_of(at + part[0], part[1] - part[0]) : SPAN_EMPTY;
    }
    return MATCH_YES;
}
