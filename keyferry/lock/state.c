#include "parts.h"

/* Record of the clock: 01, floor (4).
 * Record of a root, at most one for each id:
 *
 * | at  | size | holds                                                                   |
 * |-----|------|-------------------------------------------------------------------------|
 * |   0 |    1 | 01                                                                      |
 * |   1 |   16 | id of the root                                                          |
 * |  17 |   32 | thumbprint of the owner who signed it                                   |
 * |  49 |    4 | its nbf                                                                 |
 * |  53 |    4 | the latest exp seen of it                                               |
 * |  57 |    4 | the clock's floor when this was written                                 |
 * |  61 |    2 | openings counted                                                        |
 * |  63 |  330 | 15 direct children: id (16), latest exp (4), openings (2); exp 0: empty |
 *
 * Each record holds a floor, so that counting an opening is one write. The floor is the greatest.
 */
enum { ID = 1, EXP = 53, FLOOR = 57, USED = 61, CHILDREN = 63 };
enum { CHILD = 22, CHILD_EXP = 16, CHILD_USED = 20 };
enum { HEAD = USED, ROOT_SIZE = CHILDREN + KFL_CHILDREN * CHILD, CLOCK_SIZE = 5 };

static int read_root(struct kfl_work *work, unsigned place, uint8_t *out, size_t size) {
  return kfl_read(work, KFL_RECORD_ROOT + place, 0, out, size) == size && out[0] == 1;
}

static uint32_t stored_floor(struct kfl_work *work) {
  uint8_t head[HEAD];
  uint32_t floor = 0;
  unsigned place;
  if (kfl_read(work, KFL_RECORD_CLOCK, 0, head, CLOCK_SIZE) == CLOCK_SIZE) {
    floor = kfl_u32(head + 1);
  }
  for (place = 0; place < KFL_ROOTS; ++place) {
    if (read_root(work, place, head, HEAD) && kfl_u32(head + FLOOR) > floor) {
      floor = kfl_u32(head + FLOOR);
    }
  }
  return floor;
}

//= spec:lock#3-clock
void kfl_load_time(struct kfl_work *work) {
  struct kfl_time time;
  kfl_zero(&time, sizeof time);
  work->floor = stored_floor(work);
  work->known = 0;
  if (!work->lock->platform->clock(work->lock->context, &time)) return;
  if (time.offset < -1440 || time.offset > 1440) return;
  /* A clock that is a little behind what was certain is taken for slow; one that is far, for lost. */
  if (time.seconds < work->floor) {
    if (work->floor - time.seconds > KFL_CLOCK_SKEW) return;
    time.seconds = work->floor;
  }
  work->known = 1;
  work->now = time.seconds;
  work->offset = time.offset;
}

uint32_t kfl_hour_of(uint32_t seconds) {
  return seconds - seconds % 3600u;
}

static enum kfl_reason write_floor(struct kfl_work *work, uint32_t to) {
  uint8_t record[CLOCK_SIZE];
  record[0] = 1;
  kfl_put(record + 1, to, 4);
  return kfl_write(work, KFL_RECORD_CLOCK, record, sizeof record) ? KFL_OPENED : KFL_STATE;
}

enum kfl_reason kfl_raise_floor(struct kfl_work *work, uint32_t to) {
  if (to <= work->floor) return KFL_OPENED;
  work->floor = to;
  return write_floor(work, to);
}

/* An owner knows the time better than the lock, also if the lock believes to be later: a wallet with
 * a wrong clock would else have locked every holder out for good. */
enum kfl_reason kfl_set_time(struct kfl_work *work, uint32_t seconds) {
  const struct kfl_platform *platform = work->lock->platform;
  uint8_t record[ROOT_SIZE];
  unsigned place;
  if (platform->set_clock == NULL) return KFL_STATE;
  for (place = 0; place < KFL_ROOTS; ++place) {
    if (!read_root(work, place, record, sizeof record)) continue;
    if (kfl_u32(record + FLOOR) <= kfl_hour_of(seconds)) continue;
    kfl_put(record + FLOOR, kfl_hour_of(seconds), 4);
    if (!kfl_write(work, KFL_RECORD_ROOT + place, record, sizeof record)) return KFL_STATE;
  }
  if (write_floor(work, kfl_hour_of(seconds)) != KFL_OPENED) return KFL_STATE;
  return platform->set_clock(work->lock->context, seconds) ? KFL_DONE : KFL_STATE;
}

unsigned kfl_find_root(struct kfl_work *work, const uint8_t id[KFL_ID]) {
  uint8_t head[ID + KFL_ID];
  unsigned place;
  for (place = 0; place < KFL_ROOTS; ++place) {
    if (read_root(work, place, head, sizeof head) && kfl_same(head + ID, id, KFL_ID)) break;
  }
  return place;
}

/* May this record go? Its root has ended, or its owner has denied it: then it opens nothing, and a
 * holder cannot fill the lock with roots that were taken back. */
static int is_over(struct kfl_work *work, const uint8_t *head) {
  struct kfl_owner_record owner;
  unsigned place;
  if (kfl_u32(head + EXP) <= work->now) return 1;
  place = kfl_find_owner(work, head + ID + KFL_ROOT_OWNER, &owner);
  return place < KFL_OWNERS && kfl_owner_denies(work, place, head + ID);
}

