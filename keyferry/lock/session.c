/* A frame gathers in one buffer, is decided there and answered in its place; the first answer uses
 * the nonce up, whatever comes of it. */
#include "parts.h"

/* Types of frames (docs/lock.md). */
enum { HELLO = 1, CHALLENGE = 2, PLAIN = 3, SEALED = 4, RESULT = 5, REPLY = 6 };
enum { PUT = 7, PUT_DONE = 8, GET = 9, GIVEN = 10, FOREIGN = 16 };
enum { STAGE_NONE = 0, STAGE_ASKED = 1, STAGE_VERIFIED = 2 };
#define LISTS_MOST 32u /* of one session, read and written */

static uint8_t *frame_of(struct kfl_session *session) {
  return session->buffer + KFL_FRAME_ROOM;
}

static uint8_t *body_of(struct kfl_session *session) {
  return session->buffer + KFL_FRAME_ROOM + 3;
}

static size_t body_size(struct kfl_session *session) {
  const uint8_t *frame = frame_of(session);
  return ((size_t)frame[1] << 8) | frame[2];
}

static enum kfl_progress end(struct kfl_session *session) {
  session->ended = 1;
  return KFL_ENDED;
}

/* The body stands in its place already. */
static enum kfl_progress answer(struct kfl_session *session, uint8_t type, size_t size) {
  uint8_t *frame = frame_of(session);
  frame[0] = type;
  kfl_put(frame + 1, (uint32_t)size, 2);
  session->filled = (uint16_t)(3 + size);
  session->sent = 0;
  session->sending = 1;
  return KFL_ANSWERS;
}

int kfl_start(struct kfl_session *session, const struct kfl_lock *lock, const uint8_t *name,
              size_t name_size) {
  uint8_t print[KFL_HASH];
  kfl_zero(session, sizeof *session);
  session->lock = lock;
  session->ended = 1;
  if (name_size == 0 || name_size > KFL_DOOR_NAME_MOST) return 0;
  if (!kfl_thumbprint(lock, lock->key, print)) return 0;
  kfl_copy(session->door, print, KFL_ID);
  kfl_copy(session->door + KFL_ID, name, name_size);
  session->door_size = (uint8_t)(KFL_ID + name_size);
  session->ended = 0;
  return 1;
}

void kfl_end(struct kfl_session *session) {
  kfl_zero(session, sizeof *session);
  session->ended = 1;
}

/* [nonce, COSE_Key, door, time or null] */
static enum kfl_progress challenge(struct kfl_session *session) {
  const struct kfl_platform *platform = session->lock->platform;
  struct kfl_work work;
  uint8_t nonce[16];
  uint8_t *to = session->challenge + 2;
  session->stage = STAGE_NONE;
  if (!platform->random(session->lock->context, nonce, sizeof nonce)) return end(session);
  kfl_begin(&work, session->lock, session);
  kfl_load_time(&work);
  to += kfl_write_head(to, KFL_ARRAY, 4);
  to += kfl_write_bytes(to, nonce, sizeof nonce);
  kfl_write_key(to, session->lock->key);
  to += KFL_COSE_KEY;
  to += kfl_write_bytes(to, session->door, session->door_size);
  if (work.known && !work.broken) {
    to += kfl_write_head(to, KFL_UINT, work.now);
  } else {
    *to++ = 0xf6;
  }
  kfl_finish(&work);
  session->challenge_size = (uint8_t)(to - session->challenge);
  session->challenge[0] = 0x58;
  session->challenge[1] = (uint8_t)(session->challenge_size - 2);
  session->asked = platform->ticks(session->lock->context);
  session->stage = STAGE_ASKED;
  kfl_copy(body_of(session), session->challenge + 2, session->challenge_size - 2u);
  return answer(session, CHALLENGE, session->challenge_size - 2u);
}

