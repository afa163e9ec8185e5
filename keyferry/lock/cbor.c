/* Every read goes through take(), which stops at the end and at the first fault; an argument that
 * would fit into fewer octets is a fault. */
#include "parts.h"

struct kfl_reader kfl_reader_of(const uint8_t *data, size_t size) {
  struct kfl_reader reader;
  reader.at = data;
  reader.left = size;
  reader.ok = 1;
  return reader;
}

static const uint8_t *take(struct kfl_reader *reader, size_t size) {
  const uint8_t *at = reader->at;
  if (!reader->ok || size > reader->left) {
    reader->ok = 0;
    return NULL;
  }
  reader->at += size;
  reader->left -= size;
  return at;
}

/* An initial octet and the argument in the fewest octets; nothing indefinite. */
uint32_t kfl_head(struct kfl_reader *reader, unsigned major) {
  const uint8_t *at = take(reader, 1);
  uint32_t value = 0;
  unsigned more, size, i;
  if (at == NULL || at[0] >> 5 != major) {
    reader->ok = 0;
    return 0;
  }
  more = at[0] & 31u;
  if (more < 24) return more;
  size = 1u << (more - 24);
  at = more > 26 ? NULL : take(reader, size);
  if (at == NULL) {
    reader->ok = 0;
    return 0;
  }
  for (i = 0; i < size; ++i) value = (value << 8) | at[i];
  if (size == 1 ? value < 24 : (value >> (4 * size)) == 0) reader->ok = 0;
  return value;
}

void kfl_big(struct kfl_reader *reader, uint8_t out[8]) {
  kfl_zero(out, 8);
  if (reader->left > 0 && reader->at[0] == 0x1b) {
    const uint8_t *at = take(reader, 9);
    if (at == NULL || kfl_u32(at + 1) == 0) {
      reader->ok = 0;
      return;
    }
    kfl_copy(out, at + 1, 8);
  } else {
    kfl_put(out + 4, kfl_head(reader, KFL_UINT), 4);
  }
}

uint32_t kfl_within(struct kfl_reader *reader, unsigned major, uint32_t least, uint32_t most) {
  const uint32_t value = kfl_head(reader, major);
  if (value < least || value > most) reader->ok = 0;
  return reader->ok ? value : 0;
}

uint32_t kfl_number(struct kfl_reader *reader, uint32_t least, uint32_t most) {
  return kfl_within(reader, KFL_UINT, least, most);
}

const uint8_t *kfl_string(struct kfl_reader *reader, unsigned major, uint32_t least, uint32_t most,
                          size_t *size) {
  const uint8_t *at;
  *size = kfl_within(reader, major, least, most);
  at = take(reader, *size);
  /* A string that is cut has no length either: somebody reads on from it. */
  if (at == NULL) *size = 0;
  return at;
}

void kfl_exactly(struct kfl_reader *reader, const uint8_t *octets, size_t size) {
  const uint8_t *at = take(reader, size);
  if (at == NULL || !kfl_same(at, octets, size)) reader->ok = 0;
}

int kfl_finished(const struct kfl_reader *reader) {
  return reader->ok && reader->left == 0;
}

int kfl_is_null(struct kfl_reader *reader) {
  if (!reader->ok || reader->left == 0 || reader->at[0] != 0xf6) return 0;
  return take(reader, 1) != NULL;
}

size_t kfl_write_head(uint8_t *to, unsigned major, uint32_t value) {
  unsigned more = 24, size = 1;
  if (value < 24) {
    to[0] = (uint8_t)((major << 5) | value);
    return 1;
  }
  for (; size < 4 && value >> (8 * size) != 0; size *= 2) ++more;
  to[0] = (uint8_t)((major << 5) | more);
  kfl_put(to + 1, value, size);
  return 1 + size;
}

size_t kfl_write_big(uint8_t *to, const uint8_t number[8]) {
  if (kfl_u32(number) == 0) return kfl_write_head(to, KFL_UINT, kfl_u32(number + 4));
  to[0] = 0x1b;
  kfl_copy(to + 1, number, 8);
  return 9;
}

size_t kfl_write_bytes(uint8_t *to, const uint8_t *data, size_t size) {
  const size_t head = kfl_write_head(to, KFL_BYTES, (uint32_t)size);
  kfl_copy(to + head, data, size);
  return head + size;
}