/* A place for a new record. What ended must not begin anew if the clock is set back: the floor goes
 * up with it. Only called while the time is known. */
static unsigned free_root(struct kfl_work *work) {
  uint8_t head[HEAD];
  unsigned place;
  for (place = 0; place < KFL_ROOTS; ++place) {
    const size_t size = kfl_read(work, KFL_RECORD_ROOT + place, 0, head, sizeof head);
    if (size == 0) return place;
  }
  for (place = 0; place < KFL_ROOTS; ++place) {
    if (!read_root(work, place, head, sizeof head) || !is_over(work, head)) continue;
    if (kfl_u32(head + EXP) <= work->now && kfl_u32(head + EXP) > work->floor) {
      work->floor = kfl_u32(head + EXP);
    }
    break;
  }
  return place;
}

/* The record of a root as it is, or a new one that is not written yet. */
static enum kfl_reason load_root(struct kfl_work *work, const uint8_t root[KFL_ROOT],
                                 uint8_t record[ROOT_SIZE], unsigned *place) {
  *place = kfl_find_root(work, root);
  if (*place < KFL_ROOTS) {
    if (!read_root(work, *place, record, ROOT_SIZE)) return KFL_STATE;
    if (kfl_u32(record + EXP) < kfl_u32(root + KFL_ROOT_EXP)) {
      kfl_copy(record + EXP, root + KFL_ROOT_EXP, 4);
    }
    return work->broken ? KFL_STATE : KFL_OPENED;
  }
  *place = free_root(work);
  if (work->broken) return KFL_STATE;
  if (*place == KFL_ROOTS) return KFL_FULL;
  kfl_zero(record, ROOT_SIZE);
  record[0] = 1;
  kfl_copy(record + ID, root, KFL_ROOT);
  return KFL_OPENED;
}

//= spec:lock#2-counters
enum kfl_reason kfl_keep_root(struct kfl_work *work, unsigned *place) {
  const uint8_t *root = work->session->root;
  uint8_t record[ROOT_SIZE];
  enum kfl_reason reason;
  *place = kfl_find_root(work, root);
  if (work->broken) return KFL_STATE;
  if (*place < KFL_ROOTS) return KFL_OPENED;
  reason = load_root(work, root, record, place);
  if (reason != KFL_OPENED) return reason;
  kfl_put(record + FLOOR, work->floor, 4);
  return kfl_write(work, KFL_RECORD_ROOT + *place, record, sizeof record) ? KFL_OPENED : KFL_STATE;
}

/* The counter of a direct child, its own or a free one; null: none is free. */
static uint8_t *child_of(struct kfl_work *work, uint8_t *record, const struct kfl_chain *chain) {
  uint8_t *free = NULL, *child = record + CHILDREN;
  for (; child < record + ROOT_SIZE; child += CHILD) {
    const uint32_t exp = kfl_u32(child + CHILD_EXP);
    if (exp != 0 && kfl_same(child, chain->child, KFL_ID)) return child;
    if (exp <= work->now && (free == NULL || exp < kfl_u32(free + CHILD_EXP))) free = child;
  }
  if (free == NULL) return NULL;
  if (kfl_u32(free + CHILD_EXP) > work->floor) work->floor = kfl_u32(free + CHILD_EXP);
  kfl_zero(free, CHILD);
  kfl_copy(free, chain->child, KFL_ID);
  return free;
}

static enum kfl_reason count_one(uint8_t *counter, uint16_t most) {
  const uint32_t used = ((uint32_t)counter[0] << 8) | counter[1];
  if (used >= most) return KFL_USED;
  kfl_put(counter, used + 1, 2);
  return KFL_OPENED;
}

static enum kfl_reason count_in(struct kfl_work *work, const struct kfl_chain *chain,
                                uint8_t *record) {
  enum kfl_reason reason = KFL_OPENED;
  if (chain->root_uses != 0) reason = count_one(record + USED, chain->root_uses);
  if (reason == KFL_OPENED && chain->child_uses != 0) {
    uint8_t *child = child_of(work, record, chain);
    if (child == NULL) return KFL_FULL;
    reason = count_one(child + CHILD_USED, chain->child_uses);
    if (kfl_u32(child + CHILD_EXP) < chain->child_exp) {
      kfl_put(child + CHILD_EXP, chain->child_exp, 4);
    }
  }
  return reason;
}

//= spec:lock#2-uses
//= spec:lock#2-crash
//= spec:lock#2-race
enum kfl_reason kfl_count(struct kfl_work *work, const struct kfl_chain *chain) {
  uint8_t record[ROOT_SIZE];
  unsigned place;
  enum kfl_reason reason;
  if (chain->root_uses == 0 && chain->child_uses == 0) {
    return kfl_raise_floor(work, kfl_hour_of(work->now));
  }
  reason = load_root(work, chain->root, record, &place);
  if (reason == KFL_OPENED) reason = count_in(work, chain, record);
  if (reason != KFL_OPENED) return reason;
  if (work->floor < kfl_hour_of(work->now)) work->floor = kfl_hour_of(work->now);
  kfl_put(record + FLOOR, work->floor, 4);
  if (!kfl_write(work, KFL_RECORD_ROOT + place, record, sizeof record)) return KFL_STATE;
  return KFL_OPENED;
}
