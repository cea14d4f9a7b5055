/* A batch into rows. */
#include "store/connection.h"

void writing_close(struct store *s)
{
    (void)s;
}
