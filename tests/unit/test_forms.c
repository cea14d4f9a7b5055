/* ingest's text forms: each shape that people have says the same load; damage
 * costs what is damaged; what is no event is counted and nothing more. */
#include "ingest/decoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct batch *decoded(const struct decoder *d, struct span text)
{
    struct batch *b = batch_open(1, 0, text.len);
    struct piece p = { .bytes = text, .first = true, .last = true };

    d->decode(&p, b);
    return b;
}

static const struct decoder *told(const char *text)
{
    return decoder_for(span_text(text));
}

static void assert_text(const char *what, struct span got, const char *want)
{
    struct span w = span_text(want);

    if (!span_equal(got, w))
        fail_msg("%s is '%.*s', not '%s'", what, (int)got.len,
                 got.at ? (const char *)got.at : "(not logged)", want ? want : "(not logged)");
}

static void assert_moment(const char *what, int64_t got, const char *want)
{
    char text[MOMENT_TEXT_MAX];

    moment_format(got, text);
    assert_text(what, span_text(text), want);
}

/* One load, in every shape:
 * C:\p.exe loaded C:\Temp\a.dll, unsigned, on WS01, record 17. */
#define SYSMON "Microsoft-Windows-Sysmon"
#define CHANNEL SYSMON "/Operational"
#define FIELDS \
    "\"UtcTime\":\"2024-05-01 10:00:00.123\"," \
    "\"ProcessGuid\":\"{11111111-2222-3333-4444-555555555555}\",\"ProcessId\":\"4242\"," \
    "\"Image\":\"C:\\\\p.exe\",\"ImageLoaded\":\"C:\\\\Temp\\\\a.dll\"," \
    "\"Hashes\":\"MD5=00112233445566778899AABBCCDDEEFF\",\"Signed\":\"false\"," \
    "\"SignatureStatus\":\"Unavailable\""
#define XML_FIELDS \
    "<Data Name='UtcTime'>2024-05-01 10:00:00.123</Data>" \
    "<Data Name='ProcessGuid'>{11111111-2222-3333-4444-555555555555}</Data>" \
    "<Data Name='ProcessId'>4242</Data><Data Name='Image'>C:\\\\p.exe</Data>" \
    "<Data Name='ImageLoaded'>C:\\\\Temp\\\\a.dll</Data>" \
    "<Data Name='Hashes'>MD5=00112233445566778899AABBCCDDEEFF</Data>" \
    "<Data Name='Signed'>false</Data><Data Name='SignatureStatus'>Unavailable</Data>"
#define XML_SYSTEM \
    "<System><Provider Name='" SYSMON "'/><EventID>7</EventID>" \
    "<TimeCreated SystemTime='2024-05-01T10:00:00.5Z'/><EventRecordID>17</EventRecordID>" \
    "<Channel>" CHANNEL "</Channel><Computer>WS01</Computer></System>"
#define ITEMS(name, text) \
    "{" name "UtcTime\"" text "2024-05-01 10:00:00.123\"}," \
    "{" name "ProcessGuid\"" text "{11111111-2222-3333-4444-555555555555}\"}," \
    "{" name "ProcessId\"" text "4242\"},{" name "Image\"" text "C:\\\\p.exe\"}," \
    "{" name "ImageLoaded\"" text "C:\\\\Temp\\\\a.dll\"}," \
    "{" name "Hashes\"" text "MD5=00112233445566778899AABBCCDDEEFF\"}," \
    "{" name "Signed\"" text "false\"},{" name "SignatureStatus\"" text "Unavailable\"}"
#define ESCAPED_FIELDS \
    "\\\"UtcTime\\\":\\\"2024-05-01T10:00:00.1230000Z\\\"," \
    "\\\"ProcessGuid\\\":\\\"11111111-2222-3333-4444-555555555555\\\"," \
    "\\\"ProcessId\\\":\\\"4242\\\",\\\"Image\\\":\\\"C:\\\\\\\\p.exe\\\"," \
    "\\\"ImageLoaded\\\":\\\"C:\\\\\\\\Temp\\\\\\\\a.dll\\\"," \
    "\\\"Hashes\\\":\\\"MD5=00112233445566778899AABBCCDDEEFF\\\"," \
    "\\\"Signed\\\":\\\"false\\\",\\\"SignatureStatus\\\":\\\"Unavailable\\\""

