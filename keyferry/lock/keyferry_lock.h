/* libkeyferry-lock: a lock without a network decides who may open.
 *
 * Whoever stands at the door shows a chain of delegations, signed from an owner of the lock down to
 * the key of the one who stands there, and proves to hold that key. The library checks it and
 * counts, keeps the owners and their deny lists, and speaks the frames of docs/lock.md. It is C99,
 * needs <stddef.h> and <stdint.h> and nothing else: no heap, no recursion, no floating point, no
 * global state. Cryptography, time, storage and the bolt are the caller's, as callbacks.
 *
 * Sizes are in octets, integers in messages and records are big-endian, keys are P-256 points as
 * x || y. Functions return 1 for yes or done and 0 for no, unless they say otherwise. Arguments
 * must not be null unless said so, and are only looked at during the call.
 */
#ifndef KEYFERRY_LOCK_H
#define KEYFERRY_LOCK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KFL_KEY 64            /* x || y */
#define KFL_DOOR_NAME_MOST 16 /* a door's name, 1 to 16 octets */
#define KFL_DOOR_MOST 32      /* lock id (16) || name */
#define KFL_CHAIN_MOST 3072   /* a chain as encoded */
#define KFL_LIST_MOST 4096    /* an owner's deny list */
#define KFL_ROOT_LIST_MOST 512 /* a deny list of the holder of a root */
#define KFL_LABEL_MOST 64
#define KFL_PIECE_MOST 240   /* a piece of a frame: its first octet and at most 239 of the frame */
#define KFL_NONCE_MS 10000u  /* how long a nonce may be answered */
#define KFL_CLOCK_SKEW 120u  /* seconds that clocks may differ */

/* Records of the state (struct kfl_platform, read and write) and their greatest sizes. */
#define KFL_OWNERS 8
#define KFL_ROOTS 32
#define KFL_CHILDREN 15
#define KFL_RECORD_CLOCK 0
#define KFL_RECORD_OWNER 1                                  /* 8 of 108 octets */
#define KFL_RECORD_LIST (KFL_RECORD_OWNER + KFL_OWNERS)     /* 8 of 4139: the owners' lists */
#define KFL_RECORD_ROOT (KFL_RECORD_LIST + KFL_OWNERS)      /* 32 of 393: what is counted */
#define KFL_RECORD_ROOT_LIST (KFL_RECORD_ROOT + KFL_ROOTS)  /* 32 of 555: lists of roots' holders */
#define KFL_RECORDS (KFL_RECORD_ROOT_LIST + KFL_ROOTS)
#define KFL_RECORD_MOST (43 + KFL_LIST_MOST)

/* What was decided, and why not. The numbers are those of the reply (docs/lock.md). */
enum kfl_reason {
  KFL_REFUSED = 0, /* no finer reason is told */
  KFL_OPENED = 1,
  KFL_DONE = 2, /* a statement was carried out, a list taken, or it was known already */
  /* the conversation */
  KFL_NONCE = 3,  /* no nonce was asked for, or it was answered before */
  KFL_LATE = 4,   /* the nonce is older than ten seconds */
  KFL_SEALED = 5, /* not sealed to this lock and this nonce */
  KFL_FORM = 6,   /* not the octets that docs/lock.md describes */
  /* the chain: not an owner's, not put together, or wider than the link above */
  KFL_OWNER = 7,
  KFL_PREV = 8,
  KFL_WINDOW = 9,
  KFL_DEPTH = 10,
  KFL_DOORS = 11,
  KFL_USES = 12,
  KFL_HOURS = 13,
  KFL_FRESH = 14,
  KFL_POINT = 15, /* a key that is no point of the curve */
  KFL_SIGNATURE = 16,
  /* a good chain, but not now and not here */
  KFL_CLOCK = 17, /* the lock does not know the time; only an owner opens */
  KFL_EARLY = 18,
  KFL_EXPIRED = 19,
  KFL_DOOR = 20,
  KFL_HOUR = 21,
  KFL_STALE = 22, /* the owner's newest list is older than the chain allows */
  KFL_DENIED = 23,
  KFL_ANSWER = 24, /* not signed by the holder of the chain, or by that owner */
  KFL_USED = 25,   /* as often as it may be */
  KFL_FULL = 26,   /* no room for another counter, list or owner */
  KFL_STATE = 27,  /* a record could not be read or written, or a callback failed */
  /* lists and statements */
  KFL_OLD = 28,    /* a list with a lower number than the known one */
  KFL_FORKED = 29, /* another list with the number of the known one */
  KFL_AHEAD = 30,  /* a list from the future */
  KFL_SIGNER = 31, /* a list of somebody who may not deny here */
  KFL_LAST = 32,   /* the last owner stays */
  KFL_REASONS = 33
};

