#include "parts.h"

/* A stored list: this header, then the COSE_Sign1 as it came.
 *
 * | at  | size | holds                                     |
 * |-----|------|-------------------------------------------|
 * |   0 |    1 | 01                                        |
 * |   1 |    8 | number                                    |
 * |   9 |    4 | issued                                    |
 * |  13 |    4 | since                                     |
 * |  17 |    2 | where the first id stands, with its head  |
 * |  19 |    2 | octets of all ids with their heads        |
 * |  21 |    2 | where the payload stands                  |
 * |  23 |    2 | its octets                                |
 * |  25 |    2 | octets of the COSE_Sign1                  |
 * |  27 |   16 | id of the root, zeros in an owner's list  |
 *
 * The signer's thumbprint stands in the COSE_Sign1. A list at a place whose owner or root has
 * changed since is no list: so a place is given away by one write.
 */
enum { IDS = 17, IDS_SIZE = 19, PAYLOAD = 21, PAYLOAD_SIZE = 23 };
enum { SIZE = 25, ROOT = 27, KID = KFL_LIST_HEADER + 9, ID_ITEM = 1 + KFL_ID };

static uint32_t u16(const uint8_t *from) {
  return ((uint32_t)from[0] << 8) | from[1];
}

/* The name stands at `at` of the record: what the list is of. */
static int load(struct kfl_work *work, unsigned record, const uint8_t *name, unsigned at,
                size_t size, struct kfl_known *out) {
  out->record = record;
  return kfl_read(work, record, 0, out->head, sizeof out->head) == sizeof out->head &&
         out->head[0] == 1 && kfl_same(out->head + at, name, size) &&
         u16(out->head + SIZE) <= KFL_LIST_MOST;
}

int kfl_owner_list(struct kfl_work *work, unsigned place, const uint8_t print[KFL_HASH],
                   struct kfl_known *out) {
  return load(work, KFL_RECORD_LIST + place, print, KID, KFL_HASH, out);
}

int kfl_root_list(struct kfl_work *work, unsigned place, const uint8_t root[KFL_ID],
                  struct kfl_known *out) {
  return load(work, KFL_RECORD_ROOT_LIST + place, root, ROOT, KFL_ID, out);
}

int kfl_lists_id(struct kfl_work *work, const struct kfl_known *list, const uint8_t id[KFL_ID]) {
  uint8_t item[ID_ITEM];
  size_t at = u16(list->head + IDS);
  const size_t end = at + u16(list->head + IDS_SIZE);
  for (; at < end; at += ID_ITEM) {
    if (kfl_read(work, list->record, at, item, ID_ITEM) != ID_ITEM) work->broken = 1;
    if (work->broken || kfl_same(item + 1, id, KFL_ID)) return 1;
  }
  return 0;
}

int kfl_owner_denies(struct kfl_work *work, unsigned place, const uint8_t root[KFL_ROOT]) {
  struct kfl_known list;
  return kfl_owner_list(work, place, root + KFL_ROOT_OWNER, &list) &&
         (kfl_u32(root + KFL_ROOT_NBF) < kfl_u32(list.head + KFL_LIST_SINCE) ||
          kfl_lists_id(work, &list, root));
}

struct incoming {
  struct kfl_signed cose;
  uint8_t number[8];
  uint32_t issued, since;
  const uint8_t *ids, *root; /* root: null in an owner's list */
  size_t ids_size;
};

static const uint8_t kNone[8] = {0};

static int read_list(const uint8_t *data, size_t size, struct incoming *out) {
  struct kfl_reader reader = kfl_reader_of(data, size);
  const uint8_t *id = NULL, *last;
  unsigned items, count;
  size_t ignored;
  kfl_read_signed(&reader, &out->cose);
  if (!kfl_finished(&reader) || out->cose.kid == NULL || out->cose.payload.data == NULL) return 0;
  reader = kfl_reader_of(out->cose.payload.data, out->cose.payload.size);
  items = kfl_within(&reader, KFL_ARRAY, 4, 5);
  kfl_big(&reader, out->number);
  out->issued = kfl_number(&reader, 0, 0xffffffffu);
  out->since = kfl_number(&reader, 0, items == 5 ? 0 : 0xffffffffu);
  count = kfl_within(&reader, KFL_ARRAY, 0, KFL_LIST_MOST / ID_ITEM);
  out->ids = reader.at;
  for (; count > 0 && reader.ok; --count) {
    last = id;
    id = kfl_string(&reader, KFL_BYTES, KFL_ID, KFL_ID, &ignored);
    if (id == NULL) return 0;
    if (last != NULL && !kfl_below(last, KFL_ID, id, KFL_ID)) return 0;
  }
  out->ids_size = (size_t)(reader.at - out->ids);
  out->root = NULL;
  if (items == 5) out->root = kfl_string(&reader, KFL_BYTES, KFL_ID, KFL_ID, &ignored);
  return kfl_finished(&reader) && kfl_below(kNone, 8, out->number, 8) &&
         size <= (items == 5 ? KFL_ROOT_LIST_MOST : KFL_LIST_MOST);
}

