/* main() for a fuzz target without libFuzzer: runs it over every file of the
 * folders (not below them) and every file that it is given.  A folder without a
 * file is a failure: a replay of nothing proves nothing. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* Only libFuzzer mutates; a target that has a mutator of its own links with this. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max)
{
    (void)data;
    (void)max;
    return size;
}

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = NULL;
    long size = -1;

    if (f && fseek(f, 0, SEEK_END) == 0)
        size = ftell(f);
    if (size < 0 || fseek(f, 0, SEEK_SET) != 0 || !(data = malloc((size_t)size + 1))
        || fread(data, 1, (size_t)size, f) != (size_t)size) {
        perror(path);
        exit(2);
    }
    fclose(f);
    /* Exactly so many bytes, so that a sanitizer sees one too far. */
    uint8_t *exact = malloc(size ? (size_t)size : 1);
    if (!exact)
        exit(2);
    memcpy(exact, data, (size_t)size);
    free(data);
    LLVMFuzzerTestOneInput(exact, (size_t)size);
    free(exact);
    return 1;
}

static int replay_folder(const char *path, DIR *folder)
{
    const struct dirent *entry;
    int done = 0;

    while ((entry = readdir(folder))) {
        char file[4096];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        done += replay_file(file);
    }
    closedir(folder);
    return done;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        int done = folder ? replay_folder(argv[i], folder) : replay_file(argv[i]);

        printf("%s: %d\n", argv[i], done);
        if (done == 0)
            return 1;
    }
    return argc > 1 ? 0 : 2;
}