static const struct {
    const char *shape, *format, *text;
    bool numbered, channel;
} shapes[] = {
    { "NXLog", "jsonl",
      "{\"EventTime\":\"2024-05-01 12:00:00\",\"Hostname\":\"WS01\",\"EventID\":7,"
      "\"SourceName\":\"" SYSMON "\",\"RecordNumber\":17,\"ProcessID\":3,\"Channel\":\"" CHANNEL
      "\",\"@timestamp\":\"2024-05-01T10:00:00.500Z\",\"host\":\"collector\"," FIELDS "}\n",
      true, true },
    { "a flat record without a provider", "jsonl",
      "{" FIELDS ",\"Hostname\":\"WS01\",\"EventID\":\"7\",\"Channel\":\"" CHANNEL "\","
      "\"TimeCreated\":\"2024-05-01T12:00:00.5+02:00\"}", false, true },
    { "Azure's EventData as JSON in a string", "jsonl",
      "{\"Computer\":\"WS01\",\"TimeGenerated\":\"2024-05-01T10:00:00.5Z\",\"Provider\":\"" SYSMON
      "\",\"EventData\":\"{" ESCAPED_FIELDS "}\",\"EventID\":7}", false, false },
    { "Azure's EventData as XML in a string", "jsonl",
      "{\"Computer\":\"WS01\",\"TimeGenerated\":\"2024-05-01T10:00:00.5Z\",\"Source\":\"" SYSMON
      "\",\"EventData\":\"<DataItem type='x'><EventData xmlns='y'>" XML_FIELDS
      "</EventData></DataItem>\",\"EventID\":7}", false, false },
    { "winlogbeat 6", "jsonl",
      "{\"@timestamp\":\"2024-05-01T10:00:00.500Z\",\"host\":{\"name\":\"collector\"},"
      "\"source_name\":\"" SYSMON "\",\"event_id\":7,\"event_data\":{" FIELDS "},"
      "\"log_name\":\"" CHANNEL "\",\"computer_name\":\"WS01\",\"record_number\":\"17\","
      "\"user\":{\"domain\":\"NT AUTHORITY\",\"name\":\"SYSTEM\"}}", true, true },
    { "winlogbeat 7", "jsonl",
      "{\"@timestamp\":\"2024-05-01T10:00:00.500Z\",\"host\":{\"name\":\"other\"},"
      "\"winlog\":{\"event_data\":{" FIELDS "},\"event_id\":\"7\",\"provider_name\":\"" SYSMON
      "\",\"channel\":\"" CHANNEL "\",\"computer_name\":\"WS01\",\"record_id\":17}}", true, true },
    { "Elastic Agent, moved into ECS", "jsonl",
      "{\"@timestamp\":\"2024-05-01T10:00:00.123Z\",\"event\":{\"code\":\"7\",\"provider\":\""
      SYSMON "\",\"module\":\"sysmon\"},\"host\":{\"name\":\"WS01\"},"
      "\"process\":{\"executable\":\"C:\\\\p.exe\",\"pid\":4242,"
      "\"entity_id\":\"{11111111-2222-3333-4444-555555555555}\"},"
      "\"file\":{\"path\":\"C:\\\\Temp\\\\a.dll\","
      "\"hash\":{\"md5\":\"00112233445566778899AABBCCDDEEFF\"},"
      "\"code_signature\":{\"signed\":false,\"status\":\"Unavailable\"}},"
      "\"winlog\":{\"record_id\":17,\"channel\":\"" CHANNEL "\"}}", true, true },
    { "Elastic Defend", "jsonl",
      "{\"@timestamp\":\"2024-05-01T10:00:00.123Z\",\"event\":{\"category\":[\"library\"],"
      "\"action\":\"load\",\"type\":[\"start\"]},"
      "\"host\":{\"name\":\"WS01\",\"os\":{\"type\":\"windows\"}},"
      "\"process\":{\"executable\":\"C:\\\\p.exe\",\"pid\":4242,"
      "\"entity_id\":\"11111111-2222-3333-4444-555555555555\"},"
      "\"dll\":{\"path\":\"C:\\\\Temp\\\\a.dll\","
      "\"hash\":{\"md5\":\"00112233445566778899AABBCCDDEEFF\"},"
      "\"code_signature\":{\"exists\":false,\"status\":\"Unavailable\"}}}", false, false },
    { "Elasticsearch's fields with dots, each an array", "json",
      "{\"took\":1,\"hits\":{\"total\":{\"value\":1},\"hits\":[{\"_id\":\"x\",\"fields\":{"
      "\"@timestamp\":[\"2024-05-01T10:00:00.500Z\"],\"winlog.event_id\":[\"7\"],"
      "\"winlog.provider_name\":[\"" SYSMON "\"],\"winlog.computer_name\":[\"WS01\"],"
      "\"winlog.event_data.UtcTime\":[\"2024-05-01 10:00:00.123\"],"
      "\"process.entity_id\":[\"{11111111-2222-3333-4444-555555555555}\"],"
      "\"process.pid\":[4242],\"process.executable\":[\"C:\\\\p.exe\"],"
      "\"winlog.event_data.ImageLoaded\":[\"C:\\\\Temp\\\\a.dll\"],"
      "\"winlog.event_data.Hashes\":[\"MD5=00112233445566778899AABBCCDDEEFF\"],"
      "\"winlog.event_data.Signed\":[\"false\"],"
      "\"winlog.event_data.SignatureStatus\":[\"Unavailable\"]}}]}}", false, false },
    { "evtx_dump, Chainsaw", "json",
      "[\n  {\n    \"Event\": {\"#attributes\":{\"xmlns\":\"y\"},\"System\":{\"Provider\":"
      "{\"#attributes\":{\"Name\":\"" SYSMON "\",\"Guid\":\"g\"}},\"EventID\":7,\"TimeCreated\":"
      "{\"#attributes\":{\"SystemTime\":\"2024-05-01T10:00:00.500000Z\"}},\"EventRecordID\":17,"
      "\"Channel\":\"" CHANNEL "\",\"Computer\":\"WS01\"},\"EventData\":{" FIELDS "}}\n  }\n]\n",
      true, true },
    { "evtx_dump with attributes apart", "jsonl",
      "{\"Event_attributes\":{\"xmlns\":\"y\"},\"Event\":{\"System\":{\"Provider_attributes\":"
      "{\"Name\":\"" SYSMON "\"},\"EventID\":{\"#attributes\":{\"Qualifiers\":0},\"#text\":7},"
      "\"TimeCreated_attributes\":{\"SystemTime\":\"2024-05-01T10:00:00.5Z\"},"
      "\"EventRecordID\":17,\"Channel\":\"" CHANNEL "\",\"Computer\":\"WS01\"},"
      "\"EventData\":{" FIELDS "}}}", true, true },
    { "Data as an array of attributes and text", "jsonl",
      "{\"Event\":{\"System\":{\"Provider\":{\"@Name\":\"" SYSMON "\"},\"EventID\":\"7\","
      "\"TimeCreated\":{\"@SystemTime\":\"2024-05-01T10:00:00.5Z\"},\"EventRecordID\":\"17\","
      "\"Channel\":\"" CHANNEL "\",\"Computer\":\"WS01\"},\"EventData\":{\"Data\":["
      ITEMS("\"#attributes\":{\"Name\":\"", "},\"#text\":\"")
      "]}}}", true, true },
    { "Data as an array of Name and text", "jsonl",
      "{\"Event\":{\"EventData\":{\"Data\":[" ITEMS("\"Name\":\"", ",\"text\":\"") "]},"
      "\"System\":{\"Provider\":{\"Name\":\"" SYSMON "\"},\"EventID\":\"7\",\"TimeCreated\":"
      "{\"SystemTime\":\"2024-05-01T10:00:00.5Z\"},\"EventRecordID\":\"17\","
      "\"Channel\":\"" CHANNEL "\",\"Computer\":\"WS01\"}}}", true, true },
    { "Velociraptor", "jsonl",
      "{\"System\":{\"Provider\":{\"Name\":\"" SYSMON "\",\"Guid\":\"g\"},\"EventID\":{\"Value\":7},"
      "\"TimeCreated\":{\"SystemTime\":1714557600.5},\"EventRecordID\":17,\"Channel\":\"" CHANNEL
      "\",\"Computer\":\"WS01\",\"Security\":{\"UserID\":\"S-1-5-18\"}},\"EventData\":{" FIELDS
      "},\"Message\":\"Image loaded\"}", true, true },
    { "Splunk's _raw XML", "jsonl",
      "{\"preview\":false,\"result\":{\"_raw\":\"<Event>" XML_SYSTEM "<EventData>" XML_FIELDS
      "</EventData></Event>\",\"host\":\"indexer\",\"EventCode\":\"7\"}}", true, true },
    { "Splunk's extracted fields", "jsonl",
      "{\"result\":{\"_time\":\"2024-05-01T10:00:00.500+0000\",\"EventCode\":\"7\",\"host\":\"WS01\","
      "\"source\":\"XmlWinEventLog:" CHANNEL "\"," FIELDS "}}", false, true },
    { "Wazuh, with its doubled backslashes", "jsonl",
      "{\"_source\":{\"agent\":{\"name\":\"a\"},\"data\":{\"win\":{\"system\":{\"eventID\":\"7\","
      "\"computer\":\"WS01\",\"providerName\":\"" SYSMON "\",\"channel\":\"" CHANNEL "\","
      "\"systemTime\":\"2024-05-01T10:00:00.5Z\",\"eventRecordID\":\"17\"},\"eventdata\":{"
      "\"utcTime\":\"2024-05-01 10:00:00.123\",\"processId\":\"4242\","
      "\"processGuid\":\"{11111111-2222-3333-4444-555555555555}\",\"image\":\"C:\\\\\\\\p.exe\","
      "\"imageLoaded\":\"C:\\\\\\\\Temp\\\\\\\\a.dll\",\"signed\":\"false\","
      "\"hashes\":\"MD5=00112233445566778899AABBCCDDEEFF\","
      "\"signatureStatus\":\"Unavailable\"}}}}}", true, true },
    { "Get-WinEvent | ConvertTo-Json", "json",
      "{\n    \"Message\":  \"Image loaded:\\r\\nUtcTime: 2024-05-01 10:00:00.123\\r\\n"
      "ProcessGuid: {11111111-2222-3333-4444-555555555555}\\r\\nProcessId: 4242\\r\\n"
      "Image: C:\\\\p.exe\\r\\nImageLoaded: C:\\\\Temp\\\\a.dll\\r\\n"
      "Hashes: MD5=00112233445566778899AABBCCDDEEFF\\r\\nSigned: false\\r\\n"
      "SignatureStatus: Unavailable\",\n    \"Id\":  7,\n    \"ProviderName\":  \"" SYSMON "\",\n"
      "    \"LogName\":  \"" CHANNEL "\",\n    \"ProcessId\":  9,\n    \"MachineName\":  \"WS01\",\n"
      "    \"TimeCreated\":  \"\\/Date(1714557600500)\\/\",\n    \"RecordId\":  17\n}\n",
      true, true },
    { "EvtxECmd's JSON", "jsonl",
      "{\"Computer\":\"WS01\",\"Payload\":\"{\\\"EventData\\\":{" ESCAPED_FIELDS "}}\",\"Channel\":\""
      CHANNEL "\",\"Provider\":\"" SYSMON "\",\"EventId\":7,\"EventRecordId\":\"17\",\"ProcessId\":9,"
      "\"TimeCreated\":\"2024-05-01T10:00:00.5000000+00:00\",\"RecordNumber\":1}", true, true },
    { "EvtxECmd's CSV", "csv",
      "\xEF\xBB\xBFRecordNumber,EventRecordId,TimeCreated,EventId,Provider,Channel,ProcessId,"
      "Computer,PayloadData1,Payload\r\n"
      "1,17,2024-05-01 10:00:00.5000000,7," SYSMON "," CHANNEL ",9,WS01,x,"
      "\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"UtcTime\"\",\"\"#text\"\":\"\""
      "2024-05-01 10:00:00.123\"\"},{\"\"@Name\"\":\"\"ProcessGuid\"\",\"\"#text\"\":\"\""
      "11111111-2222-3333-4444-555555555555\"\"},{\"\"@Name\"\":\"\"ProcessId\"\",\"\"#text\"\":\"\""
      "4242\"\"},{\"\"@Name\"\":\"\"Image\"\",\"\"#text\"\":\"\"C:\\\\p.exe\"\"},"
      "{\"\"@Name\"\":\"\"ImageLoaded\"\",\"\"#text\"\":\"\"C:\\\\Temp\\\\a.dll\"\"},"
      "{\"\"@Name\"\":\"\"Hashes\"\",\"\"#text\"\":\"\"MD5=00112233445566778899AABBCCDDEEFF\"\"},"
      "{\"\"@Name\"\":\"\"Signed\"\",\"\"#text\"\":\"\"false\"\"},{\"\"@Name\"\":\"\""
      "SignatureStatus\"\",\"\"#text\"\":\"\"Unavailable\"\"}]}}\"\r\n", true, true },
    { "Splunk's CSV", "csv",
      "\"_time\",host,source,EventCode,UtcTime,ProcessGuid,ProcessId,Image,ImageLoaded,Hashes,"
      "Signed,SignatureStatus,User\n\"2024-05-01T10:00:00.500+0000\",WS01,\"WinEventLog:" CHANNEL
      "\",7,\"2024-05-01 10:00:00.123\",{11111111-2222-3333-4444-555555555555},4242,C:\\p.exe,"
      "\"C:\\Temp\\a.dll\",MD5=00112233445566778899AABBCCDDEEFF,false,Unavailable,\n",
      false, true },
    { "a table with semicolons and no event id", "csv",
      "host;UtcTime;ProcessGuid;ProcessId;Image;ImageLoaded;Hashes;Signed;SignatureStatus\r\n"
      "WS01;2024-05-01 10:00:00.123;{11111111-2222-3333-4444-555555555555};4242;C:\\p.exe;"
      "C:\\Temp\\a.dll;MD5=00112233445566778899AABBCCDDEEFF;false;Unavailable\r\n",
      false, false },
    { "syslog of RFC 3164", "syslog",
      "<14>May  1 10:00:00 relay sysmon[1]: starting\n<14>May  1 10:00:00 relay sysmon: <Event>"
      XML_SYSTEM "<EventData>" XML_FIELDS "</EventData></Event>\n", true, true },
    { "syslog of RFC 5424", "syslog",
      "<14>1 2024-05-01T10:00:00Z relay sysmon - - - <Event>" XML_SYSTEM "<EventData>" XML_FIELDS
      "</EventData></Event>\r\n", true, true },
    { "JSON in a syslog line", "syslog",
      "2024-05-01T10:00:00.123+02:00 relay nxlog: {\"Hostname\":\"WS01\",\"EventID\":7,"
      "\"SourceName\":\"" SYSMON "\",\"@timestamp\":\"2024-05-01T10:00:00.5Z\"," FIELDS "}\n"
      "2024-05-01T10:00:01.123+02:00 relay app: {\"level\":\"info\"}\n", false, false },
};