/* Takes the nonce: whatever follows, it is used up. */
//= spec:lock#2-nonce
//= spec:lock#2-recorded
static enum kfl_reason take_nonce(struct kfl_session *session) {
  const struct kfl_platform *platform = session->lock->platform;
  const uint8_t stage = session->stage;
  session->stage = STAGE_NONE;
  if (stage != STAGE_ASKED) return KFL_NONCE;
  if (platform->ticks(session->lock->context) - session->asked > KFL_NONCE_MS) return KFL_LATE;
  return KFL_OPENED;
}

static enum kfl_progress say(struct kfl_session *session, enum kfl_reason reason, int verified) {
  body_of(session)[0] = verified && (reason == KFL_OPENED || reason == KFL_DONE);
  return answer(session, RESULT, 1);
}

/* [reason, lists], for the holder alone. */
static enum kfl_progress reply(struct kfl_work *work, const struct kfl_seal *seal,
                               enum kfl_reason reason) {
  static const uint8_t zero[12] = {0};
  struct kfl_session *session = work->session;
  uint8_t *body = body_of(session);
  uint8_t key[32];
  size_t size;
  int good;
  kfl_seal_key(work, seal, "keyferry lists v1", session->lists_key);
  kfl_seal_key(work, seal, "keyferry reply v1", key);
  session->received = session->replied = 0;
  size = kfl_write_head(body, KFL_ARRAY, 2);
  size += kfl_write_head(body + size, KFL_UINT, (uint32_t)reason);
  size += kfl_tell_lists(work, body + size);
  good = !work->broken &&
         session->lock->platform->seal(session->lock->context, key, zero, body, size + 16);
  kfl_zero(key, sizeof key);
  if (!good) return say(session, reason, 1);
  session->stage = STAGE_VERIFIED;
  return answer(session, REPLY, size + 16);
}

/* [x || y of e, ciphertext || tag], in place. */
static enum kfl_reason open_answer(struct kfl_work *work, struct kfl_seal *seal,
                                   struct kfl_part *text) {
  static const uint8_t zero[12] = {0};
  struct kfl_session *session = work->session;
  struct kfl_reader reader = kfl_reader_of(text->data, text->size);
  uint8_t key[32];
  const uint8_t *e;
  size_t size;
  int good;
  kfl_within(&reader, KFL_ARRAY, 2, 2);
  e = kfl_string(&reader, KFL_BYTES, KFL_KEY, KFL_KEY, &size);
  text->data = kfl_string(&reader, KFL_BYTES, 16, KFL_BODY_MOST, &text->size);
  if (!kfl_finished(&reader) || !kfl_agree(work, e, seal)) return KFL_SEALED;
  kfl_seal_key(work, seal, "keyferry open v1", key);
  good = !work->broken &&
         session->lock->platform->open(session->lock->context, key, zero,
                                       session->buffer + (text->data - session->buffer),
                                       text->size);
  kfl_zero(key, sizeof key);
  text->size -= 16;
  return good ? KFL_OPENED : KFL_SEALED;
}

static enum kfl_progress decide(struct kfl_session *session, int is_sealed) {
  struct kfl_work work;
  struct kfl_seal seal;
  struct kfl_part text;
  enum kfl_reason reason;
  enum kfl_progress progress;
  text.data = body_of(session);
  text.size = body_size(session);
  kfl_begin(&work, session->lock, session);
  reason = take_nonce(session);
  if (reason == KFL_OPENED && is_sealed) reason = open_answer(&work, &seal, &text);
  reason = reason == KFL_OPENED ? kfl_check(&work, text.data, text.size)
                                : kfl_decided(&work, reason);
  progress = is_sealed && work.event.verified ? reply(&work, &seal, reason)
                                              : say(session, reason, work.event.verified);
  kfl_finish(&work);
  kfl_zero(&seal, sizeof seal);
  return progress;
}

