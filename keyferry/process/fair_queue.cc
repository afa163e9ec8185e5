// Round robin twice, over sources and over the keys of one: a name stands in its ring exactly while
// it has work, and goes to the back after each piece.
#include "keyferry/process/fair_queue.h"

#include <utility>

#include "keyferry/base/error.h"

namespace keyferry::process {
namespace {

std::string take_front(std::deque<std::string>& turns) {
  std::string first = std::move(turns.front());
  turns.pop_front();
  return first;
}

}  // namespace

bool FairQueue::push(const Owner& owner, const Room& room, Piece& piece) {
  if (size_ >= room.all) return false;
  const auto source = sources_.find(owner.source);
  if (source != sources_.end()) {
    if (source->second.size >= room.source) return false;
    const auto key = source->second.keys.find(owner.key);
    if (key != source->second.keys.end() && key->second.size() >= room.key) return false;
  }
  if (source == sources_.end()) turns_.push_back(owner.source);
  Source& place = sources_[owner.source];
  auto& pieces = place.keys[owner.key];
  if (pieces.empty()) place.turns.push_back(owner.key);
  pieces.push_back(std::move(piece));
  ++place.size;
  ++size_;
  return true;
}

Piece FairQueue::pop() {
  require(size_ > 0, "an empty queue has nothing to take");
  std::string name = take_front(turns_);
  const auto source = sources_.find(name);
  Source& place = source->second;
  std::string key = take_front(place.turns);
  const auto pieces = place.keys.find(key);
  Piece piece = std::move(pieces->second.front());
  pieces->second.pop_front();
  --place.size;
  --size_;
  if (pieces->second.empty()) {
    place.keys.erase(pieces);
  } else {
    place.turns.push_back(std::move(key));
  }
  if (place.size == 0) {
    sources_.erase(source);
  } else {
    turns_.push_back(std::move(name));
  }
  return piece;
}

}  // namespace keyferry::process
