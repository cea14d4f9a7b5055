/* Events as text: Sysmon XML (wrapped, rootless, UTF-16) and JSON lines (flat
 * as NXLog writes them, nested as evtx_dump does). */
#include "tests/gen/gen.h"

static void put(FILE *f, struct span s)
{
    if (s.len && fwrite(s.at, 1, s.len, f) != s.len)
        gen_die("can't write");
}

/* ---- XML ---- */

static void escaped_xml(FILE *f, struct span s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        const char *as = s.at[i] == '&' ? "&amp;" : s.at[i] == '<' ? "&lt;"
                       : s.at[i] == '>' ? "&gt;" : NULL;
        if (!as)
            continue;
        put(f, span_of(s.at + from, i - from));
        fputs(as, f);
        from = i + 1;
    }
    put(f, span_of(s.at + from, s.len - from));
}

void xml_begin(FILE *f, enum gen_format format)
{
    if (format == FORMAT_XML)
        fputs("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Events>\n", f);
    if (format == FORMAT_UTF16)
        fputs("<?xml version=\"1.0\" encoding=\"utf-16\"?>\n<Events>\n", f);
}

void xml_add(FILE *f, enum gen_format format, const struct gen_event *e)
{
    const struct gen_shape *s = e->shape;
    char when[32], room[48];
    (void)format;
    gen_clock(e->logged, 'T', 7, when);
    fputs("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
          "<Provider Name='", f);
    fputs(s->Provider, f);
    fprintf(f, "' Guid='%s'/><EventID>%u</EventID><Version>%u</Version><Level>4</Level>"
               "<Task>%u</Task><Opcode>0</Opcode><Keywords>0x%llx</Keywords>"
               "<TimeCreated SystemTime='%sZ'/><EventRecordID>%llu</EventRecordID>"
               "<Correlation/><Execution ProcessID='3308' ThreadID='4716'/>",
            s->Guid, s->id, s->version, s->task, (unsigned long long)s->keywords, when,
            (unsigned long long)e->record);
    fprintf(f, "<Channel>%s</Channel><Computer>", s->Channel);
    escaped_xml(f, e->Computer);
    fputs("</Computer><Security UserID='S-1-5-18'/></System><EventData>", f);
    for (size_t i = 0; i < s->count; i++) {
        fprintf(f, "<Data Name='%s'>", gen_fact_name(s->field[i]));
        escaped_xml(f, gen_fact_text(e, s->field[i], room));
        fputs("</Data>", f);
    }
    fputs("</EventData></Event>\n", f);
}

void xml_end(FILE *f, enum gen_format format)
{
    if (format != FORMAT_ROOTLESS)
        fputs("</Events>\n", f);
}

/* ---- JSON ---- */

static void escaped_json(FILE *f, struct span s)
{
    putc_unlocked('"', f);
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        if (c == '"' || c == '\\')
            fprintf(f, "\\%c", c);
        else if (c == '\r' || c == '\n')
            fputs(c == '\r' ? "\\r" : "\\n", f);
        else if (c < 0x20)
            fprintf(f, "\\u%04x", c);
        else
            putc_unlocked(c, f);
    }
    putc_unlocked('"', f);
}

static void json_facts(FILE *f, const struct gen_event *e, bool numbers)
{
    char room[48];
    for (size_t i = 0; i < e->shape->count; i++) {
        enum gen_fact fact = e->shape->field[i];
        struct span text = gen_fact_text(e, fact, room);
        fprintf(f, "%s\"%s\":", i ? "," : "", gen_fact_name(fact));
        if (numbers && gen_fact_type(fact) == GEN_NUMBER)
            put(f, text);
        else
            escaped_json(f, text);
    }
}

static void flat(FILE *f, const struct gen_event *e)
{
    const struct gen_shape *s = e->shape;
    char when[32];
    gen_clock(e->logged, ' ', 3, when);
    when[19] = 0;
    fprintf(f, "{\"EventTime\":\"%s\",\"Hostname\":", when);
    escaped_json(f, e->Computer);
    fprintf(f, ",\"EventType\":\"INFO\",\"Severity\":\"INFO\",\"EventID\":%u,\"SourceName\":\"%s\","
               "\"ProviderGuid\":\"%s\",\"Version\":%u,\"Task\":%u,\"RecordNumber\":%llu,"
               "\"ExecutionProcessID\":3308,\"ThreadID\":4716,\"Channel\":\"%s\",",
            s->id, s->Provider, s->Guid, s->version, s->task, (unsigned long long)e->record,
            s->Channel);
    json_facts(f, e, false);
    fputs("}\n", f);
}

static void nested(FILE *f, const struct gen_event *e)
{
    const struct gen_shape *s = e->shape;
    char when[32];
    gen_clock(e->logged, 'T', 6, when);
    fprintf(f, "{\"Event\":{\"#attributes\":{\"xmlns\":"
               "\"http://schemas.microsoft.com/win/2004/08/events/event\"},\"System\":{"
               "\"Provider\":{\"#attributes\":{\"Name\":\"%s\",\"Guid\":\"%s\"}},\"EventID\":%u,"
               "\"Version\":%u,\"Level\":4,\"Task\":%u,\"Opcode\":0,\"Keywords\":\"0x%llx\","
               "\"TimeCreated\":{\"#attributes\":{\"SystemTime\":\"%sZ\"}},"
               "\"EventRecordID\":%llu,\"Correlation\":null,\"Execution\":{\"#attributes\":"
               "{\"ProcessID\":3308,\"ThreadID\":4716}},\"Channel\":\"%s\",\"Computer\":",
            s->Provider, s->Guid, s->id, s->version, s->task, (unsigned long long)s->keywords,
            when, (unsigned long long)e->record, s->Channel);
    escaped_json(f, e->Computer);
    fputs(",\"Security\":{\"#attributes\":{\"UserID\":\"S-1-5-18\"}}},\"EventData\":{", f);
    json_facts(f, e, true);
    fputs("}}}\n", f);
}

void json_add(FILE *f, enum gen_format format, const struct gen_event *e)
{
    if (format == FORMAT_NXLOG)
        flat(f, e);
    else
        nested(f, e);
}
