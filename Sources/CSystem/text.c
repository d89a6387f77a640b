// Text on a terminal: the locale's codeset and the width of a scalar.
#define _GNU_SOURCE
#include "CSystem.h"

#include <langinfo.h>
#include <locale.h>
#include <strings.h>
#include <wchar.h>

static bool is_utf8(void) {
  const char *codeset = nl_langinfo(CODESET);
  return strcasecmp(codeset, "UTF-8") == 0 || strcasecmp(codeset, "UTF8") == 0;
}

const char *csystem_use_locale(void) {
  // Only LC_CTYPE: numbers and messages must not change with the operator's language.
  setlocale(LC_CTYPE, "");
  if (!is_utf8()) setlocale(LC_CTYPE, "C.UTF-8");
  return nl_langinfo(CODESET);
}

int csystem_cell_width(uint32_t scalar) { return wcwidth((wchar_t)scalar); }
