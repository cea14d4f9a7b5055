/* One file of evidence in one of the forms, with record numbers that count up. */
#include "tests/gen/gen.h"

#include <stdlib.h>

struct writer {
    FILE *f;          /* the file */
    FILE *utf8;       /* UTF-16 alone: what is still to be converted */
    char *utf8_text;
    size_t utf8_size;
    enum gen_format format;
    struct evtx *evtx;
    struct truth *truth;
    uint64_t record;
};

struct writer *writer_open(const char *path, enum gen_format format, struct truth *truth)
{
    struct writer *w = gen_get(sizeof *w);
    bool pipe = strcmp(path, "-") == 0;
    w->f = pipe ? stdout : fopen(path, "wb");
    if (!w->f)
        gen_die("can't create %s", path);
    setvbuf(w->f, NULL, _IOFBF, 1 << 20);
    w->format = format;
    w->truth = truth;
    if (format == FORMAT_EVTX || format == FORMAT_WEC)
        w->evtx = evtx_open(w->f, format == FORMAT_WEC);
    if (format == FORMAT_UTF16) {
        w->utf8 = open_memstream(&w->utf8_text, &w->utf8_size);
        if (!w->utf8 || fwrite("\xff\xfe", 1, 2, w->f) != 2)
            gen_die("can't write %s", path);
        xml_begin(w->utf8, format);
    }
    if (format == FORMAT_XML)
        xml_begin(w->f, format);
    return w;
}

/* What was written as UTF-8 goes out as UTF-16; only the Basic Plane occurs. */
static void convert(struct writer *w)
{
    if (fflush(w->utf8) != 0)
        gen_die("out of memory");
    for (size_t i = 0; i < w->utf8_size;) {
        uint32_t c = (uint8_t)w->utf8_text[i++];
        int more = c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
        if (more)
            c &= 0x3fu >> more;
        while (more-- && i < w->utf8_size)
            c = (c << 6) | ((uint8_t)w->utf8_text[i++] & 0x3fu);
        putc_unlocked((int)(c & 255), w->f);
        putc_unlocked((int)(c >> 8), w->f);
    }
    rewind(w->utf8);
}

void writer_add(struct writer *w, struct gen_event *e)
{
    e->record = ++w->record;
    switch (w->format) {
    case FORMAT_EVTX:
    case FORMAT_WEC:
        evtx_add(w->evtx, e);
        break;
    case FORMAT_XML:
    case FORMAT_ROOTLESS:
        xml_add(w->f, w->format, e);
        break;
    case FORMAT_UTF16:
        xml_add(w->utf8, w->format, e);
        convert(w);
        break;
    case FORMAT_NXLOG:
    case FORMAT_EVTX_DUMP:
        json_add(w->f, w->format, e);
        break;
    case FORMAT_COUNT:
        break;
    }
    if (w->truth)
        truth_add(w->truth, e);
}

void writer_close(struct writer *w)
{
    if (w->evtx)
        evtx_close(w->evtx);
    if (w->format == FORMAT_XML || w->format == FORMAT_ROOTLESS)
        xml_end(w->f, w->format);
    if (w->utf8) {
        xml_end(w->utf8, w->format);
        convert(w);
        fclose(w->utf8);
        free(w->utf8_text);
    }
    if (fflush(w->f) != 0 || (w->f != stdout && fclose(w->f) != 0))
        gen_die("can't write the evidence: the disk may be full");
    free(w);
}
