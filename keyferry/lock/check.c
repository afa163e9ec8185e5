/* Whether the chain opens this door is decided before the holder's signature is looked at, but
 * only who proves the key hears the reason; an opening is counted last. */
#include "parts.h"

enum kfl_reason kfl_decided(struct kfl_work *work, enum kfl_reason reason) {
  const struct kfl_platform *platform = work->lock->platform;
  if (work->broken) reason = KFL_STATE;
  work->event.reason = reason;
  if (work->session != NULL) {
    work->event.door = work->session->door;
    work->event.door_size = work->session->door_size;
  }
  if (platform->decided != NULL) platform->decided(work->lock->context, &work->event);
  return reason;
}

/* The holder's or owner's signature over what the lock has said, bound to the chain as it stands.
 * `item` of a detached payload is the lock's message. */
static enum kfl_reason check_answer(struct kfl_work *work, struct kfl_signed *answer,
                                    const struct kfl_part *chain, const uint8_t *key) {
  static const uint8_t text[18] = {0x58, 0x30, 'k', 'e', 'y', 'f', 'e', 'r', 'r',
                                   'y',  ' ',  'o', 'p', 'e', 'n', ' ', 'v', '1'};
  struct kfl_part aad;
  uint8_t octets[sizeof text + KFL_HASH];
  enum kfl_reason reason;
  kfl_copy(octets, text, sizeof text);
  kfl_hash(work, chain, 1, octets + sizeof text);
  aad.data = octets;
  aad.size = sizeof octets;
  if (answer->payload.data == NULL) {
    answer->item.data = work->session->challenge;
    answer->item.size = work->session->challenge_size;
  }
  reason = kfl_verify(work, answer, &aad, key);
  return reason == KFL_SIGNATURE ? KFL_ANSWER : reason;
}

static enum kfl_reason check_owner(struct kfl_work *work, struct kfl_signed *answer,
                                   const struct kfl_part *chain) {
  struct kfl_session *session = work->session;
  struct kfl_owner_record owner;
  enum kfl_reason reason;
  if (answer->kid == NULL) return KFL_FORM;
  if (answer->payload.data != NULL) work->event.subject = KFL_STATEMENT;
  kfl_find_owner(work, answer->kid, &owner);
  if (work->broken) return KFL_STATE;
  if (owner.kind != KFL_ACTIVE) return KFL_OWNER;
  reason = check_answer(work, answer, chain, owner.key);
  if (reason != KFL_OPENED) return reason;
  work->event.verified = 1;
  work->event.owner = answer->kid;
  kfl_copy(session->root + KFL_ROOT_OWNER, owner.print, KFL_HASH);
  session->is_owner = 1;
  session->root_lives = 0;
  return answer->payload.data == NULL ? KFL_OPENED : kfl_carry_out(work, &answer->payload);
}

/* A good chain: does it open this door now? */
static enum kfl_reason fits(struct kfl_work *work, const struct kfl_chain *chain, unsigned count) {
  const struct kfl_rights *rights = &chain->rights;
  const struct kfl_session *session = work->session;
  if (!work->known) return KFL_CLOCK;
  if (rights->nbf > work->now && rights->nbf - work->now > KFL_CLOCK_SKEW) return KFL_EARLY;
  if (work->now >= rights->exp) return KFL_EXPIRED;
  if (!kfl_door_is_in(rights, session->door, session->door_size)) return KFL_DOOR;
  if (!kfl_hour_is_in(rights, work->now, work->offset)) return KFL_HOUR;
  if (rights->fresh != 0) {
    struct kfl_known list;
    uint32_t issued;
    if (!kfl_owner_list(work, chain->owner_place, chain->root + KFL_ROOT_OWNER, &list)) return KFL_STALE;
    /* From the future: a wallet's clock was wrong when the lock had none to compare with. */
    issued = kfl_u32(list.head + KFL_LIST_ISSUED);
    if (issued > work->now && issued - work->now > KFL_CLOCK_SKEW) return KFL_STALE;
    if (issued < work->now && work->now - issued > rights->fresh * 3600u) return KFL_STALE;
  }
  if (chain->denied < count) {
    work->event.link = (uint8_t)chain->denied;
    return KFL_DENIED;
  }
  return KFL_OPENED;
}

static void remember(struct kfl_session *session, const struct kfl_work *work,
                     const struct kfl_chain *chain) {
  kfl_copy(session->root, chain->root, KFL_ROOT);
  kfl_copy(session->holder, chain->root_holder, KFL_COSE_KEY);
  session->is_owner = 0;
  session->root_lives = work->known && work->now < kfl_u32(chain->root + KFL_ROOT_EXP) && !chain->root_is_denied;
}

static enum kfl_reason check_holder(struct kfl_work *work, const struct kfl_part *links,
                                    unsigned count, struct kfl_signed *answer,
                                    const struct kfl_part *whole, struct kfl_chain *chain) {
  enum kfl_reason reason, signature;
  if (answer->kid != NULL || answer->payload.data != NULL) return KFL_FORM;
  work->event.links = (uint8_t)count;
  kfl_load_time(work);
  reason = kfl_walk(work, links, count, chain);
  work->event.owner = chain->root + KFL_ROOT_OWNER;
  if (work->event.link > 0) work->event.root = chain->root;
  if (reason != KFL_OPENED) {
    work->event.label = NULL;
    work->event.label_size = 0;
    return reason;
  }
  work->event.holder = chain->id;
  reason = fits(work, chain, count);
  /* Whoever is not the holder hears no reason, so this is asked whatever came before. */
  signature = check_answer(work, answer, whole, chain->holder);
  if (signature != KFL_OPENED) return reason == KFL_OPENED ? signature : reason;
  work->event.verified = 1;
  remember(work->session, work, chain);
  if (work->broken) return KFL_STATE;
  return reason == KFL_OPENED ? kfl_count(work, chain) : reason;
}

//= spec:lock#2-owner
//= spec:lock#2-other-lock
//= spec:lock#5-vectors
enum kfl_reason kfl_check(struct kfl_work *work, const uint8_t *answer, size_t size) {
  struct kfl_reader reader = kfl_reader_of(answer, size);
  struct kfl_part links[KFL_LINKS], whole;
  struct kfl_signed cose;
  struct kfl_chain chain;
  unsigned count;
  enum kfl_reason reason = KFL_FORM;
  kfl_within(&reader, KFL_ARRAY, 2, 2);
  whole.data = reader.at;
  if (kfl_read_chain(&reader, links, &count)) {
    whole.size = (size_t)(reader.at - whole.data);
    kfl_read_signed(&reader, &cose);
    if (kfl_finished(&reader)) {
      reason = count == 0 ? check_owner(work, &cose, &whole)
                          : check_holder(work, links, count, &cose, &whole, &chain);
    }
  }
  return kfl_decided(work, reason);
}
