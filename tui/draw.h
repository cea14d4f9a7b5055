/* The model as a grid. */
#ifndef TUI_DRAW_H
#define TUI_DRAW_H

#include "tui/model.h"

/* Draws everything anew; reads the model and changes nothing. */
void draw(const struct model *m, struct grid *g);

/* Its lines at the top (draw_top.c). */
void draw_bar(const struct model *m, struct grid *g);
void draw_trail(const struct model *m, struct grid *g);

#endif
