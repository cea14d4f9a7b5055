/* An endless ordinary day on many hosts: processes start, load what they load,
 * write files, and end; now and then one loads something it should not.
 *
 * Hosts take turns of some hundred records, several processes of a host mix,
 * and time only runs forward.  With `distinct`, every load has a path of its
 * own and every process a command line of its own. */
#include "tests/gen/gen.h"

#include <stdlib.h>

#define DAY_BEGINS INT64_C(1772434800000000) /* 2026-03-02T07:00:00Z */
#define TURN 400
#define SLOTS 4

struct slot {
    struct running process;
    size_t next;      /* of the image's loads */
    bool alive, evil;
    const struct module *evil_load;
    char command[96]; /* with `distinct` */
};

struct stream {
    const struct stream_options *o;
    struct world *world;
    struct chance chance;
    struct host *host;
    struct slot *slot; /* SLOTS a host */
    int64_t time;
    uint64_t made, distinct, pids, evil_below;
    struct gen_event event;
    struct module odd; /* the module with a path of its own */
    char odd_path[96];
};

static void step(struct stream *s)
{
    s->time += 300 + chance_below(&s->chance, 5000);
}

static void start(struct stream *s, unsigned host, struct slot *slot)
{
    struct running *p = &slot->process;
    uint64_t number = ++s->pids;
    slot->evil = chance_next(&s->chance) < s->evil_below;
    if (slot->evil) {
        const struct evil *e = &s->world->evil[chance_below(&s->chance, (uint32_t)s->world->evils)];
        p->image = e->by;
        slot->evil_load = e->load;
    } else {
        p->image = &s->world->image[chance_below(&s->chance, (uint32_t)s->world->images)];
    }
    p->host = s->host[host];
    p->CommandLine = p->image->CommandLine;
    p->User = p->image->system ? SPAN("NT AUTHORITY\\SYSTEM") : p->host.User;
    p->pid = (uint32_t)(400 + number * 4 % 30000);
    p->parent_pid = 396;
    p->guid = gen_guid_of(0x6d6f640000000000u + host, number);
    p->parent_guid = gen_guid_of(0x6d6f640000000000u + host, 1u << 31);
    if (s->distinct < s->o->distinct) {
        int len = snprintf(slot->command, sizeof slot->command,
                           "\"C:\\Program Files\\Contoso\\Ledger\\ledger.exe\" --voucher %012llu",
                           (unsigned long long)number);
        p->CommandLine = span_of(slot->command, (size_t)len);
    }
    slot->next = 0;
    slot->alive = true;
    event_start(&s->event, p, s->time);
    if (s->o->lean)
        event_text(&s->event, F_Hashes, s->odd.Hashes);
}

static void odd_load(struct stream *s, const struct slot *slot)
{
    int len = snprintf(s->odd_path, sizeof s->odd_path,
                       "C:\\ProgramData\\Contoso\\Ledger\\cache\\%02llx\\addin-%012llu.dll",
                       (unsigned long long)(s->distinct & 255), (unsigned long long)s->distinct);
    s->odd.ImageLoaded = span_of(s->odd_path, (size_t)len);
    s->distinct++;
    event_load(&s->event, &slot->process, &s->odd, s->time);
}

static void file_or_end(struct stream *s, struct slot *slot)
{
    const struct running *p = &slot->process;
    uint32_t what = chance_below(&s->chance, 8);
    const struct gen_shape *shape = what < 2 ? &shape_file : what == 2 ? &shape_network
                                  : what == 3 ? &shape_registry : &shape_end;
    enum gen_kind kind = shape == &shape_file ? KIND_CONTEXT
                       : shape == &shape_end ? KIND_PROCESS : KIND_OTHER;
    event_begin(&s->event, shape, kind, p->host.Computer, s->time);
    event_guid(&s->event, F_ProcessGuid, p->guid);
    event_number(&s->event, F_ProcessId, p->pid);
    event_text(&s->event, F_Image, p->image->Image);
    event_text(&s->event, F_User, p->User);
    event_text(&s->event, F_TargetFilename, SPAN("C:\\ProgramData\\Contoso\\Ledger\\journal.dat"));
    event_text(&s->event, F_CreationUtcTime, SPAN("2026-03-02 06:58:11.004"));
    event_text(&s->event, F_Protocol, SPAN("tcp"));
    event_text(&s->event, F_DestinationIp, SPAN("10.20.30.40"));
    event_number(&s->event, F_DestinationPort, 443);
    event_text(&s->event, F_EventType, SPAN("SetValue"));
    event_text(&s->event, F_TargetObject, SPAN("HKU\\S-1-5-21\\Software\\Contoso\\Ledger\\Last"));
    event_text(&s->event, F_Details, SPAN("DWORD (0x00000001)"));
    slot->alive = shape != &shape_end;
}

static void one(struct stream *s, unsigned host)
{
    struct slot *slot = &s->slot[host * SLOTS + chance_below(&s->chance, SLOTS)];
    step(s);
    if (!slot->alive) {
        start(s, host, slot);
        return;
    }
    if (s->o->distinct) {
        if (s->distinct < s->o->distinct)
            odd_load(s, slot);
        else
            event_load(&s->event, &slot->process, slot->process.image->loads[0], s->time);
        slot->alive = false;
        return;
    }
    if (slot->evil && slot->next == 18) {
        slot->evil = false;
        event_load(&s->event, &slot->process, slot->evil_load, s->time);
        return;
    }
    if (slot->next < slot->process.image->count)
        event_load(&s->event, &slot->process, slot->process.image->loads[slot->next++], s->time);
    else
        file_or_end(s, slot);
}

void stream_write(const struct stream_options *o, struct writer *w)
{
    unsigned hosts = o->hosts ? o->hosts : 1;
    struct stream *s = gen_get(sizeof *s);
    s->o = o;
    s->world = world_make();
    s->time = DAY_BEGINS;
    s->odd = module_make("C:\\x", "Contoso Ledger add-in", "Contoso Ltd", "true", 77);
    if (o->lean)
        s->odd.Hashes = gen_hashes(77, "M");
    chance_seed(&s->chance, o->seed);
    /* Of loads, as asked; a process does some forty. */
    double share = o->evil * 40 > 1 ? 1 : o->evil * 40;
    s->evil_below = share >= 1 ? UINT64_MAX : (uint64_t)(share * 18446744073709549568.0);
    s->host = gen_get(hosts * sizeof *s->host);
    s->slot = gen_get(hosts * SLOTS * sizeof *s->slot);
    for (unsigned i = 0; i < hosts; i++) {
        s->host[i] = host_make(i + 1);
        if (o->lean)
            s->host[i].schema = SCHEMA_310;
    }
    for (unsigned host = 0; s->made < o->records; host = (host + 1) % hosts)
        for (unsigned i = 0; i < TURN && s->made < o->records; i++, s->made++) {
            one(s, host);
            writer_add(w, &s->event);
        }
    free(s->slot);
    free(s->host);
    free(s);
}
