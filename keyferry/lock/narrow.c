#include "parts.h"

/* The next door of a list that was read once already. */
static struct kfl_part next_door(struct kfl_reader *reader) {
  struct kfl_part door;
  door.data = kfl_string(reader, KFL_BYTES, 17, KFL_DOOR_MOST, &door.size);
  return door;
}

int kfl_door_is_in(const struct kfl_rights *rights, const uint8_t *door, size_t size) {
  struct kfl_reader doors = rights->doors;
  unsigned i;
  for (i = 0; i < rights->door_count; ++i) {
    const struct kfl_part one = next_door(&doors);
    if (one.size == size && kfl_same(one.data, door, size)) return 1;
  }
  return 0;
}

static int doors_are_in(const struct kfl_rights *inner, const struct kfl_rights *outer) {
  struct kfl_reader doors = inner->doors;
  unsigned i;
  for (i = 0; i < inner->door_count; ++i) {
    const struct kfl_part one = next_door(&doors);
    if (!kfl_door_is_in(outer, one.data, one.size)) return 0;
  }
  return 1;
}

static int doors_are_of_one_lock(const struct kfl_rights *rights) {
  struct kfl_reader doors = rights->doors;
  const struct kfl_part first = next_door(&doors);
  unsigned i;
  for (i = 1; i < rights->door_count; ++i) {
    if (!kfl_same(next_door(&doors).data, first.data, KFL_ID)) return 0;
  }
  return 1;
}

/* Is [from, to) inside one of the hours? They do not touch, so it cannot lie in two. */
static int hours_hold(const struct kfl_rights *rights, uint32_t from, uint32_t to) {
  struct kfl_reader hours = rights->hours;
  unsigned i;
  for (i = 0; i < rights->hour_count; ++i) {
    uint32_t start, end;
    kfl_within(&hours, KFL_ARRAY, 2, 2);
    start = kfl_number(&hours, 0, 10080);
    end = kfl_number(&hours, 0, 10080);
    if (start <= from && to <= end) return 1;
  }
  return 0;
}

int kfl_hour_is_in(const struct kfl_rights *rights, uint32_t now, int16_t offset) {
  /* 1970 began on a Thursday, three days after a Monday; a week more, for an offset below zero. */
  const uint32_t local = now / 60u + (uint32_t)(4320 + 10080 + offset);
  const uint32_t minute = local % 10080u;
  return rights->hour_count == 0 || hours_hold(rights, minute, minute + 1);
}

static int hours_are_in(const struct kfl_rights *inner, const struct kfl_rights *outer) {
  struct kfl_reader hours = inner->hours;
  unsigned i;
  for (i = 0; i < inner->hour_count; ++i) {
    uint32_t from, to;
    kfl_within(&hours, KFL_ARRAY, 2, 2);
    from = kfl_number(&hours, 0, 10080);
    to = kfl_number(&hours, 0, 10080);
    if (!hours_hold(outer, from, to)) return 0;
  }
  return 1;
}

//= spec:lock#1-effective
enum kfl_reason kfl_narrow(struct kfl_rights *rights, const struct kfl_link *link,
                           unsigned above) {
  const struct kfl_rights *stated = &link->rights;
  const int root = above == 0;
  if (!root && (stated->nbf < rights->nbf || stated->exp > rights->exp)) return KFL_WINDOW;
  rights->nbf = stated->nbf;
  rights->exp = stated->exp;
  if (root) {
    rights->depth = stated->depth;
  } else {
    if (rights->depth == 0) return KFL_DEPTH;
    --rights->depth;
    if (link->has & KFL_HAS_DEPTH) {
      if (stated->depth > rights->depth) return KFL_DEPTH;
      rights->depth = stated->depth;
    }
  }
  if (stated->door_count != 0) {
    if (!root && !doors_are_in(stated, rights)) return KFL_DOORS;
    rights->door_count = stated->door_count;
    rights->doors = stated->doors;
  }
  if (stated->uses != 0) {
    if (above > 1 || (rights->uses != 0 && stated->uses > rights->uses) ||
        !doors_are_of_one_lock(rights)) {
      return KFL_USES;
    }
    rights->uses = stated->uses;
  }
  if (stated->hour_count != 0) {
    if (rights->hour_count != 0 && !hours_are_in(stated, rights)) return KFL_HOURS;
    rights->hour_count = stated->hour_count;
    rights->hours = stated->hours;
  }
  if (stated->fresh != 0) {
    if (rights->fresh != 0 && stated->fresh > rights->fresh) return KFL_FRESH;
    rights->fresh = stated->fresh;
  }
  return KFL_OPENED;
}
