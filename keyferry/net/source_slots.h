// What each source holds at this moment: connections, calls that wait.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace keyferry::net {

// SourceSlots is safe from any thread. It remembers only sources that hold something.
class SourceSlots {
  struct State;

 public:
  // Slot is held until it dies, also beyond the life of SourceSlots. An empty one holds nothing.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept
        : held_(std::exchange(other.held_, nullptr)), source_(std::move(other.source_)) {}
    Slot& operator=(Slot&& other) noexcept;
    ~Slot() { give_back(); }
    void give_back();

   private:
    friend class SourceSlots;
    std::shared_ptr<State> held_;
    std::string source_;
    Slot(std::shared_ptr<State> held, std::string source)
        : held_(std::move(held)), source_(std::move(source)) {}
  };

  SourceSlots();
  // take gives one more slot to `source` (Request::source) unless it holds `most` already; 0 is no
  // limit.
  std::optional<Slot> take(const std::string& source, std::size_t most);
  std::size_t held_by(const std::string& source) const;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace keyferry::net
