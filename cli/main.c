/* modhunt: hunts malicious shared modules (ATT&CK T1129) in collected evidence.
 *
 * This file sets the process up and hands over to cli/commands.  Evidence is
 * private: no core dumps, files for the owner alone.  A full disk and a closed
 * pipe are errors of a write here, never a signal. */
#include "cli/commands.h"
#include "ingest/bundle.h"

#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#define HEAP_KEPT_BYTES (32 << 20) /* batches come and go: giving the heap back costs a fifth */

/* A descriptor 0, 1 or 2 that is closed would be the next file that is opened:
 * the case, and then a message would be written into it. */
static void hold_standard_descriptors(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd)
            _exit(STATUS_FAILED);
}

static void set_up(void)
{
    struct rlimit none = { 0, 0 };

    hold_standard_descriptors();
    umask(077);
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    mallopt(M_TRIM_THRESHOLD, HEAP_KEPT_BYTES);
    mallopt(M_MMAP_THRESHOLD, HEAP_KEPT_BYTES);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    setlocale(LC_CTYPE, ""); /* numbers and times stay as they are everywhere */
}

int main(int argc, char **argv)
{
    int status;

    bundle_program(argc, argv); /* where we were started to read an archive */
    set_up();
    status = commands_run(argc - 1, argv + 1);
    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE && status == STATUS_DONE) {
        struct fault f;
        fault_errno(&f, "the output could not be written");
        status = tell_fault(&f);
    }
    return status;
}
