/* What the files of this library say to each other. Not for its callers. */
#ifndef KEYFERRY_LOCK_PARTS_H
#define KEYFERRY_LOCK_PARTS_H

#include "keyferry_lock.h"

#define KFL_COSE_KEY 75 /* {1: 2, -1: 1, -2: x, -3: y} */
#define KFL_LINKS 8
#define KFL_ID 16
#define KFL_HASH 32

/* bytes.c: the library asks for no <string.h>. */
void kfl_copy(uint8_t *to, const uint8_t *from, size_t size);
void kfl_zero(void *data, size_t size); /* not left out by a compiler */
int kfl_same(const uint8_t *a, const uint8_t *b, size_t size);
/* Is a below b, octet by octet, a shorter one below what it begins? */
int kfl_below(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size);
uint32_t kfl_u32(const uint8_t *from);
void kfl_put(uint8_t *to, uint32_t value, unsigned size); /* the last `size` octets of value */

/* One decision at work. `broken` is set when a hash or a read fails, and never cleared: whatever
 * else came out, the decision is KFL_STATE. */
struct kfl_work {
  const struct kfl_lock *lock;
  struct kfl_session *session; /* null outside of one */
  int broken;
  int known; /* the time is known, and it is `now` */
  uint32_t now;
  int16_t offset;
  uint32_t floor;        /* it is later than this, whatever the clock says */
  struct kfl_event event;
};

/* Between these two nobody else touches the state. `session` may be null. */
void kfl_begin(struct kfl_work *work, const struct kfl_lock *lock, struct kfl_session *session);
void kfl_finish(const struct kfl_work *work);

void kfl_hash(struct kfl_work *work, const struct kfl_part *parts, size_t count,
              uint8_t out[KFL_HASH]);
size_t kfl_read(struct kfl_work *work, unsigned record, size_t offset, uint8_t *out, size_t size);
int kfl_write(struct kfl_work *work, unsigned record, const uint8_t *data, size_t size);

/* cbor.c: a reader of deterministic CBOR (RFC 8949 section 4.2.1). After the first fault `ok` is 0
 * and everything reads as nothing. */
struct kfl_reader {
  const uint8_t *at;
  size_t left;
  int ok;
};
enum { KFL_UINT = 0, KFL_NEGATIVE = 1, KFL_BYTES = 2, KFL_TEXT = 3, KFL_ARRAY = 4, KFL_MAP = 5 };
struct kfl_reader kfl_reader_of(const uint8_t *data, size_t size);
/* The argument of an initial octet of this major type, below 2^32. */
uint32_t kfl_head(struct kfl_reader *reader, unsigned major);
/* A number below 2^64. */
void kfl_big(struct kfl_reader *reader, uint8_t out[8]);
/* A head whose argument is from `least` to `most`: a number, an array of so many items; a string of
 * so many octets with its content. */
uint32_t kfl_within(struct kfl_reader *reader, unsigned major, uint32_t least, uint32_t most);
uint32_t kfl_number(struct kfl_reader *reader, uint32_t least, uint32_t most);
const uint8_t *kfl_string(struct kfl_reader *reader, unsigned major, uint32_t least, uint32_t most,
                          size_t *size);
/* Exactly these octets; the end; a null, if one is next. */
void kfl_exactly(struct kfl_reader *reader, const uint8_t *octets, size_t size);
int kfl_finished(const struct kfl_reader *reader);
int kfl_is_null(struct kfl_reader *reader);
/* Writers return how many octets they wrote. */
size_t kfl_write_head(uint8_t *to, unsigned major, uint32_t value);
size_t kfl_write_big(uint8_t *to, const uint8_t number[8]);
size_t kfl_write_bytes(uint8_t *to, const uint8_t *data, size_t size);

