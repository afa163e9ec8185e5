// Each slot shares the table that counts it, so that it can give back after SourceSlots has died.
#include "keyferry/net/source_slots.h"

#include <mutex>
#include <unordered_map>

namespace keyferry::net {

struct SourceSlots::State {
  std::mutex mutex;
  std::unordered_map<std::string, std::size_t> held;
};

SourceSlots::Slot& SourceSlots::Slot::operator=(Slot&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  held_ = std::exchange(other.held_, nullptr);
  source_ = std::move(other.source_);
  return *this;
}

void SourceSlots::Slot::give_back() {
  const std::shared_ptr<State> state = std::exchange(held_, nullptr);
  if (!state) return;
  const std::lock_guard lock(state->mutex);
  const auto found = state->held.find(source_);
  if (--found->second == 0) state->held.erase(found);
}

SourceSlots::SourceSlots() : state_(std::make_shared<State>()) {}

std::optional<SourceSlots::Slot> SourceSlots::take(const std::string& source, std::size_t most) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->held.find(source);
  if (most != 0 && found != state_->held.end() && found->second >= most) return std::nullopt;
  if (found == state_->held.end()) {
    state_->held.emplace(source, 1);
  } else {
    ++found->second;
  }
  return Slot(state_, source);
}

std::size_t SourceSlots::held_by(const std::string& source) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->held.find(source);
  return found == state_->held.end() ? 0 : found->second;
}

}  // namespace keyferry::net
