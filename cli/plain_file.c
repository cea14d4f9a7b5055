/* The whole of a plain file.  Its size is only believed for how much to ask for
 * first: it may grow while it is read. */
#include "cli/plain_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM_FIRST 4096

static char *read_whole(int fd, size_t size, size_t most, size_t *len, struct fault *f)
{
    size_t room = size < most ? size : most;
    char *text = NULL;
    ssize_t n = 1;

    *len = 0;
    for (room = room < ROOM_FIRST ? ROOM_FIRST : room + 1; n > 0; *len += (size_t)n) {
        if (!text || *len + 1 >= room)
            text = memory_grow(text, room = text ? 2 * room : room + 1, 1);
        n = read(fd, text + *len, room - 1 - *len);
        if (n < 0 || *len > most)
            break;
    }
    if (n == 0 && *len <= most) {
        text[*len] = '\0';
        return text;
    }
    if (n < 0)
        fault_errno(f, "it can't be read");
    else
        fault(f, FAULT_LIMIT, "it is larger than %zu bytes, the most that is read of such a file", most);
    free(text);
    return NULL;
}

char *plain_file_read(int folder, const char *name, int flags, size_t most, size_t *len,
                      struct fault *f)
{
    int fd = openat(folder, name, flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    char *text = NULL;

    if (fd < 0) {
        fault_errno(f, "it can't be opened");
        return NULL;
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        fault(f, FAULT_USAGE, "it is no plain file");
    else
        text = read_whole(fd, (size_t)st.st_size, most, len, f);
    close(fd);
    return text;
}
