/* The names that normal asks for, found by halves.
 *
 * Never guesses: a name is one of EVENT_FIELDS to the letter, or no field. */
#include "ingest/event.h"

static const struct span names[EVENT_FIELD_COUNT] = {
#define NAME(name) SPAN_INIT(#name),
    EVENT_FIELDS(NAME)
#undef NAME
};

enum event_field event_field(struct span name)
{
    size_t low = 0, high = EVENT_FIELD_COUNT;

    while (low < high) {
        size_t middle = (low + high) / 2;
        struct span n = names[middle];
        size_t shorter = n.len < name.len ? n.len : name.len;
        int order = shorter ? memcmp(name.at, n.at, shorter) : 0;

        if (order == 0 && name.len == n.len)
            return (enum event_field)middle;
        if (order < 0 || (order == 0 && name.len < n.len))
            high = middle;
        else
            low = middle + 1;
    }
    return EVENT_FIELD_COUNT;
}
