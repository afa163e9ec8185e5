/* Claims are read in the one order of deterministic CBOR, so that one that comes twice or out of
 * place is a fault. */
#include "parts.h"

/* The claims by their place in the order of deterministic CBOR: 4, 5, 7, 8, -65537, … -65543. */
enum { EXP, NBF, CTI, CNF, PREV, DEPTH, DOORS, USES, HOURS, FRESH, LABEL, CLAIMS };

static unsigned read_claim(struct kfl_reader *reader) {
  uint32_t value;
  if (reader->left > 0 && reader->at[0] >> 5 == KFL_NEGATIVE) {
    value = kfl_head(reader, KFL_NEGATIVE); /* of -1 - value */
    if (value >= 65536u && value <= 65542u) return PREV + (value - 65536u);
  } else {
    value = kfl_head(reader, KFL_UINT);
    if (value == 4) return EXP;
    if (value == 5) return NBF;
    if (value == 7) return CTI;
    if (value == 8) return CNF;
  }
  reader->ok = 0;
  return CLAIMS;
}

static const uint8_t *read_cnf(struct kfl_reader *reader) {
  static const uint8_t start[2] = {0xa1, 0x01};
  kfl_exactly(reader, start, sizeof start);
  return kfl_read_key(reader);
}

static void read_doors(struct kfl_reader *reader, struct kfl_rights *rights) {
  const uint8_t *door = NULL, *last;
  size_t size = 0, last_size;
  unsigned i;
  rights->door_count = (uint8_t)kfl_within(reader, KFL_ARRAY, 1, 8);
  rights->doors = *reader;
  for (i = 0; i < rights->door_count && reader->ok; ++i) {
    last = door;
    last_size = size;
    door = kfl_string(reader, KFL_BYTES, 17, KFL_DOOR_MOST, &size);
    if (door == NULL || (last != NULL && !kfl_below(last, last_size, door, size))) reader->ok = 0;
  }
}

static void read_hours(struct kfl_reader *reader, struct kfl_rights *rights) {
  uint32_t least = 0;
  unsigned i;
  rights->hour_count = (uint8_t)kfl_within(reader, KFL_ARRAY, 1, 15);
  rights->hours = *reader;
  for (i = 0; i < rights->hour_count; ++i) {
    kfl_within(reader, KFL_ARRAY, 2, 2);
    least = kfl_number(reader, least, 10079);
    /* The next one begins after a gap. */
    least = kfl_number(reader, least + 1, 10080) + 1;
  }
}

/* Well-formed UTF-8 (RFC 3629) without control characters, so that a log shows what it holds. */
static int is_text(const uint8_t *text, size_t size) {
  size_t i = 0;
  while (i < size) {
    const uint8_t first = text[i++];
    unsigned more;
    uint32_t point, least;
    if (first < 0x80) {
      more = 0, point = first, least = 0;
    } else if (first >> 5 == 6) {
      more = 1, point = first & 31u, least = 0x80;
    } else if (first >> 4 == 14) {
      more = 2, point = first & 15u, least = 0x800;
    } else if (first >> 3 == 30) {
      more = 3, point = first & 7u, least = 0x10000;
    } else {
      return 0;
    }
    for (; more > 0; --more) {
      if (i == size || text[i] >> 6 != 2) return 0;
      point = (point << 6) | (text[i++] & 63u);
    }
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return 0;
    if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return 0;
  }
  return 1;
}

static void read_value(struct kfl_reader *reader, unsigned claim, struct kfl_link *out) {
  size_t size;
  switch (claim) {
    case EXP: out->rights.exp = kfl_number(reader, 0, 0xffffffffu); break;
    case NBF: out->rights.nbf = kfl_number(reader, 0, 0xffffffffu); break;
    case CTI: out->cti = kfl_string(reader, KFL_BYTES, 16, 16, &size); break;
    case CNF: out->holder = read_cnf(reader); break;
    case PREV: out->prev = kfl_string(reader, KFL_BYTES, KFL_HASH, KFL_HASH, &size); break;
    case DEPTH: out->rights.depth = (uint8_t)kfl_number(reader, 0, 7); break;
    case DOORS: read_doors(reader, &out->rights); break;
    case USES: out->rights.uses = (uint16_t)kfl_number(reader, 1, 65535); break;
    case HOURS: read_hours(reader, &out->rights); break;
    case FRESH: out->rights.fresh = (uint16_t)kfl_number(reader, 1, 8760); break;
    case LABEL:
      out->label = kfl_string(reader, KFL_TEXT, 0, KFL_LABEL_MOST, &out->label_size);
      if (out->label == NULL || !is_text(out->label, out->label_size)) reader->ok = 0;
      break;
    default: reader->ok = 0;
  }
}

int kfl_read_link(const uint8_t *data, size_t size, struct kfl_link *out) {
  const unsigned needed = (1u << EXP) | (1u << NBF) | (1u << CTI) | (1u << CNF);
  struct kfl_reader reader = kfl_reader_of(data, size);
  unsigned next = 0;
  uint32_t count;
  kfl_zero(out, sizeof *out);
  kfl_read_signed(&reader, &out->cose);
  if (!kfl_finished(&reader) || out->cose.payload.data == NULL) return 0;
  reader = kfl_reader_of(out->cose.payload.data, out->cose.payload.size);
  for (count = kfl_head(&reader, KFL_MAP); count > 0 && reader.ok; --count) {
    const unsigned claim = read_claim(&reader);
    if (claim < next) reader.ok = 0;
    next = claim + 1;
    read_value(&reader, claim, out);
    out->has |= 1u << claim;
  }
  return kfl_finished(&reader) && (out->has & needed) == needed &&
         out->rights.nbf < out->rights.exp;
}
