/* Which system call matters, by number on every architecture of the table and
 * by name where ausearch or auditd has interpreted it.
 *
 * Numbers from the kernel's own tables.  The surprise: number 90 on i386, arm
 * and s390x is the old mmap, whose arguments lie behind a pointer, so its a2 is
 * no protection. */
#include "ingest/auditd.h"

struct call {
    uint32_t number;
    enum audit_what what;
};

static const struct call x86_64[] = {
    { 2, AUDIT_OPEN }, { 257, AUDIT_OPENAT }, { 437, AUDIT_OPENAT2 }, { 85, AUDIT_CREAT },
    { 9, AUDIT_MMAP }, { 10, AUDIT_MPROTECT }, { 329, AUDIT_MPROTECT }, { 319, AUDIT_MEMFD },
    { 59, AUDIT_EXEC }, { 322, AUDIT_EXEC }, { 3, AUDIT_CLOSE }, { 32, AUDIT_DUP },
    { 33, AUDIT_DUP }, { 292, AUDIT_DUP }, { 304, AUDIT_HANDLE }, { 231, AUDIT_EXIT }, { 0 },
};
static const struct call i386[] = {
    { 5, AUDIT_OPEN }, { 295, AUDIT_OPENAT }, { 437, AUDIT_OPENAT2 }, { 8, AUDIT_CREAT },
    { 90, AUDIT_OLD_MMAP }, { 192, AUDIT_MMAP }, { 125, AUDIT_MPROTECT },
    { 380, AUDIT_MPROTECT }, { 356, AUDIT_MEMFD }, { 11, AUDIT_EXEC }, { 358, AUDIT_EXEC },
    { 6, AUDIT_CLOSE }, { 41, AUDIT_DUP }, { 63, AUDIT_DUP }, { 330, AUDIT_DUP },
    { 342, AUDIT_HANDLE }, { 252, AUDIT_EXIT }, { 0 },
};
static const struct call aarch64[] = { /* and riscv64 */
    { 56, AUDIT_OPENAT }, { 437, AUDIT_OPENAT2 }, { 222, AUDIT_MMAP }, { 226, AUDIT_MPROTECT },
    { 288, AUDIT_MPROTECT }, { 279, AUDIT_MEMFD }, { 221, AUDIT_EXEC }, { 281, AUDIT_EXEC },
    { 57, AUDIT_CLOSE }, { 23, AUDIT_DUP }, { 24, AUDIT_DUP }, { 265, AUDIT_HANDLE },
    { 94, AUDIT_EXIT }, { 0 },
};
static const struct call arm[] = {
    { 5, AUDIT_OPEN }, { 322, AUDIT_OPENAT }, { 437, AUDIT_OPENAT2 }, { 8, AUDIT_CREAT },
    { 90, AUDIT_OLD_MMAP }, { 192, AUDIT_MMAP }, { 125, AUDIT_MPROTECT },
    { 394, AUDIT_MPROTECT }, { 385, AUDIT_MEMFD }, { 11, AUDIT_EXEC }, { 387, AUDIT_EXEC },
    { 6, AUDIT_CLOSE }, { 41, AUDIT_DUP }, { 63, AUDIT_DUP }, { 358, AUDIT_DUP },
    { 371, AUDIT_HANDLE }, { 248, AUDIT_EXIT }, { 0 },
};
static const struct call ppc64le[] = {
    { 5, AUDIT_OPEN }, { 286, AUDIT_OPENAT }, { 437, AUDIT_OPENAT2 }, { 8, AUDIT_CREAT },
    { 90, AUDIT_MMAP }, { 125, AUDIT_MPROTECT }, { 386, AUDIT_MPROTECT }, { 360, AUDIT_MEMFD },
    { 11, AUDIT_EXEC }, { 362, AUDIT_EXEC }, { 6, AUDIT_CLOSE }, { 41, AUDIT_DUP },
    { 63, AUDIT_DUP }, { 316, AUDIT_DUP }, { 336, AUDIT_HANDLE }, { 234, AUDIT_EXIT }, { 0 },
};
static const struct call s390x[] = {
    { 5, AUDIT_OPEN }, { 288, AUDIT_OPENAT }, { 437, AUDIT_OPENAT2 }, { 8, AUDIT_CREAT },
    { 90, AUDIT_OLD_MMAP }, { 125, AUDIT_MPROTECT }, { 384, AUDIT_MPROTECT },
    { 350, AUDIT_MEMFD }, { 11, AUDIT_EXEC }, { 354, AUDIT_EXEC }, { 6, AUDIT_CLOSE },
    { 41, AUDIT_DUP }, { 63, AUDIT_DUP }, { 326, AUDIT_DUP }, { 336, AUDIT_HANDLE },
    { 248, AUDIT_EXIT }, { 0 },
};

