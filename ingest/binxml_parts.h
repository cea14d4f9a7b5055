/* What the halves of the binary XML reader share: binxml.c compiles tokens into
 * operations, binxml_template.c remembers them by template, binxml_run.c runs
 * them with a record's values. */
#ifndef INGEST_BINXML_PARTS_H
#define INGEST_BINXML_PARTS_H

#include "ingest/binxml.h"
#include "ingest/binxml_value.h"

#define INSTANCE_DEPTH_MAX 16   /* templates in values of templates in ... */
#define ELEMENT_DEPTH_MAX 64
#define SUBSTITUTIONS_MAX 4096  /* values of one template instance */
#define RECORD_WORK_MAX 65536   /* tokens and operations of one record */
#define CHUNK_WORK_MAX (1u << 20)
#define RECORD_TEXT_MAX (1u << 20) /* bytes of text that one record may become */
#define CHUNK_TEXT_MAX (2u << 20)
#define TEMPLATES_MAX 256       /* known at a time */
#define TEMPLATE_SLOTS 512      /* a power of two, twice as many */
#define OPS_MAX 6144
#define SCRATCH_OPS_MAX 3072    /* of fragments that are no template */
#define VALUES_MAX (SUBSTITUTIONS_MAX + 512) /* of all instances around one another */

enum token {
    TOKEN_END = 0, TOKEN_OPEN = 1, TOKEN_CLOSE_START = 2, TOKEN_CLOSE_EMPTY = 3,
    TOKEN_CLOSE = 4, TOKEN_VALUE = 5, TOKEN_ATTRIBUTE = 6, TOKEN_CDATA = 7, TOKEN_CHARACTER = 8,
    TOKEN_ENTITY = 9, TOKEN_PI_TARGET = 10, TOKEN_PI_DATA = 11, TOKEN_INSTANCE = 12,
    TOKEN_SUBSTITUTION = 13, TOKEN_OPTIONAL = 14, TOKEN_FRAGMENT = 15,
    TOKEN_MORE = 0x40 /* a bit: attributes, or further parts, follow */
};

/* Where in an event we stand. */
enum state { AT_ROOT, AT_EVENT, AT_SYSTEM, AT_EVENTDATA, AT_TEXT, AT_OTHER };

/* Where a text goes.  TO_NAMED is the field that the text of TO_NAME named. */
enum target {
    TO_NOTHING, TO_PROVIDER, TO_ID, TO_TIME, TO_RECORD, TO_CHANNEL, TO_COMPUTER, TO_NAME,
    TO_NAMED, TO_FIELD, TO_COUNT = TO_FIELD + EVENT_FIELD_COUNT
};

enum op_kind {
    OP_FIELD,    /* value `index` alone is the whole text of `to` */
    OP_OPEN,     /* the text of `to` begins */
    OP_VALUE,    /* value `index` continues it */
    OP_CONST,    /* the bytes at `at`, of type `index`, continue it */
    OP_CLOSE,    /* it ends */
    OP_REF,      /* value `index` at state `to`: of interest if it is binary XML */
    OP_INSTANCE, /* a template instance in the tokens, at `at`, at state `to` */
    OP_EVENT,    /* an <Event> begins */
};

struct op {
    const uint8_t *at;
    uint32_t len;
    uint16_t index;
    uint8_t kind;     /* enum op_kind */
    uint8_t to : 7;   /* enum target, or enum state */
    uint8_t optional : 1;
};

_Static_assert(TO_COUNT <= 64, "the set of targets is 64 bits");

struct code {
    struct op *ops;
    uint32_t count;
    uint32_t values;  /* one more than the highest index */
};

struct template {
    uint32_t at;      /* of its definition in the chunk */
    uint8_t key;      /* the state it is compiled for, and whether strictly */
    bool bad;
    struct code code;
};

enum wanted { WANTED_UNKNOWN, WANTED_YES, WANTED_NO };

struct binxml {
    struct span chunk;
    struct arena *texts;
    const char *why;
    uint32_t chunk_work, chunk_text; /* spent */

    /* of the record under way */
    struct event *e;
    uint32_t work, text;       /* spent */
    bool strict, altered, full, has_event;
    enum wanted wanted;
    uint64_t done;             /* targets that have their text: the first counts */
    enum event_field named;
    uint8_t open;              /* enum target whose text is under way */
    struct span open_text;

    uint32_t ops_used, scratch_used, values_used, templates_used;
    uint16_t slot[TEMPLATE_SLOTS]; /* index + 1 */
    struct template template[TEMPLATES_MAX];
    struct value value[VALUES_MAX];
    struct op op[OPS_MAX];
    struct op scratch[SCRATCH_OPS_MAX];
};

/* The sentence that says what is broken; false, so that a check is one line. */
static inline bool binxml_broken(struct binxml *x, const char *why)
{
    x->why = why;
    return false;
}

static inline bool binxml_spend(struct binxml *x, uint32_t work)
{
    x->work += work;
    if (x->work > RECORD_WORK_MAX || x->chunk_work > CHUNK_WORK_MAX)
        return binxml_broken(x, "its templates cost more work than a record may");
    return true;
}

/* Unaligned little-endian numbers; the caller has looked at the bounds. */
static inline uint16_t raw_u16(const uint8_t *at)
{
    uint16_t v;

    memcpy(&v, at, 2);
    return v;
}

static inline uint32_t raw_u32(const uint8_t *at)
{
    uint32_t v;

    memcpy(&v, at, 4);
    return v;
}

static inline uint64_t raw_u64(const uint8_t *at)
{
    uint64_t v;

    memcpy(&v, at, 8);
    return v;
}

/* Compiles the tokens [*at, end) of a fragment that starts at `state`, into the
 * op arrays; *at ends behind the fragment's last token. */
bool binxml_compile(struct binxml *x, uint32_t *at, uint32_t end, enum state state,
                    bool is_template, struct code *code) MUST_CHECK;

/* The compiled template whose definition is at `at`; NULL, and x->why, where it
 * is broken.  Broken ones are remembered too. */
const struct template *binxml_template(struct binxml *x, uint32_t at, enum state state);

/* Forgets the templates where they leave too little room for a record's. */
void binxml_make_room(struct binxml *x);

/* The parts of a template instance at `at`: how many values, where their
 * descriptors stand, and where it all ends. */
struct instance {
    uint32_t id, definition, count, descriptors, values, end;
};
bool binxml_instance(struct binxml *x, uint32_t at, uint32_t end, struct instance *in) MUST_CHECK;

/* Its values; in.count of them fit. */
bool binxml_values(struct binxml *x, const struct instance *in, struct value *values) MUST_CHECK;

#endif