/* May this signer deny, in this session? Gives its key. */
static enum kfl_reason find_signer(struct kfl_work *work, const struct incoming *list,
                                   unsigned *place, struct kfl_owner_record *signer) {
  const struct kfl_session *session = work->session;
  if (list->root == NULL) {
    *place = kfl_find_owner(work, list->cose.kid, signer);
    return signer->kind == KFL_ACTIVE ? KFL_OPENED : KFL_SIGNER;
  }
  if (!session->root_lives || !kfl_same(list->root, session->root, KFL_ID)) return KFL_SIGNER;
  kfl_copy(signer->key, session->holder, KFL_COSE_KEY);
  kfl_print(work, signer->key, signer->print);
  return kfl_same(signer->print, list->cose.kid, KFL_HASH) ? KFL_OPENED : KFL_SIGNER;
}

/* KFL_OPENED: newer than the known one; KFL_DONE: the same; else why it is not taken. */
static enum kfl_reason compare(struct kfl_work *work, const struct incoming *list,
                               const struct kfl_known *known) {
  const uint8_t *number = known->head + KFL_LIST_NUMBER;
  const size_t start = u16(known->head + PAYLOAD), size = u16(known->head + PAYLOAD_SIZE);
  uint8_t octet;
  size_t at;
  if (kfl_below(number, 8, list->number, 8)) return KFL_OPENED;
  if (kfl_below(list->number, 8, number, 8)) return KFL_OLD;
  if (list->cose.payload.size != size) return KFL_FORKED;
  for (at = 0; at < size; ++at) {
    if (kfl_read(work, known->record, start + at, &octet, 1) != 1) return KFL_STATE;
    if (octet != list->cose.payload.data[at]) return KFL_FORKED;
  }
  return KFL_DONE;
}

static enum kfl_reason store(struct kfl_work *work, const struct incoming *list, unsigned record,
                             uint8_t *data, size_t size) {
  uint8_t *head = data - KFL_LIST_HEADER;
  kfl_zero(head, KFL_LIST_HEADER);
  head[0] = 1;
  kfl_copy(head + KFL_LIST_NUMBER, list->number, 8);
  kfl_put(head + KFL_LIST_ISSUED, list->issued, 4);
  kfl_put(head + KFL_LIST_SINCE, list->since, 4);
  kfl_put(head + IDS, (uint32_t)(list->ids - head), 2);
  kfl_put(head + IDS_SIZE, (uint32_t)list->ids_size, 2);
  kfl_put(head + PAYLOAD, (uint32_t)(list->cose.payload.data - head), 2);
  kfl_put(head + PAYLOAD_SIZE, (uint32_t)list->cose.payload.size, 2);
  kfl_put(head + SIZE, (uint32_t)size, 2);
  if (list->root != NULL) kfl_copy(head + ROOT, list->root, KFL_ID);
  return kfl_write(work, record, head, KFL_LIST_HEADER + size) ? KFL_DONE : KFL_STATE;
}

