/* kfl_same looks at every octet wherever the first difference is; a hash or read that fails marks
 * the work as broken here, so that no caller has to. */
#include "parts.h"

void kfl_copy(uint8_t *to, const uint8_t *from, size_t size) {
  size_t i;
  for (i = 0; i < size; ++i) to[i] = from[i];
}

void kfl_zero(void *data, size_t size) {
  volatile uint8_t *octets = (volatile uint8_t *)data;
  while (size > 0) octets[--size] = 0;
}

int kfl_same(const uint8_t *a, const uint8_t *b, size_t size) {
  uint8_t differs = 0;
  size_t i;
  for (i = 0; i < size; ++i) differs |= (uint8_t)(a[i] ^ b[i]);
  return differs == 0;
}

int kfl_below(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size) {
  size_t i = 0;
  while (i < a_size && i < b_size && a[i] == b[i]) ++i;
  if (i == a_size || i == b_size) return a_size < b_size;
  return a[i] < b[i];
}

uint32_t kfl_u32(const uint8_t *from) {
  return ((uint32_t)from[0] << 24) | ((uint32_t)from[1] << 16) | ((uint32_t)from[2] << 8) | from[3];
}

void kfl_put(uint8_t *to, uint32_t value, unsigned size) {
  while (size > 0) {
    to[--size] = (uint8_t)value;
    value >>= 8;
  }
}

void kfl_begin(struct kfl_work *work, const struct kfl_lock *lock, struct kfl_session *session) {
  kfl_zero(work, sizeof *work);
  work->lock = lock;
  work->session = session;
  if (lock->platform->enter != NULL) lock->platform->enter(lock->context);
}

void kfl_finish(const struct kfl_work *work) {
  if (work->lock->platform->leave != NULL) work->lock->platform->leave(work->lock->context);
}

void kfl_hash(struct kfl_work *work, const struct kfl_part *parts, size_t count,
              uint8_t out[KFL_HASH]) {
  /* A digest that nobody computed must not be one that somebody can sign. */
  if (!work->lock->platform->hash(work->lock->context, parts, count, out)) work->broken = 1;
}

size_t kfl_read(struct kfl_work *work, unsigned record, size_t offset, uint8_t *out, size_t size) {
  const int got = work->lock->platform->read(work->lock->context, record, offset, out, size);
  if (got >= 0 && (size_t)got <= size) return (size_t)got;
  work->broken = 1;
  return 0;
}

int kfl_write(struct kfl_work *work, unsigned record, const uint8_t *data, size_t size) {
  return !work->broken && work->lock->platform->write(work->lock->context, record, data, size);
}
