/* What a case must hold so that a hunting query can be asked of it.
 *
 * A query that looks for file creations in a case whose hosts log none would give
 * an empty list as if it had looked: each need counts, in SQL, the hosts that have
 * it and the hosts that could. */
#ifndef QUERIES_NEEDS_H
#define QUERIES_NEEDS_H

#include "core/span.h"

/*    name               hosts that could   what it is, as "no ... in this case" says it */
#define NEEDS(_) \
    _(loads,             "",        "module loads") \
    _(windows_loads,     "windows", "module loads of Windows (Sysmon Event ID 7)") \
    _(linux_loads,       "linux",   "module loads of Linux (auditd's open and mmap)") \
    _(macos_loads,       "macos",   "module loads of macOS (Endpoint Security's mmap)") \
    _(signatures,        "windows", "signature fields (Signed) of loads") \
    _(hashes,            "windows", "SHA-256 of loads") \
    _(versions,          "windows", "version fields (Company, OriginalFileName) of loads") \
    _(command_lines,     "",        "command lines (Event ID 1, 4688, execve, exec)") \
    _(file_creation,     "",        "file creations (Sysmon Event ID 11 or 29, auditd's creates)") \
    _(file_deletion,     "",        "file deletions (Sysmon Event ID 23 or 26, auditd's unlink)") \
    _(failed_loads,      "macos",   "loads that failed (dyld in macOS's unified log)") \
    _(executable_memory, "linux",   "executable maps (auditd's mmap or mprotect)") \
    _(remote_threads,    "windows", "remote threads (Sysmon Event ID 8)") \
    _(streams,           "windows", "file streams (Sysmon Event ID 15)") \
    _(allowlist,         "-",       "allowlist entries")

#define NEED_ENUM(name, platform, words) NEED_##name,
enum need { NEEDS(NEED_ENUM) NEED_COUNT };

const char *need_name(enum need n); /* as a header writes it, `file_creation` */
const char *need_words(enum need n);
/* Is it of hosts at all?  The allowlist is not. */
bool need_of_hosts(enum need n);
/* NEED_COUNT where there is none; `file-creation` names file_creation, too. */
enum need need_named(struct span name);

/* A SELECT of one row: how many have it, how many could (NEED_allowlist: entries,
 * and 1). */
const char *need_sql(enum need n);

#endif
