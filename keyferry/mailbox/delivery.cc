#include "keyferry/mailbox/delivery.h"

#include <algorithm>

namespace keyferry::mailbox {
namespace {

bool creator_wrote(const Mailbox& box) {
  const auto* bound = std::get_if<Bound>(&box.recipient);
  return bound && bound->creator_wrote;
}

bool is_fetched(const Queue& queue, const Message& message) {
  return message.seq <= (message.by_creator ? queue.read_by_recipient : queue.read_by_creator);
}

// Until the creator has answered, the receiver may still give the mailbox up, and the next one
// needs all that the creator wrote.
void drop_fetched(Mailbox& box) {
  const bool keeps_creators = !creator_wrote(box);
  std::erase_if(box.queue.waiting, [&](const Message& message) {
    return is_fetched(box.queue, message) && !(message.by_creator && keeps_creators);
  });
}

//= spec:tigress#TML-9
Result<Done> check_room(const Mailbox& box, bool by_creator, const Payload& payload) {
  std::size_t messages = 0;
  std::size_t octets = payload.data.size();
  const auto count = [&](const Message& message) {
    if (message.by_creator != by_creator || is_fetched(box.queue, message)) return;
    ++messages;
    octets += message.payload.data.size();
  };
  for (const Message& message : box.queue.waiting) count(message);
  count(box.slot);
  if (messages < kMostQueued && (messages == 0 || octets <= kMostQueuedOctets)) return Done{};
  return fail(Errc::conflict,
              "the other side has not fetched what you wrote before: wait until it has",
              "queue_full");
}

// Keeps what A-27 needs to know when the receiver gives the mailbox up later.
void note_writer(Mailbox& box, bool by_creator) {
  settle(box.recipient);
  auto* bound = std::get_if<Bound>(&box.recipient);
  if (!bound) return;
  if (by_creator) {
    bound->creator_wrote = true;
    bound->set_aside.reset();
  } else if (box.delivery == Delivery::slot && !bound->creator_wrote && !bound->set_aside) {
    bound->set_aside = std::move(box.slot);
  }
}

void take_back_queued(Mailbox& box) {
  std::vector<Message>& waiting = box.queue.waiting;
  box.queue.read_by_recipient = 0;
  const auto removed = std::erase_if(waiting, [](const Message& m) { return !m.by_creator; });
  if (removed > 0 || !box.slot.by_creator) ++box.revision;
  if (box.slot.by_creator || waiting.empty()) return;
  box.slot = std::move(waiting.back());
  waiting.pop_back();
}

}  // namespace

//= spec:tigress#REL-03
//= spec:tigress#A-20
Result<Done> write(Mailbox& box, Party writer, Payload payload) {
  const bool by_creator = writer == Party::creator;
  if (box.delivery == Delivery::queue) {
    KF_TRY(check_room(box, by_creator, payload));
  }
  note_writer(box, by_creator);
  if (box.delivery == Delivery::queue) box.queue.waiting.push_back(std::move(box.slot));
  box.slot = Message{++box.revision, by_creator, std::move(payload)};
  drop_fetched(box);
  return Done{};
}

//= spec:tigress#A-20
const Message* find_message(const Mailbox& box, Party reader, std::optional<std::uint64_t> after) {
  if (!after) return &box.slot;
  const bool of_creator = reader != Party::creator;
  const auto next = [&](const Message& m) { return m.by_creator == of_creator && m.seq > *after; };
  const auto queued = std::find_if(box.queue.waiting.begin(), box.queue.waiting.end(), next);
  if (queued != box.queue.waiting.end()) return &*queued;
  return next(box.slot) ? &box.slot : nullptr;
}

bool acknowledge(Mailbox& box, Party reader, std::uint64_t after) {
  if (box.delivery != Delivery::queue) return false;
  std::uint64_t& read =
      reader == Party::creator ? box.queue.read_by_creator : box.queue.read_by_recipient;
  if (after <= read) return false;
  read = after;
  drop_fetched(box);
  return true;
}

//= spec:tigress#A-27
void take_back(Mailbox& box) {
  if (box.delivery == Delivery::queue) return take_back_queued(box);
  auto* bound = std::get_if<Bound>(&box.recipient);
  if (!bound || !bound->set_aside) return;
  box.slot = *std::move(bound->set_aside);
  box.slot.seq = ++box.revision;
}

}  // namespace keyferry::mailbox