static const struct {
    uint32_t arch;
    const struct call *calls;
    struct span name; /* as ausearch -i and ARCH= write it */
} arches[] = {
    { 0xc000003e, x86_64, SPAN_INIT("x86_64") },
    { 0xc00000b7, aarch64, SPAN_INIT("aarch64") },
    { 0x40000003, i386, SPAN_INIT("i386") },
    { 0x40000028, arm, SPAN_INIT("arm") },
    { 0xc0000015, ppc64le, SPAN_INIT("ppc64le") },
    { 0x80000016, s390x, SPAN_INIT("s390x") },
    { 0xc00000f3, aarch64, SPAN_INIT("riscv64") },
};

static const struct {
    struct span name;
    enum audit_what what;
} names[] = {
    { SPAN_INIT("open"), AUDIT_OPEN }, { SPAN_INIT("openat"), AUDIT_OPENAT },
    { SPAN_INIT("openat2"), AUDIT_OPENAT2 }, { SPAN_INIT("creat"), AUDIT_CREAT },
    { SPAN_INIT("mmap"), AUDIT_MMAP }, { SPAN_INIT("mmap2"), AUDIT_MMAP },
    { SPAN_INIT("mprotect"), AUDIT_MPROTECT }, { SPAN_INIT("pkey_mprotect"), AUDIT_MPROTECT },
    { SPAN_INIT("memfd_create"), AUDIT_MEMFD }, { SPAN_INIT("execve"), AUDIT_EXEC },
    { SPAN_INIT("execveat"), AUDIT_EXEC }, { SPAN_INIT("close"), AUDIT_CLOSE },
    { SPAN_INIT("dup"), AUDIT_DUP }, { SPAN_INIT("dup2"), AUDIT_DUP },
    { SPAN_INIT("dup3"), AUDIT_DUP }, { SPAN_INIT("open_by_handle_at"), AUDIT_HANDLE },
    { SPAN_INIT("exit_group"), AUDIT_EXIT },
};

uint32_t audit_arch_named(struct span name)
{
    for (size_t i = 0; i < sizeof arches / sizeof *arches; i++)
        if (span_equal(arches[i].name, name))
            return arches[i].arch;
    return 0;
}

enum audit_what audit_call(uint32_t arch, uint32_t number)
{
    const struct call *c = NULL;

    for (size_t i = 0; !c && i < sizeof arches / sizeof *arches; i++)
        if (arches[i].arch == arch)
            c = arches[i].calls;
    for (; c && c->what != AUDIT_OTHER; c++)
        if (c->number == number)
            return c->what;
    return AUDIT_OTHER;
}

enum audit_what audit_call_named(struct span name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_equal(names[i].name, name))
            return names[i].what;
    return AUDIT_OTHER;
}

/* By number where it stands as one; a name is ausearch's.  i386's and s390x's
 * `mmap` is the old one by that name, too. */
void audit_name_call(struct audit_event *e)
{
    uint64_t arch = 0, number = 0;

    if (audit_number(e->arch_text, true, &arch) && arch <= UINT32_MAX)
        e->arch = (uint32_t)arch;
    else
        e->arch = audit_arch_named(e->arch_text);
    if (audit_number(e->syscall_text, false, &number) && number <= UINT32_MAX) {
        e->syscall = (uint32_t)number;
        e->what = audit_call(e->arch, e->syscall);
    } else {
        e->what = audit_call_named(e->syscall_text);
        if (e->what == AUDIT_MMAP && span_is(e->syscall_text, "mmap")
            && audit_call(e->arch, 90) == AUDIT_OLD_MMAP)
            e->what = AUDIT_OLD_MMAP;
    }
}