/* cose.c */
struct kfl_signed {
  struct kfl_part header;  /* the protected header as an encoded byte string */
  const uint8_t *kid;      /* in it, or null */
  struct kfl_part payload; /* content; `data` is null if it is detached */
  struct kfl_part item;    /* the payload as an encoded byte string */
  const uint8_t *signature;
};
void kfl_read_signed(struct kfl_reader *reader, struct kfl_signed *out);
/* Inside the library a key is its COSE_Key, which the thumbprint is taken of. */
const uint8_t *kfl_read_key(struct kfl_reader *reader); /* null */
void kfl_key_of(const uint8_t *cose_key, uint8_t out[KFL_KEY]);
void kfl_write_key(uint8_t out[KFL_COSE_KEY], const uint8_t key[KFL_KEY]);
void kfl_print(struct kfl_work *work, const uint8_t *cose_key, uint8_t out[KFL_HASH]);
/* The id of what the key with this thumbprint signed under `cti` (16). */
void kfl_id_of(struct kfl_work *work, const uint8_t print[KFL_HASH], const uint8_t *cti,
               uint8_t out[KFL_ID]);
/* `aad` is the encoded byte string. KFL_OPENED, KFL_POINT or KFL_SIGNATURE. */
enum kfl_reason kfl_verify(struct kfl_work *work, const struct kfl_signed *what,
                           const struct kfl_part *aad, const uint8_t *cose_key);

/* link.c: one delegation, its form alone. */
#define KFL_HAS_DEPTH 0x20u /* the sixth claim in the order of encoding */
struct kfl_rights {
  uint32_t nbf, exp;
  uint16_t uses;  /* 0: not stated */
  uint16_t fresh; /* 0: not stated */
  uint8_t depth;
  uint8_t door_count;  /* 0: not stated */
  uint8_t hour_count;  /* 0: not stated */
  struct kfl_reader doors, hours; /* the items of the arrays */
};
struct kfl_link {
  struct kfl_signed cose;
  unsigned has;
  const uint8_t *cti, *prev, *holder; /* holder: COSE_Key */
  const uint8_t *label;
  size_t label_size;
  struct kfl_rights rights;
};
int kfl_read_link(const uint8_t *data, size_t size, struct kfl_link *out);

/* narrow.c: what a link states inside what the one above effectively has. `rights` becomes the
 * link's effective ones. `above` 0: the link is a root. KFL_OPENED or the right that is wider. */
enum kfl_reason kfl_narrow(struct kfl_rights *rights, const struct kfl_link *link, unsigned above);
int kfl_door_is_in(const struct kfl_rights *rights, const uint8_t *door, size_t size);
int kfl_hour_is_in(const struct kfl_rights *rights, uint32_t now, int16_t offset);

/* chain.c */
enum { KFL_ROOT_OWNER = KFL_ID, KFL_ROOT_NBF = 48, KFL_ROOT_EXP = 52, KFL_ROOT = 56 };
struct kfl_chain {
  struct kfl_rights rights;       /* effective, of the last link */
  const uint8_t *holder;          /* COSE_Key of the last link, in the chain */
  uint8_t id[KFL_ID];             /* of the last link */
  uint8_t root[KFL_ROOT];         /* id, thumbprint of the owner, nbf, exp */
  const uint8_t *root_holder;     /* COSE_Key, in the chain */
  unsigned owner_place;
  uint16_t root_uses, child_uses; /* 0: not counted */
  uint8_t child[KFL_ID];
  uint32_t child_exp;
  unsigned denied;      /* the first link that a list denies; `links` if none */
  int root_is_denied;   /* by its owner's list */
};
/* kfl_read_chain takes an encoded chain apart, at most 8 links: 1, or 0 (form). */
int kfl_read_chain(struct kfl_reader *reader, struct kfl_part links[KFL_LINKS], unsigned *count);
/* kfl_walk follows it from the root: owner, and for each link prev, rights, signature. Notes what
 * lists deny. Sets event.link. */
enum kfl_reason kfl_walk(struct kfl_work *work, const struct kfl_part *links, unsigned count,
                         struct kfl_chain *out);

