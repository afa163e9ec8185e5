/* The hash of the lock's message is the salt of every key, so that a key is good for one
 * conversation alone. */
#include "parts.h"

/* HMAC-SHA-256 (RFC 2104) with a key of 32 octets, over two parts and one octet behind them. */
static void hmac(struct kfl_work *work, const uint8_t key[KFL_HASH], const struct kfl_part *a,
                 const struct kfl_part *b, uint8_t out[KFL_HASH]) {
  struct kfl_part parts[3];
  uint8_t block[64], inner[KFL_HASH];
  unsigned i;
  for (i = 0; i < sizeof block; ++i) block[i] = (uint8_t)((i < KFL_HASH ? key[i] : 0) ^ 0x36);
  parts[0].data = block;
  parts[0].size = sizeof block;
  parts[1] = *a;
  parts[2] = *b;
  kfl_hash(work, parts, 3, inner);
  for (i = 0; i < sizeof block; ++i) block[i] ^= 0x36 ^ 0x5c;
  parts[1].data = inner;
  parts[1].size = sizeof inner;
  kfl_hash(work, parts, 2, out);
  kfl_zero(block, sizeof block);
  kfl_zero(inner, sizeof inner);
}

/* HKDF-Extract (RFC 5869): the salt is the hash of the lock's message. */
int kfl_agree(struct kfl_work *work, const uint8_t *e, struct kfl_seal *out) {
  const struct kfl_session *session = work->session;
  struct kfl_part message, none;
  uint8_t salt[KFL_HASH], shared[32];
  int good;
  message.data = session->challenge + 2;
  message.size = session->challenge_size - 2u;
  kfl_hash(work, &message, 1, salt);
  good = work->lock->platform->agree(work->lock->context, e, shared);
  message.data = shared;
  message.size = sizeof shared;
  none.data = shared;
  none.size = 0;
  out->e = e;
  if (good) hmac(work, salt, &message, &none, out->prk);
  kfl_zero(shared, sizeof shared);
  return good && !work->broken;
}

/* HKDF-Expand to 32 octets with the info `label` || e: one block, numbered 1. */
void kfl_seal_key(struct kfl_work *work, const struct kfl_seal *seal, const char *label,
                  uint8_t out[32]) {
  uint8_t info[24 + KFL_KEY + 1];
  struct kfl_part first, last;
  size_t size = 0;
  while (label[size] != '\0') {
    info[size] = (uint8_t)label[size];
    ++size;
  }
  first.data = info;
  first.size = size;
  kfl_copy(info + size, seal->e, KFL_KEY);
  info[size + KFL_KEY] = 1;
  last.data = info + size;
  last.size = KFL_KEY + 1;
  hmac(work, seal->prk, &first, &last, out);
}