//= spec:lock#3-number
//= spec:lock#3-signer
enum kfl_reason kfl_take_list(struct kfl_work *work, uint8_t *data, size_t size) {
  /* "keyferry deny v1" as an encoded byte string. */
  static const uint8_t text[17] = {0x50, 'k', 'e', 'y', 'f', 'e', 'r', 'r', 'y',
                                   ' ',  'd', 'e', 'n', 'y', ' ', 'v', '1'};
  struct incoming list;
  struct kfl_part aad;
  struct kfl_known known;
  struct kfl_owner_record signer;
  unsigned place = 0;
  enum kfl_reason reason;
  int has;
  aad.data = text;
  aad.size = sizeof text;
  if (!read_list(data, size, &list)) return KFL_FORM;
  work->event.owner = list.cose.kid;
  reason = find_signer(work, &list, &place, &signer);
  if (work->broken) return KFL_STATE;
  if (reason == KFL_OPENED) reason = kfl_verify(work, &list.cose, &aad, signer.key);
  if (reason != KFL_OPENED) return reason;
  kfl_load_time(work);
  if (work->known && list.issued > work->now && list.issued - work->now > KFL_CLOCK_SKEW) {
    return KFL_AHEAD;
  }
  if (list.root != NULL) {
    if (!work->known || work->now >= kfl_u32(work->session->root + KFL_ROOT_EXP)) return KFL_CLOCK;
    reason = kfl_keep_root(work, &place);
    if (reason != KFL_OPENED) return reason;
    has = kfl_root_list(work, place, list.root, &known);
  } else {
    has = kfl_owner_list(work, place, list.cose.kid, &known);
  }
  if (work->broken) return KFL_STATE;
  if (has) reason = compare(work, &list, &known);
  if (reason != KFL_OPENED) return reason;
  reason = store(work, &list, known.record, data, size);
  /* One a session: a holder who signs one after the other would else wear out the memory. */
  if (list.root != NULL) work->session->root_lives = 0;
  /* A list is a witness that it is at least so late, and no more: whoever carries one can have
   * held it back for as long as he liked. It never sets a clock. */
  if (reason == KFL_DONE && list.root == NULL && !work->known &&
      kfl_raise_floor(work, list.issued) != KFL_OPENED) {
    return KFL_STATE;
  }
  return reason;
}

size_t kfl_give_list(struct kfl_work *work, const uint8_t *which, size_t size, uint8_t *to) {
  const struct kfl_session *session = work->session;
  const uint8_t *own = session->root + (size == KFL_HASH ? KFL_ROOT_OWNER : 0);
  struct kfl_owner_record owner;
  struct kfl_known list;
  unsigned place;
  if (!session->is_owner && !kfl_same(which, own, size)) return 0;
  if (size == KFL_HASH) {
    place = kfl_find_owner(work, which, &owner);
    if (place == KFL_OWNERS || !kfl_owner_list(work, place, which, &list)) return 0;
  } else {
    place = kfl_find_root(work, which);
    if (place == KFL_ROOTS || !kfl_root_list(work, place, which, &list)) return 0;
  }
  size = u16(list.head + SIZE);
  return kfl_read(work, list.record, KFL_LIST_HEADER, to, size) == size ? size : 0;
}

static size_t tell(uint8_t *to, unsigned items, const uint8_t print[KFL_HASH],
                   const struct kfl_known *list) {
  size_t size = kfl_write_head(to, KFL_ARRAY, items);
  size += kfl_write_bytes(to + size, print, KFL_HASH);
  return size + kfl_write_big(to + size, list->head + KFL_LIST_NUMBER);
}

/* An owner hears of all owners' lists; a holder of those that can deny its chain, and no other
 * name. Number 0: the lock has none. */
size_t kfl_tell_lists(struct kfl_work *work, uint8_t *to) {
  const struct kfl_session *session = work->session;
  struct kfl_owner_record owner;
  struct kfl_known list;
  unsigned place, count = session->is_owner ? 0 : 1;
  size_t size = 1;
  for (place = 0; place < KFL_OWNERS; ++place) {
    kfl_load_owner(work, place, &owner);
    if (owner.kind != KFL_ACTIVE) continue;
    if (!session->is_owner && !kfl_same(owner.print, session->root + KFL_ROOT_OWNER, KFL_HASH)) continue;
    if (!kfl_owner_list(work, place, owner.print, &list)) kfl_zero(&list, sizeof list);
    size += tell(to + size, 2, owner.print, &list);
    ++count;
  }
  if (!session->is_owner) {
    place = kfl_find_root(work, session->root);
    if (place == KFL_ROOTS || !kfl_root_list(work, place, session->root, &list)) {
      kfl_zero(&list, sizeof list);
    }
    kfl_print(work, session->holder, owner.print);
    size += tell(to + size, 3, owner.print, &list);
    size += kfl_write_bytes(to + size, session->root, KFL_ID);
  }
  kfl_write_head(to, KFL_ARRAY, count);
  return size;
}