/* state.c: time and what is counted. */
void kfl_load_time(struct kfl_work *work);
uint32_t kfl_hour_of(uint32_t seconds); /* rounded down */
enum kfl_reason kfl_raise_floor(struct kfl_work *work, uint32_t to);
enum kfl_reason kfl_set_time(struct kfl_work *work, uint32_t seconds);
/* The place of a root's record, or KFL_ROOTS. */
unsigned kfl_find_root(struct kfl_work *work, const uint8_t id[KFL_ID]);
enum kfl_reason kfl_count(struct kfl_work *work, const struct kfl_chain *chain);
/* Makes sure that the session's root has a record. KFL_OPENED, KFL_FULL, KFL_STATE. */
enum kfl_reason kfl_keep_root(struct kfl_work *work, unsigned *place);

/* list.c: deny lists. A stored one is a header of 43 octets and the COSE_Sign1; this much of it is
 * kept at hand. */
#define KFL_LIST_HEADER 43
enum { KFL_LIST_NUMBER = 1, KFL_LIST_ISSUED = 9, KFL_LIST_SINCE = 13 };
struct kfl_known {
  unsigned record;
  uint8_t head[KFL_LIST_HEADER + 9 + KFL_HASH]; /* the signer's thumbprint ends it */
};
/* The list of the owner with this thumbprint at `place`; of a root at its place. 0: none. */
int kfl_owner_list(struct kfl_work *work, unsigned place, const uint8_t print[KFL_HASH],
                   struct kfl_known *out);
int kfl_root_list(struct kfl_work *work, unsigned place, const uint8_t root[KFL_ID],
                  struct kfl_known *out);
int kfl_lists_id(struct kfl_work *work, const struct kfl_known *list, const uint8_t id[KFL_ID]);
/* Does the list of the owner at `place` deny this root? */
int kfl_owner_denies(struct kfl_work *work, unsigned place, const uint8_t root[KFL_ROOT]);
/* Takes in the list at `data`, before which there is room for KFL_LIST_HEADER octets. */
enum kfl_reason kfl_take_list(struct kfl_work *work, uint8_t *data, size_t size);
/* Copies the list that `which` asks for (32: an owner's thumbprint, 16: a root's id) to `to`, which
 * has room for KFL_LIST_MOST; 0: none, or not for this session. */
size_t kfl_give_list(struct kfl_work *work, const uint8_t *which, size_t size, uint8_t *to);
/* Writes [[kid, number], …] of what concerns this session. */
size_t kfl_tell_lists(struct kfl_work *work, uint8_t *to);

/* owner.c: who owns the lock. */
enum { KFL_NOBODY = 0, KFL_ACTIVE = 0x11, KFL_REMOVED = 0x12 };
struct kfl_owner_record { /* as it is stored */
  uint8_t kind;
  uint8_t print[KFL_HASH];
  uint8_t key[KFL_COSE_KEY];
};
#define KFL_OWNER_RECORD (1 + KFL_HASH + KFL_COSE_KEY)
void kfl_load_owner(struct kfl_work *work, unsigned place, struct kfl_owner_record *out);
/* The place of an owner, active or removed, or KFL_OWNERS. */
unsigned kfl_find_owner(struct kfl_work *work, const uint8_t print[KFL_HASH],
                        struct kfl_owner_record *out);
enum kfl_reason kfl_let_in(struct kfl_work *work, const uint8_t *cose_key);
enum kfl_reason kfl_put_out(struct kfl_work *work, const uint8_t print[KFL_HASH]);
/* Carries out the statement in `payload`: [the session's challenge, op, value]. */
enum kfl_reason kfl_carry_out(struct kfl_work *work, const struct kfl_part *payload);

/* check.c: decides about a plain answer, carries it out, and tells `decided`. */
enum kfl_reason kfl_check(struct kfl_work *work, const uint8_t *answer, size_t size);
enum kfl_reason kfl_decided(struct kfl_work *work, enum kfl_reason reason);

/* seal.c */
struct kfl_seal {
  uint8_t prk[KFL_HASH];
  const uint8_t *e; /* x || y of the wallet's key */
};
int kfl_agree(struct kfl_work *work, const uint8_t *e, struct kfl_seal *out);
void kfl_seal_key(struct kfl_work *work, const struct kfl_seal *seal, const char *label,
                  uint8_t out[32]);

#endif
