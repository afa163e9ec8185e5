/* All names stand in one string in the order of the reasons, which spares a table of pointers. */
#include "keyferry_lock.h"

const char *kfl_reason_name(int reason) {
  static const char names[] =
      "refused\0opened\0done\0nonce\0late\0sealed\0form\0owner\0prev\0window\0depth\0doors\0uses\0"
      "hours\0fresh\0point\0signature\0clock\0early\0expired\0door\0hour\0stale\0denied\0answer\0"
      "used\0full\0state\0old\0forked\0ahead\0signer\0last";
  const char *name = names;
  if (reason < 0 || reason >= KFL_REASONS) return "unknown";
  while (reason-- > 0) {
    while (*name++ != '\0') {
    }
  }
  return name;
}
