/* The form of all links is read first; then the walk goes down from the owner's record, each link
 * held against the hash, the rights and the key of the one above. */
#include "parts.h"

/* "keyferry delegation v1" as an encoded byte string. */
static const uint8_t kAad[23] = {0x56, 'k', 'e', 'y', 'f', 'e', 'r', 'r', 'y', ' ', 'd', 'e',
                                 'l',  'e', 'g', 'a', 't', 'i', 'o', 'n', ' ', 'v', '1'};

/* The form of all links comes before anything that a link means. */
int kfl_read_chain(struct kfl_reader *reader, struct kfl_part links[KFL_LINKS], unsigned *count) {
  struct kfl_link link;
  const size_t before = reader->left;
  unsigned i;
  *count = kfl_within(reader, KFL_ARRAY, 0, KFL_LINKS);
  for (i = 0; i < *count && reader->ok; ++i) {
    links[i].data = kfl_string(reader, KFL_BYTES, 1, KFL_CHAIN_MOST, &links[i].size);
    if (!reader->ok || !kfl_read_link(links[i].data, links[i].size, &link)) return 0;
    /* A root names its signer and has no link above; every other one the reverse. */
    if ((link.cose.kid != NULL) != (i == 0) || (link.prev == NULL) != (i == 0)) return 0;
    if (i == 0 && link.rights.door_count == 0) return 0;
  }
  return reader->ok && before - reader->left <= KFL_CHAIN_MOST;
}

/* What the lists of the signer, whose thumbprint this is, say of the link `at`. */
static int is_denied(struct kfl_work *work, const struct kfl_chain *chain, unsigned at,
                     const uint8_t print[KFL_HASH], const uint8_t *signer) {
  struct kfl_owner_record owner;
  struct kfl_known list;
  unsigned place;
  if (at == 0) {
    return kfl_owner_denies(work, chain->owner_place, chain->root);
  }
  /* An owner, also a former one, may hold a key further down, and denies what it signed there. */
  place = kfl_find_owner(work, print, &owner);
  if (place < KFL_OWNERS && kfl_owner_list(work, place, print, &list) &&
      kfl_lists_id(work, &list, chain->id)) {
    return 1;
  }
  if (!kfl_same(signer, chain->root_holder, KFL_COSE_KEY)) return 0;
  place = kfl_find_root(work, chain->root);
  return place < KFL_ROOTS && kfl_root_list(work, place, chain->root, &list) &&
         kfl_lists_id(work, &list, chain->id);
}

static void note_link(const struct kfl_link *link, unsigned at, struct kfl_chain *chain) {
  chain->holder = link->holder;
  if (at == 0) {
    kfl_copy(chain->root, chain->id, KFL_ID);
    kfl_put(chain->root + KFL_ROOT_NBF, link->rights.nbf, 4);
    kfl_put(chain->root + KFL_ROOT_EXP, link->rights.exp, 4);
    chain->root_holder = link->holder;
    chain->root_uses = link->rights.uses;
  } else if (at == 1) {
    kfl_copy(chain->child, chain->id, KFL_ID);
    chain->child_exp = link->rights.exp;
    chain->child_uses = link->rights.uses;
  }
}

static enum kfl_reason follow(struct kfl_work *work, const struct kfl_part *links, unsigned at,
                              unsigned count, struct kfl_chain *chain) {
  struct kfl_owner_record owner;
  struct kfl_part aad;
  struct kfl_link link;
  uint8_t hash[KFL_HASH];
  const uint8_t *signer = chain->holder;
  enum kfl_reason reason;
  aad.data = kAad;
  aad.size = sizeof kAad;
  kfl_read_link(links[at].data, links[at].size, &link);
  if (at == 0) {
    kfl_copy(chain->root + KFL_ROOT_OWNER, link.cose.kid, KFL_HASH);
    chain->owner_place = kfl_find_owner(work, link.cose.kid, &owner);
    if (owner.kind != KFL_ACTIVE) return KFL_OWNER;
    signer = owner.key;
  } else {
    kfl_hash(work, &links[at - 1], 1, hash);
    if (!kfl_same(hash, link.prev, KFL_HASH)) return KFL_PREV;
  }
  reason = kfl_narrow(&chain->rights, &link, at);
  if (reason != KFL_OPENED) return reason;
  reason = kfl_verify(work, &link.cose, &aad, signer);
  if (reason != KFL_OPENED) return reason;
  kfl_print(work, signer, hash);
  kfl_id_of(work, hash, link.cti, chain->id);
  note_link(&link, at, chain);
  if (chain->denied == count && is_denied(work, chain, at, hash, signer)) {
    chain->denied = at;
    if (at == 0) chain->root_is_denied = 1;
  }
  work->event.label = link.label;
  work->event.label_size = link.label_size;
  return KFL_OPENED;
}

enum kfl_reason kfl_walk(struct kfl_work *work, const struct kfl_part *links, unsigned count,
                         struct kfl_chain *out) {
  unsigned at;
  kfl_zero(out, sizeof *out);
  out->denied = count;
  for (at = 0; at < count; ++at) {
    const enum kfl_reason reason = follow(work, links, at, count, out);
    work->event.link = (uint8_t)at;
    if (reason != KFL_OPENED) return reason;
  }
  work->event.link = (uint8_t)count;
  return work->broken ? KFL_STATE : KFL_OPENED;
}
