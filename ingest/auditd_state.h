/* What is remembered of a host's processes: their descriptors and their starts.
 *
 * Bounded: processes, descriptors of one, and bytes of file names have
 * ceilings; what is given up for them is counted.  Belongs to one follow. */
#ifndef INGEST_AUDITD_STATE_H
#define INGEST_AUDITD_STATE_H

#include "ingest/auditd_seen.h"

/* What is known of an open file; shared by every descriptor of it. */
enum file_part { FILE_NAME, FILE_RAW, FILE_INODE, FILE_DEV, FILE_MODE, FILE_OWNER, FILE_PARTS };

struct audit_file {
    struct audit_file *next;
    uint64_t hash;
    uint32_t refs;
    bool directory;
    enum resolution resolution;
    uint16_t len[FILE_PARTS];
    uint8_t logged;     /* a bit a part */
    uint8_t bytes[];    /* the parts, one after the other */
};

#define FILE_PART_MAX UINT16_MAX

struct audit_fd {
    struct audit_file *file;
    int32_t fd;
    bool cloexec;
};

#define PROCESS_GUID_MAX 48
#define PROCESS_COMMAND_MAX 512 /* bytes remembered for its children */

struct audit_process {
    struct audit_process *next;         /* of its slot */
    struct audit_process *newer, *older;
    struct audit_host *host;
    int64_t pid;
    struct audit_fd *fds; /* by number */
    uint32_t fd_count, fd_room;
    struct audit_file *image;
    char guid[PROCESS_GUID_MAX];        /* "" until its execve is seen */
    uint8_t *command;
    uint16_t command_len;
    int64_t fresh_fd, fresh_time;       /* opened by its last event; -1 */
    bool cache_opened;                  /* /etc/ld.so.cache, since its execve */
    bool told_mprotect, told_anonymous;
};

/* One node, or the log of an unnamed one. */
struct audit_host {
    struct audit_host *next;
    bool opens_seen;    /* opens of system libraries are audited: not only some folders */
    bool cache_seen;    /* its loader asks /etc/ld.so.cache */
    int64_t last_time;
    struct audit_seen seen; /* of source number seen_in */
    uint64_t seen_in;
    size_t name_len;
    uint8_t name[];
};

struct audit_state;

struct audit_state *audit_state_open(void);
void audit_state_close(struct audit_state *s);

/* The host's state, made where it is new; never NULL: past the ceiling they
 * share one that remembers nothing. */
struct audit_host *audit_host(struct audit_state *s, struct span node);
/* All of them, by `next`. */
struct audit_host *audit_hosts(const struct audit_state *s);
/* Forgets the processes of a host. */
void audit_host_forget(struct audit_state *s, struct audit_host *h);

/* A process by its pid; `make` it where it is new. */
struct audit_process *audit_process(struct audit_state *s, struct audit_host *h, int64_t pid,
                                    bool make);
void audit_process_drop(struct audit_state *s, struct audit_process *p);

struct span audit_file_part(const struct audit_file *f, enum file_part part);
size_t audit_file_len(const struct audit_file *f); /* of its bytes */

/* `part` is copied.  NULL past the ceiling. */
struct audit_file *audit_file(struct audit_state *s, const struct span part[static FILE_PARTS],
                              bool directory, enum resolution r);
void audit_file_release(struct audit_state *s, struct audit_file *f);

const struct audit_fd *audit_fd(const struct audit_process *p, int64_t fd);
/* Takes over one reference of the file; NULL: it is not known any more. */
void audit_fd_set(struct audit_state *s, struct audit_process *p, int64_t fd,
                  struct audit_file *file, bool cloexec);
void audit_fds_clear(struct audit_state *s, struct audit_process *p, bool only_cloexec);

/* The image and command line, remembered; the command line is cut. */
void audit_image_set(struct audit_state *s, struct audit_process *p, struct span Image);
void audit_command_set(struct audit_process *p, struct span CommandLine);

/* Processes and descriptors given up for the ceilings since it was asked. */
uint64_t audit_given_up(struct audit_state *s);

#endif
