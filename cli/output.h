/* Rows to stdout, in one of four forms.
 *
 * A command describes its columns once and gives rows of cells (core/page.h);
 * the form decides how they look.  Nothing else of the command line writes
 * rows.  A write that fails is remembered and told by output_close(). */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "core/page.h"

#include <stdio.h>

enum output_form { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_TSV, OUTPUT_JSONL };

enum output_kind {
    OUTPUT_TEXT,
    OUTPUT_PATH,   /* tables keep its file name when they shorten it */
    OUTPUT_NUMBER,
    OUTPUT_TIME,   /* a number cell in microseconds; MOMENT_NONE is missing */
};

struct output_column {
    const char *name;    /* heading, and key */
    const char *brief;   /* tables: a shorter heading; NULL: the name */
    enum output_kind kind;
    const char *missing; /* what stands for a missing value, but in JSON; NULL: "" */
    int least;           /* tables: columns it needs to be read with ease; 0: its
                            heading's */
    int rank;            /* tables: the highest is left out first; 0: never; cli/fit.h */
    bool secret;         /* csv: redacted */
    bool json_only;      /* in the lossless form only */
};

#define OUTPUT_COLUMNS_MAX 256 /* a SELECT may name many */

/* Where the rows go, and what may be assumed of it. */
struct output_place {
    FILE *to;
    bool terminal; /* what may not be drawn is shown as <U+001B> in every form */
    int width;     /* columns of a table; 0: unlimited */
    bool redact;   /* csv: secrets of `secret` columns become <redacted> */
};

/* stdout, 64 KiB buffered; its width from the terminal, COLUMNS, or 160. */
struct output_place output_stdout(void);

struct output;

/* The columns are borrowed and must outlive it. */
struct output *output_open(enum output_form form, const struct output_column *columns,
                           size_t count, const struct output_place *place);
/* One cell a column.  False once writing has failed: no more rows are wanted. */
bool output_row(struct output *o, const struct cell *cells);
uint64_t output_rows(const struct output *o); /* so far */

/* What became of the rows. */
struct output_told {
    uint64_t rows, redacted; /* secrets */
    char left_out[512];      /* columns a table had no room for: `Hashes, User` */
};

/* Writes what is left and frees; *told may be NULL.  False, and *f, where
 * something was not written; a pipe that nobody reads any more is no fault. */
bool output_close(struct output *o, struct output_told *told, struct fault *f) MUST_CHECK;

/* `table`, `csv`, `tsv`, `jsonl`; text NULL gives a table. */
bool output_form_named(const char *text, enum output_form *form, struct fault *f) MUST_CHECK;

/* ---- for the forms ---- */

struct output {
    const struct output_form_fact *form;
    const struct output_column *columns;
    size_t count;
    struct output_place place;
    struct output_told told;
    bool begun;
    int failed;              /* errno of the first write that failed */
    struct table *table;     /* table.c's */
};

struct output_form_fact {
    const char *name;
    void (*begin)(struct output *o);
    void (*row)(struct output *o, const struct cell *cells);
    void (*end)(struct output *o); /* may be NULL */
};

extern const struct output_form_fact table_form, csv_form, tsv_form, jsonl_form;

/* Is there nothing in it: NULL, or a time that is not known? */
bool output_missing(const struct output_column *c, const struct cell *cell);
/* The cell's text: numbers and times are written into `room`. */
#define OUTPUT_ROOM 48
struct span output_text(const struct output_column *c, const struct cell *cell,
                        char room[static OUTPUT_ROOM]);
/* The code points as they are; on a terminal those that may not be drawn as
 * <U+001B>. */
void output_put(const struct output *o, struct span text);

#endif