/* kfl_reason_name gives the name for logs: "opened", "expired", …; "unknown" for other numbers. */
const char *kfl_reason_name(int reason);

struct kfl_part {
  const uint8_t *data;
  size_t size;
};

struct kfl_time {
  uint32_t seconds; /* since 1970, UTC */
  int16_t offset;   /* minutes that local time is ahead of UTC, -1440 to 1440 */
};

enum kfl_subject { KFL_OPENING = 0, KFL_STATEMENT = 1, KFL_LIST = 2 };

/* What `decided` is told. Pointers live during the call and may be null where nothing is known. */
struct kfl_event {
  enum kfl_subject subject;
  enum kfl_reason reason;
  uint8_t verified;      /* 1: the other side holds the chain's (or owner's) key */
  uint8_t links;         /* links of the chain; 0: an owner, or the chain was not understood */
  uint8_t link;          /* the link that the reason is about, root 0; `links` if about none */
  uint8_t op;            /* of a statement, 1 to 4 */
  const uint8_t *door;   /* full door, and its size */
  size_t door_size;
  const uint8_t *owner;  /* thumbprint (32) of the root's signer, the owner or a list's signer */
  const uint8_t *root;   /* id (16) of the root; null before its signature was checked */
  const uint8_t *holder; /* id (16) of the last link; null before the whole chain was checked */
  const uint8_t *label;  /* of the last link, UTF-8 without control characters; null likewise */
  size_t label_size;
};

/* The caller's side. Every callback gets `context` first. None may call the library. All but
 * `enter`, `leave`, `set_clock` and `decided` must be there. */
struct kfl_platform {
  /* SHA-256 over the concatenation of the parts. 0: failed, and the decision is KFL_STATE. */
  int (*hash)(void *context, const struct kfl_part *parts, size_t count, uint8_t out[32]);
  /* ECDSA over P-256 of a digest, signature r || s, any s. 1 good, 0 not good, -1: `key` is no
   * point of the curve or the one at infinity. It must check that. */
  int (*verify)(void *context, const uint8_t key[KFL_KEY], const uint8_t digest[32],
                const uint8_t signature[64]);
  /* ECDH of the lock's private key: the x-coordinate. 0: `other` is no point of the curve (it must
   * check that: else one message after the other reads out the private key), or failed. */
  int (*agree)(void *context, const uint8_t other[KFL_KEY], uint8_t shared[32]);
  /* AES-256-GCM in place, associated data empty. `size` counts the tag (16) behind the text, so it
   * is at least 16. `open` returns 0 for a wrong tag, and the text is then not looked at. */
  int (*open)(void *context, const uint8_t key[32], const uint8_t nonce[12], uint8_t *data,
              size_t size);
  int (*seal)(void *context, const uint8_t key[32], const uint8_t nonce[12], uint8_t *data,
              size_t size);
  /* Random octets, from a generator fit for keys. */
  int (*random)(void *context, uint8_t *out, size_t size);
  /* The time; 0: not known (power was lost, never set). A clock that may have stopped or been
   * reset is not known. */
  int (*clock)(void *context, struct kfl_time *out);
  /* Sets the clock; it is known from then on. Null or 0: the lock's clock cannot be set. */
  int (*set_clock)(void *context, uint32_t seconds);
  /* Milliseconds that only rise, and wrap around after 2^32. */
  uint32_t (*ticks)(void *context);
  /* Reads `size` octets of a record from `offset` on; fewer at its end, 0 beyond it or if it was
   * never written, -1: cannot be read. */
  int (*read)(void *context, unsigned record, size_t offset, uint8_t *out, size_t size);
  /* Replaces a record; size 0 empties it. Durable on return. Power loss at any instant leaves the
   * old or the new record, whole. 0: failed, the old one stays. */
  int (*write)(void *context, unsigned record, const uint8_t *data, size_t size);
  /* One lock over everything below this struct's state: `enter` waits for it. May be null where
   * nothing runs at once. */
  void (*enter)(void *context);
  void (*leave)(void *context);
  /* Called once for each decision, inside enter and leave and after what it writes. The caller
   * opens the door here if the reason is KFL_OPENED (and only then), and logs. */
  void (*decided)(void *context, const struct kfl_event *event);
};

/* A lock: what all its sessions share. The caller fills it in; it must stay. */
struct kfl_lock {
  const struct kfl_platform *platform;
  void *context;
  uint8_t key[KFL_KEY]; /* the lock's public key */
};

