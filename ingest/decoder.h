/* What a format must do to be read.
 *
 * The reader reads a source in order, hashes it, and lets `cut` divide it into
 * pieces; `decode` turns a piece into a batch on any worker, knowing nothing
 * but the piece; `follow` sees the batches of one source in order and holds
 * what must be remembered between them.  One line in the table of decoder.c
 * introduces a format. */
#ifndef INGEST_DECODER_H
#define INGEST_DECODER_H

#include "core/load.h"

/* Bytes of one source.  Owned by the worker that decodes it. */
struct piece {
    uint64_t offset;    /* of bytes.at[0] in the source */
    struct span bytes;
    bool first, last;   /* of its source */
    bool damaged_cut;   /* `cut` gave up on finding a boundary: see cut */
    struct span prefix; /* what the decoder's `prefix` said; SPAN_NONE */
};

#define SNIFF_BYTES (64u << 10)

struct decoder {
    const char *name;   /* as the ledger shows it: "evtx" */

    /* Are these first bytes (up to SNIFF_BYTES, fewer only where the source is
     * shorter) of this format?  By content, never by name. */
    bool (*sniff)(struct span head);

    /* How many of the buffered bytes, which start at `offset` of the source, make
     * the next piece: at least 1, at most bytes.len; 0 asks for more bytes (never
     * where at_end).  The reader asks with at least piece_bytes buffered unless
     * at_end.  `state` is cut_bytes of zeroed memory, one for each source. */
    size_t (*cut)(void *state, struct span bytes, uint64_t offset, bool at_end);
    size_t cut_bytes;

    /* Of a file that grows: how many of the buffered bytes are whole records; 0
     * where none is.  With cut's state.  Where follow chains it is asked only once
     * the file was quiet for a moment.  NULL: the format can't be followed. */
    size_t (*whole)(void *state, struct span bytes, uint64_t offset);

    size_t piece_bytes; /* what a piece is made of: about 1 MiB */
    size_t piece_max;   /* the reader never buffers more; then it takes all as one
                           piece with damaged_cut */

    /* What a piece must know of those before it (a CSV's header), or NULL.  Asked
     * before each cut with cut's state, which must hold it; the piece gets a copy. */
    struct span (*prefix)(const void *state);

    /* Pure: any thread, any order.  Files everything under the batch, whose
     * begin and end are set. */
    void (*decode)(const struct piece *p, struct batch *b);

    /* In order, one source at a time; NULL where nothing is remembered.  `state`
     * is follow_bytes of zeroed memory; last is true for the source's last batch. */
    void (*follow)(void *state, struct batch *b, bool last);
    size_t follow_bytes;
    void (*follow_end)(void *state); /* frees what follow made; also after a stop */
    bool chains; /* follow's state lives on from source to source, shared by all
                    decoders of the same follow; it then sees the batches with
                    `opens`, too */
};

/* Bytes that one record of text may have: what was set, else what the format says
 * is usual.  Set before anything is read, and not again while it is. */
#define RECORD_BYTES_MAX (2u << 20) /* whatever is asked for */
size_t record_max(size_t usual);
void record_max_set(size_t bytes); /* 0: the usual */

/* The sentence on a record that is longer; lives on. */
const char *record_too_long(size_t usual);

extern const struct decoder evtx_decoder, xml_decoder, jsonl_decoder, json_decoder,
    csv_decoder, syslog_decoder, auditd_decoder,
    laurel_decoder, journal_decoder, falco_decoder, audit_rules_decoder,
    eslogger_decoder, unified_decoder;

/* The table, one after the other; NULL behind the last. */
const struct decoder *decoder_at(size_t i);

/* The decoder whose sniff says yes, or NULL; that of JSON also where other lines
 * stand before it. */
const struct decoder *decoder_for(struct span head);

#endif