/* XML_FIELDS is written for JSON strings, where two backslashes are one. */
static bool in_plain_xml(const char *format)
{
    return strcmp(format, "syslog") == 0;
}

static char *single_backslashes(const char *text)
{
    char *out = malloc(strlen(text) + 1), *o = out;

    assert_non_null(out);
    for (; *text; text++) {
        *o++ = *text;
        if (text[0] == '\\' && text[1] == '\\')
            text++;
    }
    *o = '\0';
    return out;
}

static void each_shape_says_the_same_load(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        bool xml = in_plain_xml(shapes[i].format) && strstr(shapes[i].text, "<Event>");
        char *text = xml ? single_backslashes(shapes[i].text) : NULL;
        struct span in = span_text(text ? text : shapes[i].text);
        const struct decoder *d = decoder_for(in);

        if (!d || strcmp(d->name, shapes[i].format) != 0)
            fail_msg("%s is told as %s", shapes[i].shape, d ? d->name : "nothing");
        struct batch *b = decoded(d, in);
        const struct load *l = b->loads;
        if (b->counts.records != 1 || b->counts.loads != 1)
            fail_msg("%s: %d records, %d loads, %d other, %d damaged", shapes[i].shape,
                     (int)b->counts.records, (int)b->counts.loads, (int)b->counts.other,
                     (int)b->counts.damaged);
        print_message("           %s\n", shapes[i].shape);
        assert_text("Computer", l->Computer, "WS01");
        assert_text("Image", l->Image, "C:\\p.exe");
        assert_text("ImageLoaded", l->ImageLoaded, "C:\\Temp\\a.dll");
        assert_text("Signed", l->Signed, "false");
        assert_text("SignatureStatus", l->SignatureStatus, "Unavailable");
        assert_text("Hashes", l->Hashes, "MD5=00112233445566778899AABBCCDDEEFF");
        assert_text("md5", l->md5, "00112233445566778899aabbccddeeff");
        assert_text("ProcessGuid", l->ProcessGuid, "{11111111-2222-3333-4444-555555555555}");
        assert_text("User", l->User, NULL);
        assert_text("Channel", l->origin.Channel, shapes[i].channel ? CHANNEL : NULL);
        assert_int_equal(l->ProcessId, 4242);
        assert_moment("time", l->origin.time, "2024-05-01T10:00:00.123000Z");
        assert_false(l->origin.flags & RECORD_ZONE_ASSUMED);
        assert_int_equal((l->origin.flags & RECORD_NUMBERED) != 0, shapes[i].numbered);
        assert_int_equal(l->origin.record, shapes[i].numbered ? 17 : 0);
        assert_int_equal((l->origin.flags & RECORD_ALTERED) != 0,
                         strstr(shapes[i].shape, "Wazuh") != NULL);
        batch_close(b);
        free(text);
    }
}

#define LOAD(more) \
    "{\"EventID\":7,\"SourceName\":\"" SYSMON "\",\"Image\":\"C:\\\\p.exe\"," \
    "\"ImageLoaded\":\"C:\\\\a.dll\"" more "}"

