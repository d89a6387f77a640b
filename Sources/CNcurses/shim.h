/// ncursesw 6 as Swift can use it: what its macros hide is said again as constants and functions.
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <ncurses.h>

// Attributes are macros with shifts, which are not imported.
static const attr_t cncurses_bold = A_BOLD;
static const attr_t cncurses_dim = A_DIM;
static const attr_t cncurses_reverse = A_REVERSE;
static const attr_t cncurses_underline = A_UNDERLINE;
static const attr_t cncurses_attributes = A_ATTRIBUTES & ~A_COLOR;

/// The window that covers the screen; the variable itself is shared mutable state that Swift refuses.
static inline WINDOW *cncurses_window(void) { return stdscr; }
