#include "parts.h"

/* Record of an owner: kind (11 active, 12 removed), thumbprint (32), COSE_Key (75). A removed one
 * keeps its place, and with it its deny list, until the place is needed. */

void kfl_load_owner(struct kfl_work *work, unsigned place, struct kfl_owner_record *out) {
  const size_t size =
      kfl_read(work, KFL_RECORD_OWNER + place, 0, (uint8_t *)out, KFL_OWNER_RECORD);
  if (size != KFL_OWNER_RECORD || (out->kind != KFL_ACTIVE && out->kind != KFL_REMOVED)) {
    out->kind = KFL_NOBODY;
  }
}

static enum kfl_reason store(struct kfl_work *work, unsigned place,
                             const struct kfl_owner_record *owner) {
  return kfl_write(work, KFL_RECORD_OWNER + place, (const uint8_t *)owner, KFL_OWNER_RECORD)
             ? KFL_DONE
             : KFL_STATE;
}

unsigned kfl_find_owner(struct kfl_work *work, const uint8_t print[KFL_HASH],
                        struct kfl_owner_record *out) {
  unsigned place;
  for (place = 0; place < KFL_OWNERS; ++place) {
    kfl_load_owner(work, place, out);
    if (out->kind != KFL_NOBODY && kfl_same(out->print, print, KFL_HASH)) return place;
  }
  out->kind = KFL_NOBODY;
  return KFL_OWNERS;
}

/* A place for a new owner: a free one, else that of the removed owner with the oldest list. */
static unsigned free_place(struct kfl_work *work) {
  struct kfl_owner_record owner;
  struct kfl_known list;
  unsigned place, best = KFL_OWNERS;
  uint32_t oldest = 0;
  for (place = 0; place < KFL_OWNERS; ++place) {
    uint32_t issued = 0;
    kfl_load_owner(work, place, &owner);
    if (owner.kind == KFL_NOBODY) return place;
    if (owner.kind == KFL_ACTIVE) continue;
    if (kfl_owner_list(work, place, owner.print, &list)) {
      issued = kfl_u32(list.head + KFL_LIST_ISSUED);
    }
    if (best == KFL_OWNERS || issued < oldest) {
      best = place;
      oldest = issued;
    }
  }
  return best;
}

enum kfl_reason kfl_let_in(struct kfl_work *work, const uint8_t *cose_key) {
  struct kfl_owner_record owner;
  uint8_t scratch[KFL_HASH], key[KFL_KEY];
  unsigned place;
  int good;
  /* The one callback that says whether a point is on the curve without a signature by its key. */
  kfl_key_of(cose_key, key);
  good = work->lock->platform->agree(work->lock->context, key, scratch);
  kfl_zero(scratch, sizeof scratch);
  if (!good) return KFL_POINT;
  kfl_print(work, cose_key, scratch);
  place = kfl_find_owner(work, scratch, &owner);
  if (work->broken) return KFL_STATE;
  if (owner.kind == KFL_ACTIVE) return KFL_DONE;
  if (place == KFL_OWNERS) place = free_place(work);
  if (work->broken) return KFL_STATE;
  if (place == KFL_OWNERS) return KFL_FULL;
  owner.kind = KFL_ACTIVE;
  kfl_copy(owner.print, scratch, KFL_HASH);
  kfl_copy(owner.key, cose_key, KFL_COSE_KEY);
  return store(work, place, &owner);
}

enum kfl_reason kfl_put_out(struct kfl_work *work, const uint8_t print[KFL_HASH]) {
  struct kfl_owner_record owner;
  unsigned place, others = 0;
  for (place = 0; place < KFL_OWNERS; ++place) {
    kfl_load_owner(work, place, &owner);
    if (owner.kind == KFL_ACTIVE && !kfl_same(owner.print, print, KFL_HASH)) ++others;
  }
  place = kfl_find_owner(work, print, &owner);
  if (work->broken) return KFL_STATE;
  if (owner.kind != KFL_ACTIVE) return KFL_OWNER;
  if (others == 0) return KFL_LAST;
  owner.kind = KFL_REMOVED;
  return store(work, place, &owner);
}

enum kfl_reason kfl_carry_out(struct kfl_work *work, const struct kfl_part *payload) {
  const struct kfl_session *session = work->session;
  struct kfl_reader reader = kfl_reader_of(payload->data, payload->size);
  const uint8_t *value = NULL;
  uint32_t op, seconds = 0;
  size_t size;
  kfl_within(&reader, KFL_ARRAY, 3, 3);
  kfl_exactly(&reader, session->challenge + 2, session->challenge_size - 2u);
  op = kfl_number(&reader, 1, 4);
  if (op == 1) value = kfl_read_key(&reader);
  if (op == 2) value = kfl_string(&reader, KFL_BYTES, KFL_HASH, KFL_HASH, &size);
  if (op == 3) seconds = kfl_number(&reader, 0, 0xffffffffu);
  if (op == 4 && !kfl_is_null(&reader)) return KFL_FORM;
  if (!kfl_finished(&reader)) return KFL_FORM;
  work->event.op = (uint8_t)op;
  switch (op) {
    case 1: return kfl_let_in(work, value);
    case 2: return kfl_put_out(work, value);
    case 3: return kfl_set_time(work, seconds);
    default: return KFL_DONE;
  }
}