/* One key for both directions: the nonce's first octet keeps them apart. */
static void nonce_of(uint8_t out[12], uint8_t from_lock, uint32_t number) {
  kfl_zero(out, 12);
  out[0] = from_lock;
  kfl_put(out + 8, number, 4);
}

static enum kfl_progress lists(struct kfl_session *session, uint8_t type) {
  const struct kfl_platform *platform = session->lock->platform;
  struct kfl_work work;
  uint8_t nonce[12], which[KFL_HASH];
  uint8_t *body = body_of(session);
  size_t size = body_size(session);
  nonce_of(nonce, 0, session->received++);
  if (session->stage != STAGE_VERIFIED || session->received > LISTS_MOST || size < 16 ||
      !platform->open(session->lock->context, session->lists_key, nonce, body, size)) {
    return end(session);
  }
  size -= 16;
  kfl_begin(&work, session->lock, session);
  if (type == PUT) {
    work.event.subject = KFL_LIST;
    work.event.verified = 1;
    size = kfl_write_head(body, KFL_UINT, (uint32_t)kfl_decided(&work, kfl_take_list(&work, body, size)));
  } else if (size == KFL_HASH || size == KFL_ID) {
    kfl_copy(which, body, size);
    size = kfl_give_list(&work, which, size, body);
  } else {
    work.broken = 1;
  }
  kfl_finish(&work);
  nonce_of(nonce, 1, session->replied++);
  if ((type == GET && work.broken) ||
      !platform->seal(session->lock->context, session->lists_key, nonce, body, size + 16)) {
    return end(session);
  }
  return answer(session, type == PUT ? PUT_DONE : GIVEN, size + 16);
}

static enum kfl_progress whole_frame(struct kfl_session *session) {
  const uint8_t type = frame_of(session)[0];
  if (type >= FOREIGN) return KFL_FOREIGN;
  switch (type) {
    case HELLO: return body_size(session) == 0 ? challenge(session) : end(session);
    case PLAIN:
    case SEALED: return decide(session, type == SEALED);
    case PUT:
    case GET: return lists(session, type);
    default: return end(session);
  }
}

enum kfl_progress kfl_receive(struct kfl_session *session, const uint8_t *piece, size_t size) {
  uint8_t *frame = frame_of(session);
  if (session->ended || session->sending) return end(session);
  if (size < 2 || size > KFL_PIECE_MOST || piece[0] > 1) return end(session);
  if (session->filled + (size - 1) > 3 + KFL_BODY_MOST) return end(session);
  kfl_copy(frame + session->filled, piece + 1, size - 1);
  session->filled = (uint16_t)(session->filled + (size - 1));
  if (piece[0] == 1) return KFL_MORE;
  if (session->filled < 3 || body_size(session) + 3 != session->filled) return end(session);
  session->filled = 0;
  return whole_frame(session);
}

size_t kfl_send(struct kfl_session *session, uint8_t *piece, size_t most) {
  size_t size = (size_t)(session->filled - session->sent);
  if (!session->sending || session->ended || most < 2) return 0;
  if (most > KFL_PIECE_MOST) most = KFL_PIECE_MOST;
  piece[0] = size > most - 1;
  if (piece[0]) size = most - 1;
  kfl_copy(piece + 1, frame_of(session) + session->sent, size);
  session->sent = (uint16_t)(session->sent + size);
  if (!piece[0]) {
    session->sending = 0;
    session->filled = 0;
  }
  return size + 1;
}

uint8_t kfl_frame(struct kfl_session *session, const uint8_t **body, size_t *size) {
  *body = body_of(session);
  *size = body_size(session);
  return frame_of(session)[0];
}

int kfl_answer(struct kfl_session *session, uint8_t type, const uint8_t *body, size_t size) {
  if (session->ended || session->sending || size > KFL_BODY_MOST) return 0;
  kfl_copy(body_of(session), body, size);
  return answer(session, type, size) == KFL_ANSWERS;
}
