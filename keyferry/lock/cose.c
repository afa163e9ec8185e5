/* Only the one encoding that wallets write is read, so that what was signed is hashed where it
 * lies. */
#include "parts.h"

static const uint8_t kKeyStart[8] = {0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20};
static const uint8_t kKeyMiddle[3] = {0x22, 0x58, 0x20};
#define KFL_X 8
#define KFL_Y 43

const uint8_t *kfl_read_key(struct kfl_reader *reader) {
  const uint8_t *at = reader->at;
  if (reader->left < KFL_COSE_KEY) reader->ok = 0;
  kfl_exactly(reader, kKeyStart, sizeof kKeyStart);
  if (!reader->ok) return NULL;
  reader->at += 32;
  reader->left -= 32;
  kfl_exactly(reader, kKeyMiddle, sizeof kKeyMiddle);
  if (!reader->ok) return NULL;
  reader->at += 32;
  reader->left -= 32;
  return at;
}

void kfl_key_of(const uint8_t *cose_key, uint8_t out[KFL_KEY]) {
  kfl_copy(out, cose_key + KFL_X, 32);
  kfl_copy(out + 32, cose_key + KFL_Y, 32);
}

void kfl_write_key(uint8_t out[KFL_COSE_KEY], const uint8_t key[KFL_KEY]) {
  kfl_copy(out, kKeyStart, sizeof kKeyStart);
  kfl_copy(out + KFL_X, key, 32);
  kfl_copy(out + KFL_X + 32, kKeyMiddle, sizeof kKeyMiddle);
  kfl_copy(out + KFL_Y, key + 32, 32);
}

void kfl_print(struct kfl_work *work, const uint8_t *cose_key, uint8_t out[KFL_HASH]) {
  struct kfl_part part;
  part.data = cose_key;
  part.size = KFL_COSE_KEY;
  kfl_hash(work, &part, 1, out);
}

void kfl_id_of(struct kfl_work *work, const uint8_t print[KFL_HASH], const uint8_t *cti,
               uint8_t out[KFL_ID]) {
  struct kfl_part parts[2];
  uint8_t hash[KFL_HASH];
  parts[0].data = print;
  parts[0].size = KFL_HASH;
  parts[1].data = cti;
  parts[1].size = 16;
  kfl_hash(work, parts, 2, hash);
  kfl_copy(out, hash, KFL_ID);
}

void kfl_read_signed(struct kfl_reader *reader, struct kfl_signed *out) {
  static const uint8_t plain[3] = {0xa1, 0x01, 0x26};                      /* {1: -7} */
  static const uint8_t named[6] = {0xa2, 0x01, 0x26, 0x04, 0x58, 0x20};    /* {1: -7, 4: kid} */
  static const uint8_t empty = 0xa0;
  size_t size;
  struct kfl_reader inside;
  kfl_within(reader, KFL_ARRAY, 4, 4);
  out->header.data = reader->at;
  inside.at = kfl_string(reader, KFL_BYTES, sizeof plain, sizeof named + KFL_HASH, &size);
  inside = kfl_reader_of(inside.at, size);
  out->header.size = (size_t)(reader->at - out->header.data);
  out->kid = NULL;
  if (size == sizeof plain) {
    kfl_exactly(&inside, plain, sizeof plain);
  } else {
    kfl_exactly(&inside, named, sizeof named);
    out->kid = inside.at;
    if (inside.left != KFL_HASH) reader->ok = 0;
  }
  if (!inside.ok) reader->ok = 0;
  kfl_exactly(reader, &empty, 1);
  out->item.data = reader->at;
  out->payload.data = NULL;
  out->payload.size = 0;
  if (!kfl_is_null(reader)) {
    out->payload.data = kfl_string(reader, KFL_BYTES, 0, KFL_LIST_MOST, &out->payload.size);
  }
  out->item.size = (size_t)(reader->at - out->item.data);
  out->signature = kfl_string(reader, KFL_BYTES, 64, 64, &size);
}

enum kfl_reason kfl_verify(struct kfl_work *work, const struct kfl_signed *what,
                           const struct kfl_part *aad, const uint8_t *cose_key) {
  static const uint8_t context[12] = {0x84, 0x6a, 'S', 'i', 'g', 'n', 'a', 't', 'u', 'r', 'e', '1'};
  struct kfl_part parts[4];
  uint8_t digest[KFL_HASH], key[KFL_KEY];
  int good;
  parts[0].data = context;
  parts[0].size = sizeof context;
  parts[1] = what->header;
  parts[2] = *aad;
  parts[3] = what->item;
  kfl_hash(work, parts, 4, digest);
  if (work->broken) return KFL_STATE;
  kfl_key_of(cose_key, key);
  good = work->lock->platform->verify(work->lock->context, key, digest, what->signature);
  return good == 1 ? KFL_OPENED : good < 0 ? KFL_POINT : KFL_SIGNATURE;
}