static void values_keep_what_was_logged(void **state)
{
    static const struct { const char *member, *Signed; bool altered; } table[] = {
        { "", NULL, false },
        { ",\"Signed\":null", NULL, false },
        { ",\"Signed\":\"\"", "", false },
        { ",\"Signed\":\"-\"", "-", false },
        { ",\"Signed\":true", "true", false },
        { ",\"Signed\":false", "false", false },
        { ",\"Signed\":1e999", "1e999", false },
        { ",\"Signed\":[\"a\",\"b\"]", "a", false },
        { ",\"Signed\":{\"#text\":\"a\"}", "a", false },
        { ",\"Sign\\u0065d\":\"a\"", "a", false },
        { ",\"signed\":\"a\"", NULL, false },
        { ",\"Signed\":\"\\u0000\\ud800\"", "\xE2\x90\x80\xEF\xBF\xBD", true },
        { ",\"Signed\":\"a\tb\"", "a\tb", true },
        { ",\"Signed\":\"\xff\"", "\xEF\xBF\xBD", true },
        /* of two of one name the first counts, whatever the second says */
        { ",\"Signed\":\"true\",\"Signed\":\"false\"", "true", true },
        { ",\"Signed\":\"true\",\"Signed\":\"true\"", "true", false },
        { ",\"Signed\":null,\"Signed\":\"true\"", NULL, true },
        { ",\"EventData\":{\"Signed\":\"a\"},\"Signed\":\"b\"", "a", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[512];
        int len = snprintf(text, sizeof text, LOAD("%s") "\n", table[i].member);
        struct batch *b = decoded(&jsonl_decoder, span_of(text, (size_t)len));

        assert_int_equal(b->counts.loads, 1);
        assert_text(table[i].member, b->loads->Signed, table[i].Signed);
        if (((b->loads->origin.flags & RECORD_ALTERED) != 0) != table[i].altered)
            fail_msg("%s: altered is not %d", table[i].member, table[i].altered);
        batch_close(b);
    }
}

static void times_are_read_in_every_form(void **state)
{
    static const struct { const char *text, *want; bool assumed; } table[] = {
        { "\"2024-05-01T10:00:00.5Z\"", "2024-05-01T10:00:00.500000Z", false },
        { "\"2024-05-01T12:00:00.1234567+02:00\"", "2024-05-01T10:00:00.123456Z", false },
        { "\"2024-05-01T05:00:00-0500\"", "2024-05-01T10:00:00.000000Z", false },
        { "\"2024-05-01 10:00:00.5 UTC\"", "2024-05-01T10:00:00.500000Z", false },
        { "\"2024-05-01 10:00:00\"", "2024-05-01T10:00:00.000000Z", true },
        { "1714557600", "2024-05-01T10:00:00.000000Z", false },
        { "1714557600.25", "2024-05-01T10:00:00.250000Z", false },
        { "\"1714557600123\"", "2024-05-01T10:00:00.123000Z", false },
        { "1714557600123456", "2024-05-01T10:00:00.123456Z", false },
        { "1714557600123456789", "2024-05-01T10:00:00.123456Z", false },
        { "133590312000000000", "2024-05-01T10:00:00.000000Z", false },
        { "\"\\/Date(1714557600123)\\/\"", "2024-05-01T10:00:00.123000Z", false },
        { "\"/Date(1714557600123+0200)/\"", "2024-05-01T10:00:00.123000Z", false },
        { "\"5/1/2024 10:00:00 AM\"", "2024-05-01T10:00:00.000000Z", true },
        { "\"5/1/2024, 12:00:00.250 AM\"", "2024-05-01T00:00:00.250000Z", true },
        { "\"31/05/2024 10:00:00 PM\"", "2024-05-31T22:00:00.000000Z", true },
        { "\"May 1, 2024 @ 10:00:00.123\"", "2024-05-01T10:00:00.123000Z", true },
        { "\"22.10.2020 08:17:06\"", "2020-10-22T08:17:06.000000Z", true },
        { "\"5.6.2020 08:17\"", "2020-06-05T08:17:00.000000Z", true },
        { "\"2020.10.22 08:17:06.5\"", "2020-10-22T08:17:06.500000Z", true },
        { "\"22.10.2020 08:17:06 +02:00\"", "2020-10-22T06:17:06.000000Z", false },
        { "\"22.10.2020 08:17:06 UTC\"", "2020-10-22T08:17:06.000000Z", false },
        { "\"Thu, 22 Oct 2020 08:17:06 +0200\"", "2020-10-22T06:17:06.000000Z", false },
        { "\"22 Oct 2020 08:17:06 GMT\"", "2020-10-22T08:17:06.000000Z", false },
        { "\"Thu, 22 Oct 2020 08:17:06\"", "2020-10-22T08:17:06.000000Z", true },
        { "\"Thu Oct 22 08:17:06 2020\"", "2020-10-22T08:17:06.000000Z", true },
        { "\"Thu Oct  2 08:17:06 UTC 2020\"", "2020-10-02T08:17:06.000000Z", false },
        { "\"20201022081706.123456+120\"", "2020-10-22T06:17:06.123456Z", false },
        { "\"20201022081706.123456-300\"", "2020-10-22T13:17:06.123456Z", false },
        { "\"20201022081706.******+***\"", "2020-10-22T08:17:06.000000Z", true },
        { "\"20201022081706.123456\"", "2020-10-22T08:17:06.123456Z", true },
        { "\"1/2/20 10:00:00 AM\"", "", false },
        { "\"32.1.2020 08:17:06\"", "", false },
        { "\"22.13.2020 08:17:06\"", "", false },
        { "\"Thu, 22 Foo 2020 08:17:06\"", "", false },
        { "\"Thu, 22 Oct 2020 08:17:06 XST\"", "", false },
        { "\"20201322081706.123456+120\"", "", false },
        { "\"yesterday\"", "", false },
        { "\"99/99/9999 1:00:00 AM\"", "", false },
        { "\"/Date(\"", "", false },
        { "\"99999999999999999999999999\"", NULL, false },
        { "{}", "", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[512];
        int len = snprintf(text, sizeof text, LOAD(",\"TimeCreated\":%s"), table[i].text);
        struct batch *b = decoded(&jsonl_decoder, span_of(text, (size_t)len));

        assert_int_equal(b->counts.loads, 1);
        if (table[i].want)
            assert_moment(table[i].text, b->loads->origin.logged, table[i].want);
        assert_int_equal((b->loads->origin.flags & RECORD_ZONE_ASSUMED) != 0, table[i].assumed);
        batch_close(b);
    }
}

static void the_order_of_day_and_month_is_what_others_prove(void **state)
{
#define AT(time) LOAD(",\"EventTime\":\"" time "\"") "\n"
    static const struct { const char *text, *want; bool assumed; } table[] = {
        { AT("03/04/2020 08:17:06") AT("22/10/2020 08:17:06"), "2020-04-03T08:17:06.000000Z", false },
        { AT("03/04/2020 08:17:06") AT("10/22/2020 08:17:06"), "2020-03-04T08:17:06.000000Z", false },
        { AT("03/04/2020 08:17:06") AT("04/04/2020 08:17:06"), "2020-03-04T08:17:06.000000Z", true },
        { AT("03/04/2020 08:17:06") AT("22/10/2020 08:17:06") AT("10/22/2020 08:17:06"),
          "2020-03-04T08:17:06.000000Z", true },
        { AT("03/04/2020 08:17:06") LOAD(",\"CommandLine\":\"22/10/2020 08:17:06\""),
          "2020-03-04T08:17:06.000000Z", true },
        { AT("04/04/2020 08:17:06"), "2020-04-04T08:17:06.000000Z", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct batch *b = decoded(&jsonl_decoder, span_text(table[i].text));

        assert_moment(table[i].text, b->loads->origin.logged, table[i].want);
        assert_int_equal((b->assumed & 1u << ASSUMED_ORDER) != 0, table[i].assumed);
        assert_int_equal(b->sums[SUMMED_UNREAD].count, 0);
        batch_close(b);
    }
    struct batch *b = decoded(&csv_decoder, SPAN("host,EventCode,source,Image,ImageLoaded,EventTime\n"
                                                 "h,7,WinEventLog:" CHANNEL ",a,b,3/4/2020 8:17:06\n"
                                                 "h,7,WinEventLog:" CHANNEL ",a,b,13/4/2020 8:17:06\n"));
    assert_int_equal(b->counts.loads, 2);
    assert_moment("CSV", b->loads->origin.logged, "2020-04-03T08:17:06.000000Z");
    batch_close(b);
}

static void a_time_that_nobody_can_read_is_said(void **state)
{
    static const char text[] = LOAD("") "\n" AT("gestern") AT("") AT("2020-10-22 08:17:06")
                               LOAD(",\"UtcTime\":\"soon\"") "\n";
    struct batch *b = decoded(&jsonl_decoder, span_text(text));

    (void)state;
    assert_int_equal(b->counts.loads, 5);
    assert_int_equal(b->sums[SUMMED_UNREAD].count, 2);
    assert_int_equal(b->sums[SUMMED_UNREAD].at, sizeof LOAD("") - 1 + 1);
    assert_text("the first", span_text(b->sums[SUMMED_UNREAD].text), "gestern");
    batch_close(b);
    /* XML's SystemTime and UtcTime; the other record is dropped with its texts. */
    b = decoded(&xml_decoder, SPAN(
        "<Event><System><Provider Name='Other'/><EventID>9</EventID>"
        "<TimeCreated SystemTime='never'/></System></Event>\n"
        "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>7</EventID></System>"
        "<EventData><Data Name='UtcTime'>soon</Data><Data Name='Image'>C:\\a.exe</Data>"
        "<Data Name='ImageLoaded'>C:\\b.dll</Data></EventData></Event>\n"));
    assert_int_equal(b->counts.loads, 1);
    assert_int_equal(b->sums[SUMMED_UNREAD].count, 2);
    assert_text("the first", span_text(b->sums[SUMMED_UNREAD].text), "never");
    batch_close(b);
}

static void damage_costs_what_is_damaged(void **state)
{
    static const struct {
        const char *what, *text;
        unsigned loads, other, damaged;
    } table[] = {
        { "a cut line", LOAD("") "\n{\"EventID\":7,\"Ima\n" LOAD("") "\n", 2, 0, 1 },
        { "a line cut between values", LOAD("") "\n{\"EventID\":7,\n" LOAD("") "\n", 2, 0, 1 },
        { "a line cut inside of arrays", "{\"a\":[{\"b\":[\n" LOAD("") "\n" LOAD("") "\n", 2, 0, 1 },
        { "a line of something else", LOAD("") "\nhello\n\n\r\n" LOAD("") "\n", 2, 0, 1 },
        { "something behind an object", LOAD("") " x\n" LOAD("") "\n", 2, 0, 1 },
        { "a bad escape", LOAD(",\"x\":\"\\x\"") "\n" LOAD("") "\n", 1, 0, 1 },
        { "an end without a line end", LOAD("") "\n" LOAD(",\"x\":\""), 1, 0, 1 },
        { "lines of one array", "[\n" LOAD("") ",\n" LOAD("") "\n]\n", 2, 0, 0 },
        { "lines with commas", "[" LOAD("") ",\n" LOAD("") ",\n" LOAD("") "]", 3, 0, 0 },
        { "objects side by side", LOAD("") LOAD("") " " LOAD("") "\n", 3, 0, 0 },
        { "an array on one line", "[" LOAD("") "," LOAD("") ", " LOAD("") "]", 3, 0, 0 },
        { "damage within one line", "[" LOAD("") "," LOAD(",\"x\":\"a\"b\"") "," LOAD("") "]", 2, 0, 1 },
        { "pretty objects", "{\n \"EventID\": 7,\n \"ImageLoaded\": \"a\"\n}\n{\n \"b\": [\n  {}\n ]\n}\n",
          1, 1, 0 },
        { "damage in a pretty array",
          "[\n  {\n    \"EventID\": 7,\n    \"ImageLoaded\": \"a\n    \"x\": {\n    }\n  },\n"
          "  {\n    \"EventID\": 7,\n    \"ImageLoaded\": \"b\"\n  }\n]\n", 1, 0, 1 },
        { "an end in a pretty array",
          "[\n  {\n    \"EventID\": 7,\n    \"ImageLoaded\": \"a\"\n  },\n  {\n    \"EventID\": 7,\n",
          1, 0, 1 },
        { "records and what follows them",
          "{\"took\":1,\"hits\":{\"total\":2,\"hits\":[{\"_source\":" LOAD("") "},{\"_source\":{}}]},"
          "\"aggregations\":{\"a\":[{}]}}", 1, 1, 0 },
        { "Events of XML made JSON", "{\"Events\":{\"Event\":[" LOAD("") "," LOAD("") "]}}", 2, 0, 0 },
        { "no records in a wrapper", "{\"hits\":{\"hits\":[]}}", 0, 0, 0 },
        { "an end between wrapped records", "{\"hits\":{\"hits\":[" LOAD("") ",", 1, 0, 1 },
        { "an event with an array of that name",
          LOAD(",\"records\":[{\"EventID\":7}],\"events\":[1]") "\n", 1, 0, 0 },
        { "what is no event", "{\"name\":\"a-package\",\"version\":\"1.0.0\",\"files\":[\"b\"]}", 0, 1, 0 },
        { "evtx_dump -o json", "Record 1\n{\n  \"EventID\": 7,\n  \"ImageLoaded\": \"a\",\n  \"Image\": \"b\","
          "\n  \"SourceName\": \"" SYSMON "\"\n}\nRecord 2\n{\n  \"EventID\": 7,\n  \"ImageLoaded\": \"a\"\n}\n",
          2, 0, 0 },
        { "Record N before whole lines", "Record 1\n" LOAD("") "\r\nRecord 2\r\n" LOAD("") "\n", 2, 0, 0 },
        { "a comment first", "\xEF\xBB\xBF# exported\n" LOAD("") "\n// x\n" LOAD("") "\n", 2, 0, 0 },
        { "a warning first", "[WARNING] {a} \"b\n" LOAD("") "\n" LOAD("") "\n", 2, 0, 1 },
        { "a warning before an array", "Warning: [x\n[" LOAD("") ", " LOAD("") "]", 2, 0, 1 },
        { "a warning before a wrapper", "Warning\n{\"hits\":{\"hits\":[" LOAD("") "," LOAD("") "]}}", 2, 0, 1 },
        { "a word that only begins as Record N", LOAD("") "\nRecord 1 x\n" LOAD("") "\n", 2, 0, 1 },
        { "an event that is not kept", "{\"EventID\":3,\"SourceName\":\"" SYSMON "\"}", 0, 1, 0 },
        { "another provider's 7", "{\"EventID\":7,\"SourceName\":\"disk\",\"Image\":\"a\"}", 0, 1, 0 },
        { "Linux-Sysmon", "{\"EventID\":3,\"SourceName\":\"Linux-Sysmon\",\"Image\":\"a\"}", 0, 1, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct decoder *d = told(table[i].text);

        if (!d)
            fail_msg("%s: no decoder", table[i].what);
        struct batch *b = decoded(d, span_text(table[i].text));
        if (b->counts.loads != table[i].loads || b->counts.other != table[i].other
            || b->counts.damaged != table[i].damaged)
            fail_msg("%s (%s): %d loads, %d other, %d damaged", table[i].what, d->name,
                     (int)b->counts.loads, (int)b->counts.other, (int)b->counts.damaged);
        batch_close(b);
    }
}

static void what_is_not_ours_is_left_alone(void **state)
{
    static const char *const table[] = {
        "[ PID: 3212 - C:\\x.exe - title ]\n\n[ PID: 1984 - y ]\n",
        "[1,2,3]", "{", "[", "{ // a comment\n \"a\": 1 }", "{a:1}", "[section]\nkey=value\n",
        "ParentProcessId,ProcessId,CommandLine,Description,User\n1,2,a,b,c\n",
        "Id,Source,Message\n1,a,b\n", "name,host\na,b\n", "_raw\nhello\n",
        "Dear all,\nplease see <Event> below.\n",
        "Dear all,\nplease see <Event> below.\n" LOAD("") "\n", "# a manifest\n{\"name\":\"a-package\"}\n",
        "Warning\n" "{\"EventID\":7,\"SourceName\":\"" SYSMON "\" \"Image\"\n",
        "{\"schema_version\":1,\"event_type\":20,\"mach_time\":1,\"global_seq_num\":4}\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (told(table[i]))
            fail_msg("%s is told as %s", table[i], told(table[i])->name);
}

static void a_record_says_where_it_begins(void **state)
{
    static const char text[] = "[\n \xC3\xA9\n " LOAD("") ",\n" LOAD("") "]";
    static const char wide[] = "\xFF\xFE{\0\"\0E\0v\0e\0n\0t\0I\0D\0\"\0:\0007\0,\0\"\0I\0m\0a\0g\0"
                               "e\0L\0o\0a\0d\0e\0d\0\"\0:\0\"\0=\xD8\x00\xDE\"\0}\0\n\0{\0}\0";
    struct batch *b = decoded(&jsonl_decoder, span_text(text));

    (void)state;
    assert_int_equal(b->counts.loads, 2);
    assert_int_equal(b->losses->place, 3);
    assert_int_equal(b->loads->origin.place, 7);
    assert_int_equal(b->loads->next->origin.place, 7 + sizeof LOAD("") - 1 + 2);
    batch_close(b);

    b = decoded(&jsonl_decoder, span_of(wide, sizeof wide - 1));
    assert_int_equal(b->counts.records, 2);
    assert_int_equal(b->counts.loads, 1);
    assert_text("ImageLoaded", b->loads->ImageLoaded, "\xF0\x9F\x98\x80");
    assert_int_equal(b->loads->origin.place, 2);
    batch_close(b);
}

static void csv_rows_are_kept_apart(void **state)
{
    static const char text[] =
        "host,EventCode,source,Image,ImageLoaded\r\n"
        "h,7,WinEventLog:" CHANNEL ",\"a\r\n\"\"b\"\"\",c\r\n" /* a line end in quotes */
        "\r\n"
        "h,7,WinEventLog:" CHANNEL ",a\r\n"                    /* a cell too few */
        "h,7,x,a,b,c\r\n"                                      /* one too many */
        "\"h\"x,7,x,a,b\r\n"                                   /* text behind a quote */
        "h,7,WinEventLog:" CHANNEL ",,c\"d\r\n"                /* a quote inside is itself */
        "h,7,\"x,a,b\r\nh,7,WinEventLog:" CHANNEL ",e,f\r\n";  /* an open quote */
    struct batch *b = decoded(&csv_decoder, span_text(text));

    (void)state;
    assert_int_equal(b->counts.loads, 3);
    assert_int_equal(b->counts.damaged, 4);
    assert_text("Image", b->loads->Image, "a\r\n\"b\"");
    assert_text("ImageLoaded", b->loads->ImageLoaded, "c");
    assert_text("an empty cell", b->loads->next->Image, NULL);
    assert_text("a quote", b->loads->next->ImageLoaded, "c\"d");
    assert_text("the last row", b->loads->next->next->Image, "e");
    batch_close(b);
}

static void syslog_keeps_what_is_whole_of_a_cut_event(void **state)
{
    static const char text[] =
        "May  1 10:00:00 h a: <Event><System><Provider Name='" SYSMON "'/><EventID>7</EventID>"
        "<Computer>h</Computer></System><EventData><Data Name='ImageLoaded'>C:\\a.dll</Data>"
        "<Data Name='Signed'>tr\n"
        "May  1 10:00:00 h a: <Event><System><Provider Name='Linux-Sysmon'/><EventID>3</EventID>"
        "</System><EventData><Data Name='Image'>/bin/sh</Data>\n"
        "May  1 10:00:00 h a: no event at all, <Eventually> neither\n";
    struct batch *b = decoded(&syslog_decoder, span_text(text));

    (void)state;
    assert_int_equal(b->counts.records, 2);
    assert_int_equal(b->counts.loads, 1);
    assert_int_equal(b->counts.damaged, 1);
    assert_text("ImageLoaded", b->loads->ImageLoaded, "C:\\a.dll");
    assert_text("Signed", b->loads->Signed, NULL);
    assert_true(b->loads->origin.flags & RECORD_ALTERED);
    batch_close(b);
}

#define GUID "{11111111-2222-3333-4444-555555555555}"
#define BY_PLACE(list) "{\"Id\":7,\"ProviderName\":\"" SYSMON "\",\"MachineName\":\"h\"," list "}\n"
#define VALUE(x) "{\"Value\":\"" x "\"},"

/* Exports without names: by position where a schema fits; else no load without a word. */
static void fields_without_names_go_by_position_or_count_as_other(void **state)
{
    static const struct { const char *line; unsigned loads, hollow; } table[] = {
        { BY_PLACE("\"Properties\":[" VALUE("-") VALUE("2024-05-01 10:00:00.123") VALUE(GUID)
                   VALUE("4242") VALUE("C:\\\\p.exe") VALUE("C:\\\\Temp\\\\a.dll") VALUE("1") VALUE("2")
                   VALUE("3") VALUE("4") VALUE("MD5=00112233445566778899AABBCCDDEEFF")
                   VALUE("false") VALUE("-") "{\"Value\":\"Unavailable\"}]"), 1, 0 },
        { BY_PLACE("\"EventData\":[\"2024-05-01 10:00:00.123\",\"" GUID "\",4242,\"C:\\\\p.exe\","
                   "\"C:\\\\Temp\\\\a.dll\",\"MD5=00112233445566778899AABBCCDDEEFF\",\"false\","
                   "\"-\"]"), 1, 0 },
        { BY_PLACE("\"Description\":\"Image loaded:\\nUtcTime: 2024-05-01 10:00:00.123\\n"
                   "ImageLoaded: C:\\\\Temp\\\\a.dll\""), 1, 0 },
        /* the values of another event, a list of no schema's length, none at all */
        { BY_PLACE("\"EventData\":[\"a\",\"" GUID "\",4242,\"b\",\"c\",\"d\",\"e\",\"f\"]"), 0, 1 },
        { BY_PLACE("\"Properties\":[" VALUE("-") "{\"Value\":\"2024-05-01 10:00:00.123\"}]"), 0, 1 },
        { BY_PLACE("\"EventData\":{\"User\":\"u\"}"), 0, 1 },
        { BY_PLACE("\"EventData\":{\"Image\":\"C:\\\\p.exe\"}"), 1, 0 },
        { BY_PLACE("\"EventData\":{\"ImageLoaded\":\"\"}"), 1, 0 }, /* logged, and empty */
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct batch *b = decoded(&jsonl_decoder, span_text(table[i].line));

        assert_int_equal(b->counts.loads, table[i].loads);
        assert_int_equal(b->counts.other, table[i].hollow);
        assert_int_equal(b->sums[SUMMED_HOLLOW].count, table[i].hollow);
        if (i < 3)
            assert_text("ImageLoaded", b->loads->ImageLoaded, "C:\\Temp\\a.dll");
        if (i < 2) {
            assert_text("md5", b->loads->md5, "00112233445566778899aabbccddeeff");
            assert_text("Image", b->loads->Image, "C:\\p.exe");
            assert_text("Signed", b->loads->Signed, "false");
        }
        batch_close(b);
    }
}

static void csv_reads_xml_in_a_column_of_any_name(void **state)
{
    static const char text[] = "\"Time\",\"XML\"\n"
        "\"1\",\"<Event xmlns=\"\"x\"\">" XML_SYSTEM "<EventData><Data Name=\"\"ImageLoaded\"\">b</Data>"
        "</EventData></Event>\"\n";
    struct batch *b = decoded(&csv_decoder, span_text(text));

    (void)state;
    assert_ptr_equal(told(text), &csv_decoder);
    assert_int_equal(b->counts.loads, 1);
    assert_int_equal(b->counts.damaged, 0);
    assert_text("ImageLoaded", b->loads->ImageLoaded, "b");
    assert_false(b->loads->origin.flags & RECORD_ALTERED);
    batch_close(b);
    /* a line above plain XML is no header */
    assert_ptr_equal(told("exported,today\n<Event>" XML_SYSTEM "</Event>\n"), &xml_decoder);
}

static void an_array_of_hashes_counts_whole(void **state)
{
    struct batch *b = decoded(&jsonl_decoder, SPAN("{\"EventID\":7,\"Channel\":\"" CHANNEL "\","
        "\"Hashes\":[\"SHA1=\\u0041\",\"MD5=00112233445566778899AABBCCDDEEFF\",3],"
        "\"Image\":[\"a\",\"b\"]}\n"));

    (void)state;
    assert_text("Hashes", b->loads->Hashes, "SHA1=A,MD5=00112233445566778899AABBCCDDEEFF");
    assert_text("md5", b->loads->md5, "00112233445566778899aabbccddeeff");
    assert_text("Image", b->loads->Image, "a");
    batch_close(b);
}

/* Wrappers, collectors' strings and keys of another spelling; and what stays unknown. */
static void a_second_look_finds_events_in_other_wrappings(void **state)
{
#define EVENT7 "{\"EventID\":7,\"Channel\":\"" CHANNEL "\",\"Image\":\"a\",\"ImageLoaded\":\"b\"}"
#define TEXT7 "{\\\"EventID\\\":7,\\\"Channel\\\":\\\"" CHANNEL "\\\",\\\"ImageLoaded\\\":\\\"b\\\"}"
#define XML7 "<Event>" XML_SYSTEM "<EventData><Data Name='ImageLoaded'>b</Data></EventData></Event>"
    static const struct { const char *text; unsigned loads, other, strangers; } table[] = {
        { "{\"@odata.context\":\"x\",\"value\":[" EVENT7 "," EVENT7 "],\"n\":1}", 2, 0, 0 },
        { "{\"status\":\"ok\",\"data\":[" EVENT7 "]}", 1, 0, 0 },
        { "{\n \"logs\":[\n  " EVENT7 "\n ]\n}", 1, 0, 0 },
        { "{\"responses\":[{\"hits\":{\"hits\":[{\"_source\":" EVENT7 "}]}},"
          "{\"hits\":{\"hits\":[" EVENT7 "," EVENT7 "]}}]}", 3, 0, 0 },
        { "[[" EVENT7 "," EVENT7 "]]", 2, 0, 0 },
        { "\x1e" EVENT7 "\n\x1e" EVENT7 "\n", 2, 0, 0 },
        { "{\"message\":\"" TEXT7 "\",\"host\":\"c\"}\n", 1, 0, 0 },
        { "{\"log\":\"" XML7 "\"}\n", 1, 0, 0 },
        { "{\"event\":{\"original\":\"" XML7 "\"}}\n", 1, 0, 0 },
        { "{\"_EventID\":7,\"_SourceName\":\"" SYSMON "\",\"_ImageLoaded\":\"b\"}\n", 1, 0, 0 },
        { "{\"eventid\":\"7\",\"channel\":\"" CHANNEL "\",\"imageloaded\":\"b\"}\n", 1, 0, 0 },
        { "{\"tags\":[{\"a\":1}],\"EventID\":7,\"Channel\":\"" CHANNEL "\",\"ImageLoaded\":\"b\"}",
          1, 0, 0 },
        { "{\"index\":{}}\n" EVENT7 "\n", 1, 1, 1 },
        { "{\"name\":\"p\",\"message\":\"{\\\"a\\\":1} and more\"}\n", 0, 1, 1 },
    };
#undef EVENT7
#undef TEXT7
#undef XML7

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct decoder *d = told(table[i].text);
        struct batch *b;

        if (!d)
            fail_msg("text %zu is not told", i);
        b = decoded(d, span_text(table[i].text));
        if (b->counts.loads != table[i].loads || b->counts.other != table[i].other
            || b->counts.damaged || b->sums[SUMMED_STRANGER].count != table[i].strangers)
            fail_msg("text %zu: %llu loads, %llu other, %llu damaged", i,
                     (unsigned long long)b->counts.loads, (unsigned long long)b->counts.other,
                     (unsigned long long)b->counts.damaged);
        if (table[i].loads)
            assert_text("ImageLoaded", b->loads->ImageLoaded, "b");
        assert_false(b->assumed & 1u << ASSUMED_HOST && !table[i].loads);
        batch_close(b);
    }
}

/* Whatever stands around an object in its line, it is read or counted as damaged. */
static void syslog_finds_json_anywhere_in_its_line(void **state)
{
#define OBJECT "{\"EventID\":7,\"SourceName\":\"" SYSMON "\",\"ImageLoaded\":\"C:\\\\a.dll\""
    static const struct { const char *line; unsigned loads, damaged; } table[] = {
        { "May  1 10:00:00 h a:\t" OBJECT "}\n", 1, 0 },
        { "2024-05-01T10:00:00Z\ttag\t" OBJECT "}\t\r\n", 1, 0 },
        { "<14>1 2024-05-01T10:00:00Z h a 1 - [o@1 g=\"{5}\" h=\"{\"] " OBJECT "}\n", 1, 0 },
        { "May  1 10:00:00 h a: {\"other\":1} @cee:" OBJECT "} <Eventual> \n", 1, 0 },
        { "May  1 10:00:00 h a: <Eventual " OBJECT "}\n", 1, 0 },
        { "May  1 10:00:00 h a: " OBJECT "} " OBJECT "}\n", 2, 0 },
        { "May  1 10:00:00 h a: " OBJECT ",\"Signed\":\"tr\n", 0, 1 },
        { "May  1 10:00:00 h a: {\"winlog\":{\"event_data\":{\"ImageLoaded\":\"C\"\n", 0, 1 },
        { "May  1 10:00:00 h a: {\"SourceName\":\"" SYSMON "\",}\n", 0, 1 },
        { "May  1 10:00:00 h a: {\"some\":\"thi\n", 0, 0 },
        { "May  1 10:00:00 h a: {\"EventID\":7,\"Image\":\"C\"}\n", 0, 0 },
    };
#undef OBJECT

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct batch *b = decoded(&syslog_decoder, span_text(table[i].line));

        if (b->counts.loads != table[i].loads || b->counts.damaged != table[i].damaged)
            fail_msg("line %zu: %llu loads, %llu damaged", i, (unsigned long long)b->counts.loads,
                     (unsigned long long)b->counts.damaged);
        if (table[i].loads)
            assert_int_equal(b->loads->origin.place,
                             strstr(table[i].line, "{\"EventID") - table[i].line);
        if (table[i].damaged)
            assert_int_equal(b->losses->place, 21);
        batch_close(b);
    }
}

static void processes_come_from_ecs_and_4688_too(void **state)
{
    static const char text[] =
        "{\"winlog\":{\"event_id\":1,\"provider_name\":\"" SYSMON "\",\"computer_name\":\"h\"},"
        "\"process\":{\"executable\":\"C:\\\\a.exe\",\"pid\":4,\"command_line\":\"a -b\","
        "\"working_directory\":\"C:\\\\\",\"hash\":{\"md5\":\"x\"},\"pe\":{\"imphash\":\"y\"},"
        "\"parent\":{\"executable\":\"C:\\\\p.exe\",\"pid\":3}},"
        "\"user\":{\"domain\":\"LAB\",\"name\":\"u\"},\"rule\":{\"name\":\"r\"}}\n"
        "{\"EventID\":4688,\"Channel\":\"Security\",\"Hostname\":\"h\",\"NewProcessName\":\"C:\\\\n.exe\","
        "\"NewProcessId\":\"0x10\",\"ProcessId\":\"0x8\",\"CommandLine\":\"n -c\"}\n"
        "{\"winlog\":{\"event_id\":11,\"provider_name\":\"" SYSMON "\"},"
        "\"process\":{\"executable\":\"C:\\\\a.exe\"},\"file\":{\"path\":\"C:\\\\new.dll\"}}\n";
    struct batch *b = decoded(&jsonl_decoder, span_text(text));
    const struct process *p = b->processes;

    (void)state;
    assert_int_equal(b->counts.processes, 2);
    assert_int_equal(b->counts.context, 1);
    assert_text("Image", p->Image, "C:\\a.exe");
    assert_text("CommandLine", p->CommandLine, "a -b");
    assert_text("ParentImage", p->ParentImage, "C:\\p.exe");
    assert_text("User", p->User, "LAB\\u");
    assert_text("Hashes", p->Hashes, "MD5=x,IMPHASH=y");
    assert_text("RuleName", p->RuleName, "r");
    assert_int_equal(p->ParentProcessId, 3);
    p = p->next;
    assert_int_equal(p->source, PROCESS_4688);
    assert_text("NewProcessName", p->Image, "C:\\n.exe");
    assert_text("CommandLine", p->CommandLine, "n -c");
    assert_int_equal(p->ProcessId, 16);
    assert_int_equal(p->ParentProcessId, 8);
    assert_text("Target", b->contexts->Target, "C:\\new.dll");
    batch_close(b);
}

/* Elastic Defend's loads of the three systems, each with what it says of the signature. */
static void elastic_defend_tells_loads_of_three_systems(void **state)
{
#define DEFEND(os, category, action, more) \
    "{\"@timestamp\":\"2024-05-01T10:00:00.123Z\",\"event\":{\"module\":\"endpoint\",\"dataset\":" \
    "\"endpoint.events." category "\",\"category\":[\"" category "\"],\"type\":[\"start\"],\"action\":" \
    "\"" action "\"},\"host\":{\"name\":\"h\",\"os\":{\"type\":\"" os "\"}},\"user\":{\"domain\":" \
    "\"D\",\"name\":\"u\"},\"process\":{\"executable\":\"/bin/p\",\"pid\":7,\"entity_id\":" \
    "\"YWJj\",\"command_line\":\"p -x\"}," more "}\n"
#define DLL(path, signature) "\"dll\":{\"path\":\"" path "\",\"hash\":{\"sha256\":\"ab\"}," \
    "\"code_signature\":{" signature "}}"
    static const struct {
        enum platform platform;
        const char *text, *Signed, *Signature, *SignatureStatus, *User;
    } table[] = {
        { PLATFORM_MACOS, DEFEND("macos", "library", "load", DLL("/tmp/a.dylib",
          "\"exists\":true,\"trusted\":false,\"status\":\"errSecCSReqFailed\",\"team_id\":\"T8\"")),
          "false", "T8", "errSecCSReqFailed", "u" },
        { PLATFORM_MACOS, DEFEND("macos", "library", "load", DLL("/tmp/a.dylib", "\"exists\":false")),
          "false", NULL, NULL, "u" },
        { PLATFORM_MACOS, DEFEND("macos", "library", "load", DLL("/tmp/a.dylib",
          "\"exists\":true,\"trusted\":true,\"signing_id\":\"com.x\"")), "true", "com.x", NULL, "u" },
        { PLATFORM_LINUX, DEFEND("linux", "library", "load", DLL("/tmp/a.so", "")), NULL, NULL, NULL, "u" },
        { PLATFORM_WINDOWS, DEFEND("windows", "library", "load", DLL("C:\\\\a.dll",
          "\"exists\":true,\"trusted\":false,\"status\":\"errorExpired\",\"subject_name\":\"S\"")),
          "true", "S", "errorExpired", "D\\u" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct batch *b = decoded(&jsonl_decoder, span_text(table[i].text));
        const struct load *l = b->loads;

        assert_ptr_equal(told(table[i].text), &jsonl_decoder);
        assert_int_equal(b->counts.loads, 1);
        assert_int_equal(l->platform, table[i].platform);
        assert_text("Signed", l->Signed, table[i].Signed);
        assert_text("Signature", l->Signature, table[i].Signature);
        assert_text("SignatureStatus", l->SignatureStatus, table[i].SignatureStatus);
        assert_text("User", l->User, table[i].User);
        assert_text("ProcessGuid", l->ProcessGuid, "YWJj");
        assert_text("Computer", l->Computer, "h");
        batch_close(b);
    }
    struct batch *b = decoded(&jsonl_decoder, SPAN(
        DEFEND("macos", "process", "exec", "\"x\":1")
        DEFEND("macos", "file", "creation", "\"file\":{\"path\":\"/tmp/a.dylib\"}")
        DEFEND("macos", "network", "connection_attempted", "\"x\":1")
        DEFEND("beos", "library", "load", DLL("/a", ""))));

    assert_int_equal(b->counts.processes, 1);
    assert_text("CommandLine", b->processes->CommandLine, "p -x");
    assert_int_equal(b->processes->platform, PLATFORM_MACOS);
    assert_int_equal(b->processes->source, PROCESS_EXEC);
    assert_text("Target", b->contexts->Target, "/tmp/a.dylib");
    assert_int_equal(b->contexts->event, CONTEXT_FILE_CREATED);
    assert_int_equal(b->counts.other, 2);
    batch_close(b);
}

/* A path that hides is judged as what it means; Windows' own is not ours to mend. */
static void a_path_is_what_was_meant(void **state)
{
    static const struct { const char *text, *ImageLoaded, *raw; } table[] = {
        { DEFEND("linux", "library", "load", DLL("/usr/lib/../../tmp/u.so", "")),
          "/tmp/u.so", "/usr/lib/../../tmp/u.so" },
        { DEFEND("macos", "library", "load", DLL("/usr//lib/./u.dylib", "")),
          "/usr/lib/u.dylib", "/usr//lib/./u.dylib" },
        { DEFEND("linux", "library", "load", DLL("/tmp/.u.so", "")), "/tmp/.u.so", NULL },
        { DEFEND("windows", "library", "load", DLL("C:\\\\a/./b/../c.dll", "")),
          "C:\\a/./b/../c.dll", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct batch *b = decoded(&jsonl_decoder, span_text(table[i].text));

        assert_int_equal(b->counts.loads, 1);
        assert_text("ImageLoaded", b->loads->ImageLoaded, table[i].ImageLoaded);
        assert_text("ImageLoaded_raw", b->loads->ImageLoaded_raw, table[i].raw);
        assert_text("CommandLine", b->loads->ProcessCommandLine, "p -x");
        batch_close(b);
    }
}

/* Cut as a reader does that sees `see` bytes more each time; counts what comes. */
static struct counts in_pieces(const struct decoder *d, struct span text, size_t see)
{
    void *state = calloc(1, d->cut_bytes + 1);
    struct counts c = { 0 };

    assert_non_null(state);
    for (size_t at = 0, visible = see; at < text.len; visible += see) {
        size_t left = text.len - at;
        bool at_end = visible >= left;
        struct span prefix = d->prefix ? d->prefix(state) : SPAN_NONE;
        size_t n = d->cut(state, span_of(text.at + at, at_end ? left : visible), at, at_end);

        if (n == 0)
            continue;
        struct batch *b = batch_open(1, at, at + n);
        struct piece p = { .offset = at, .bytes = span_of(text.at + at, n), .first = at == 0,
                           .last = at + n == text.len, .prefix = prefix };
        d->decode(&p, b);
        c.loads += b->counts.loads;
        c.other += b->counts.other;
        c.damaged += b->counts.damaged;
        batch_close(b);
        at += n;
        visible = 0;
    }
    free(state);
    return c;
}

static void append(uint8_t *text, size_t *len, const char *more)
{
    memcpy(text + *len, more, strlen(more));
    *len += strlen(more);
}

static void pieces_say_what_the_whole_says(void **state)
{
    static const char *const head_and_row[][4] = {
        { "jsonl", "", LOAD("") "\n", "" },
        { "json", "[", LOAD("") ",", "{}]" },
        { "json", "[\n  ", "{\n    \"EventID\": 7,\n    \"ImageLoaded\": \"},{\"\n  },\n  ", "{\n  }\n]\n" },
        { "json", "", "{\n \"EventID\": 7,\n \"ImageLoaded\": \"{\",\n \"x\": [\n  {\n  }\n ]\n}\n", "" },
        { "json", "{\"took\":1,\"hits\":{\"hits\":[", "{\"_source\":" LOAD("") "},", "{}]},\"a\":{\"b\":[{}]}}" },
        { "csv", "host,Image,ImageLoaded\r\n", "h,\"C:\\p\r\n,.exe\",\"C:\\\"\"a.dll\"\r\n", "" },
        { "syslog", "May  1 10:00:00 h x: starts\n",
          "May  1 10:00:00 h x: " LOAD("") "\nMay  1 10:00:00 h x: nothing\n", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof head_and_row / sizeof *head_and_row; i++) {
        const char *const *t = head_and_row[i];
        uint8_t text[1 << 14];
        size_t len = 0;
        unsigned rows = 0, other = strstr(t[3], "{") != NULL;

        append(text, &len, t[1]);
        for (; len + strlen(t[2]) + strlen(t[3]) < sizeof text; rows++)
            append(text, &len, t[2]);
        append(text, &len, t[3]);
        struct span whole = span_of(text, len);
        assert_string_equal(decoder_for(whole)->name, t[0]);
        for (size_t see = 400; see < 5000; see += 391) {
            struct counts c = in_pieces(decoder_for(whole), whole, see);

            if (c.loads != rows || c.other != other || c.damaged)
                fail_msg("%s in pieces of %zu: %d loads of %u, %d other, %d damaged", t[0], see,
                         (int)c.loads, rows, (int)c.other, (int)c.damaged);
        }
    }
}

/* What would take minutes if damage were sought for again and again. */
static void hostile_text_takes_linear_time(void **state)
{
    static const char *const table[][3] = {
        { "json", "[{\"a\":1},{\"b\":2}", ",{\"a\":x},{\"a\":\"b\"c},{\"d\":1}" },
        { "json", "[{\"a\":1},", "\"\":[ " },
        { "json", "{\n\"a\":1\n}\n", "{\n\"a\":x\n}\n" },
        { "jsonl", "{\"a\":1}\n", "{\"a\":[\n" },
        { "jsonl", "{\"a\":1}\n", "\"\n" },
        { "csv", "host,Image,ImageLoaded\n", "\"\n" },
        { "csv", "host,Image,ImageLoaded\n\"", "a,b\n" },
        { "syslog", "May  1 10:00:00 h x: \nMay  1 10:00:00 h x: ", "<Eventx" },
        { "syslog", "May  1 10:00:00 h x: \nMay  1 10:00:00 h x: ", "<Event>" },
    };
    const size_t room = 1 << 20;
    char *text = malloc(room);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t len = strlen(table[i][1]), more = strlen(table[i][2]);
        const struct decoder *d;

        memcpy(text, table[i][1], len);
        for (; len + more <= room; len += more)
            memcpy(text + len, table[i][2], more);
        d = decoder_for(span_of(text, len < SNIFF_BYTES ? len : SNIFF_BYTES));
        assert_non_null(d);
        assert_string_equal(d->name, table[i][0]);
        int64_t began = moment_ticks();
        struct batch *b = decoded(d, span_of(text, len));
        int64_t took = moment_ticks() - began;

        assert_true(b->counts.damaged <= 10001);
        assert_int_equal(b->counts.records, b->counts.loads + b->counts.other + b->counts.damaged);
        batch_close(b);
        if (took > INT64_C(20000000))
            fail_msg("%s after '%s' took %d s", table[i][2], table[i][1], (int)(took / 1000000));
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_shape_says_the_same_load),
        cmocka_unit_test(values_keep_what_was_logged),
        cmocka_unit_test(times_are_read_in_every_form),
        cmocka_unit_test(the_order_of_day_and_month_is_what_others_prove),
        cmocka_unit_test(a_time_that_nobody_can_read_is_said),
        cmocka_unit_test(damage_costs_what_is_damaged),
        cmocka_unit_test(what_is_not_ours_is_left_alone),
        cmocka_unit_test(a_record_says_where_it_begins),
        cmocka_unit_test(csv_rows_are_kept_apart),
        cmocka_unit_test(syslog_keeps_what_is_whole_of_a_cut_event),
        cmocka_unit_test(syslog_finds_json_anywhere_in_its_line),
        cmocka_unit_test(an_array_of_hashes_counts_whole),
        cmocka_unit_test(csv_reads_xml_in_a_column_of_any_name),
        cmocka_unit_test(a_second_look_finds_events_in_other_wrappings),
        cmocka_unit_test(fields_without_names_go_by_position_or_count_as_other),
        cmocka_unit_test(processes_come_from_ecs_and_4688_too),
        cmocka_unit_test(elastic_defend_tells_loads_of_three_systems),
        cmocka_unit_test(a_path_is_what_was_meant),
        cmocka_unit_test(pieces_say_what_the_whole_says),
        cmocka_unit_test(hostile_text_takes_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
