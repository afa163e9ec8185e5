#include "parts.h"

/* What the caller asks for outside of any session. */

enum kfl_reason kfl_add_owner(const struct kfl_lock *lock, const uint8_t key[KFL_KEY]) {
  struct kfl_work work;
  uint8_t cose_key[KFL_COSE_KEY];
  enum kfl_reason reason;
  kfl_write_key(cose_key, key);
  kfl_begin(&work, lock, NULL);
  reason = kfl_let_in(&work, cose_key);
  kfl_finish(&work);
  return reason;
}

enum kfl_reason kfl_remove_owner(const struct kfl_lock *lock, const uint8_t thumbprint[32]) {
  struct kfl_work work;
  enum kfl_reason reason;
  kfl_begin(&work, lock, NULL);
  reason = kfl_put_out(&work, thumbprint);
  kfl_finish(&work);
  return reason;
}

int kfl_owner(const struct kfl_lock *lock, unsigned place, uint8_t thumbprint[32],
              uint8_t key[KFL_KEY]) {
  struct kfl_work work;
  struct kfl_owner_record owner;
  if (place >= KFL_OWNERS) return 0;
  kfl_begin(&work, lock, NULL);
  kfl_load_owner(&work, place, &owner);
  kfl_finish(&work);
  if (work.broken) return -1;
  if (owner.kind != KFL_ACTIVE) return 0;
  kfl_copy(thumbprint, owner.print, KFL_HASH);
  kfl_key_of(owner.key, key);
  return 1;
}

int kfl_forget(const struct kfl_lock *lock) {
  struct kfl_work work;
  unsigned record;
  int good = 1;
  kfl_begin(&work, lock, NULL);
  for (record = KFL_RECORD_OWNER; good && record < KFL_RECORDS; ++record) {
    good = kfl_write(&work, record, NULL, 0);
  }
  if (good) good = kfl_write(&work, KFL_RECORD_CLOCK, NULL, 0);
  kfl_finish(&work);
  return good;
}

int kfl_thumbprint(const struct kfl_lock *lock, const uint8_t key[KFL_KEY], uint8_t out[32]) {
  struct kfl_work work;
  uint8_t cose_key[KFL_COSE_KEY];
  kfl_zero(&work, sizeof work);
  work.lock = lock;
  kfl_write_key(cose_key, key);
  kfl_print(&work, cose_key, out);
  return !work.broken;
}
