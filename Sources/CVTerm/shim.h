/// libvterm 0.1 or later as Swift can use it: what is asked of each cell of a hundred thousand lines is asked here.
#include <vterm.h>

/// Whether a cell shows nothing at all.
static inline bool cvterm_is_blank(const VTermScreenCell *cell) {
  return (cell->chars[0] == 0 || cell->chars[0] == ' ') && (cell->bg.type & VTERM_COLOR_DEFAULT_BG)
    && !cell->attrs.reverse && !cell->attrs.underline;
}

/// How many of the cells there are up to the last one that shows something.
static inline int cvterm_used(const VTermScreenCell *cells, int count) {
  while (count > 0 && cvterm_is_blank(&cells[count - 1])) count--;
  return count;
}