/* A session: one conversation at one door. Its fields are the library's; it holds secrets until
 * kfl_end. About 4.7 KB. At most 4 at once are needed: one a reader. */
#define KFL_BODY_MOST (KFL_LIST_MOST + 16)
#define KFL_FRAME_ROOM 40
#define KFL_CHALLENGE_MOST 134
struct kfl_session {
  const struct kfl_lock *lock;
  uint16_t filled; /* octets of the frame that have come, or are to be sent */
  uint16_t sent;   /* of those to be sent */
  uint8_t sending;
  uint8_t stage;
  uint8_t ended;
  uint8_t door_size;
  uint8_t challenge_size;
  uint8_t is_owner;
  uint8_t root_lives;
  uint32_t asked; /* ticks when the nonce was drawn */
  uint32_t received, replied; /* messages under lists_key */
  uint8_t door[KFL_DOOR_MOST];
  uint8_t challenge[KFL_CHALLENGE_MOST]; /* as an encoded byte string */
  uint8_t lists_key[32];
  uint8_t root[56];   /* id (16), thumbprint of the owner (32), nbf (4), exp (4) */
  uint8_t holder[75]; /* COSE_Key of the root's holder */
  uint8_t buffer[KFL_FRAME_ROOM + 3 + KFL_BODY_MOST];
};

/* kfl_start makes a session ready for a conversation at the door `name` (1 to 16 octets). 0: the
 * name's size, or the hash failed. */
int kfl_start(struct kfl_session *session, const struct kfl_lock *lock, const uint8_t *name,
              size_t name_size);

enum kfl_progress {
  KFL_MORE = 0,    /* more pieces are needed */
  KFL_ANSWERS = 1, /* kfl_send has an answer; take all of it before the next piece */
  KFL_FOREIGN = 2, /* a whole frame of type 16 or above, which is the caller's: kfl_frame */
  KFL_ENDED = 3    /* the other side broke the rules; close the connection */
};

/* kfl_receive takes one piece, 1 to 240 octets. It does all the work: decides, writes, calls
 * `decided`. While an answer waits to be sent a piece ends the session. */
enum kfl_progress kfl_receive(struct kfl_session *session, const uint8_t *piece, size_t size);

/* kfl_send writes the next piece of the answer into `piece`, which has room for `most` octets (2 to
 * 240), and returns its size; 0: nothing is left. */
size_t kfl_send(struct kfl_session *session, uint8_t *piece, size_t most);

/* kfl_frame gives a frame after KFL_FOREIGN: its type, and its body in place. kfl_answer makes the
 * frame that kfl_send sends then; 0: `size` is over KFL_BODY_MOST. */
uint8_t kfl_frame(struct kfl_session *session, const uint8_t **body, size_t *size);
int kfl_answer(struct kfl_session *session, uint8_t type, const uint8_t *body, size_t size);

/* kfl_end wipes the session. */
void kfl_end(struct kfl_session *session);

/* Owners. kfl_add_owner is for pairing (docs/lock.md), whatever made the caller trust this key:
 * KFL_DONE, KFL_POINT, KFL_FULL, KFL_STATE. A removed owner that comes back finds the list that it
 * left, unless its place was needed. kfl_remove_owner takes a thumbprint: KFL_DONE, KFL_OWNER
 * (there is none), KFL_LAST, KFL_STATE. kfl_owner gives the thumbprint and key of the owner at a
 * place from 0 to 7: 1, or 0 if there is none, -1: cannot be read. */
enum kfl_reason kfl_add_owner(const struct kfl_lock *lock, const uint8_t key[KFL_KEY]);
enum kfl_reason kfl_remove_owner(const struct kfl_lock *lock, const uint8_t thumbprint[32]);
int kfl_owner(const struct kfl_lock *lock, unsigned place, uint8_t thumbprint[32],
              uint8_t key[KFL_KEY]);

/* kfl_forget empties every record, the owners' first: a part of a reset. The caller draws a new key
 * for the lock as well, so that every older chain names a door that is no more, and repeats the
 * whole reset if power was lost meanwhile. 0: a record could not be written. */
int kfl_forget(const struct kfl_lock *lock);

/* kfl_thumbprint is SHA-256 of the key as COSE_Key (RFC 9679); its first 16 octets are a lock's id.
 * 0: the hash failed. */
int kfl_thumbprint(const struct kfl_lock *lock, const uint8_t key[KFL_KEY], uint8_t out[32]);

#ifdef __cplusplus
}
#endif

#endif
