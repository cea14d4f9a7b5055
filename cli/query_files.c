/* Reads what may be hostile: plain files alone (no links, pipes, devices), up to a
 * ceiling of bytes and of files, never waiting for one.
 *
 * What is in them is judged by the catalogue, and by the authorizer when it runs. */
#include "cli/query_files.h"

#include "cli/plain_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILES_MAX 256

bool query_files_folder(char out[static QUERY_FOLDER_MAX])
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int len = -1;

    if (config && *config == '/')
        len = snprintf(out, QUERY_FOLDER_MAX, "%s/modhunt/queries", config);
    else if (home && *home)
        len = snprintf(out, QUERY_FOLDER_MAX, "%s/.config/modhunt/queries", home);
    return len > 0 && len < QUERY_FOLDER_MAX;
}

static bool add_file(struct catalogue *c, int folder, const char *path, const char *name,
                     struct fault *f)
{
    size_t len;
    char *text = plain_file_read(folder, name, O_NOFOLLOW, CATALOGUE_FILE_MAX, &len, f);
    bool ok;

    if (!text)
        return fault_while(f, "%s/%s", path, name);
    ok = catalogue_add(c, name, span_of(text, len), f) || fault_while(f, "%s", path);
    free(text);
    return ok;
}

static int is_query(const struct dirent *d)
{
    size_t len = strlen(d->d_name);

    return d->d_name[0] != '.' && len > 4 && strcmp(d->d_name + len - 4, ".sql") == 0;
}

void query_files_add(struct catalogue *c, void (*wrong)(void *ctx, const struct fault *f), void *ctx)
{
    char path[QUERY_FOLDER_MAX];
    struct dirent **names = NULL;
    struct fault f;
    int folder, count;

    if (!query_files_folder(path) || (folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return;
    count = scandirat(folder, ".", &names, is_query, alphasort);
    if (count > FILES_MAX) {
        fault(&f, FAULT_LIMIT, "%s: only the first %d of its %d queries are read", path, FILES_MAX,
              count);
        wrong(ctx, &f);
    }
    for (int i = 0; i < count; i++) {
        if (i < FILES_MAX && !add_file(c, folder, path, names[i]->d_name, &f))
            wrong(ctx, &f);
        free(names[i]);
    }
    free(names);
    close(folder);
}
