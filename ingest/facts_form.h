/* Inside ingest/: one line of facts, form by form.
 *
 * Each of them looks at a line alone and says whether it is its own; what it says
 * is handed to facts_say().  Nothing is copied but where escapes are undone. */
#ifndef INGEST_FACTS_FORM_H
#define INGEST_FACTS_FORM_H

#include "ingest/facts.h"

enum fact_form {
    FORM_DPKG_V, FORM_RPM_V, FORM_DEBSUMS, FORM_DPKG_S, FORM_RPM_QF, FORM_HASHES, FORM_CODESIGN,
    FORM_MOUNTINFO, FACT_FORMS
};

struct facts {
    bool (*each)(void *ctx, const struct fact *f);
    void *ctx;
    struct facts_told *told;
    unsigned forms;      /* bits of enum fact_form */
    bool ended;          /* `each` said so */
    struct arena arena;  /* rewound for each line */

    /* codesign: what was said of one program so far; borrowed from the text */
    bool described;      /* lines of it are its own until a blank one */
    struct span executable, authority, team;
    bool adhoc;
};

/* Hands a fact on, with texts made valid UTF-8. */
void facts_say(struct facts *x, enum fact_says says, struct span path, struct span hash,
               struct span detail);

/* False where the line is none of theirs. */
bool facts_verify(struct facts *x, struct span line);   /* dpkg -V, rpm -V, debsums */
bool facts_owner(struct facts *x, struct span line);    /* dpkg -S, rpm -qf */
bool facts_hash(struct facts *x, struct span line);
bool facts_mount(struct facts *x, struct span line);
bool facts_codesign(struct facts *x, struct span line);
void facts_codesign_end(struct facts *x);               /* says what is left */

/* The next word, and the rest behind the blanks that follow it. */
struct span facts_word(struct span *line);
bool facts_take(struct span *line, const char *start); /* moves behind it, if it is there */
/* The line without that end; SPAN_NONE where it ends otherwise. */
struct span facts_before(struct span line, const char *end);

#endif
