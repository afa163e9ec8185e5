// One lock around one map: a test store need not be fast, only right.
#include "keyferry/store/memory.h"

#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

namespace keyferry::store {
namespace {

class MemoryStore final : public Store {
 public:
  Result<std::optional<Cell>> get(const CellKey& key, Time now) override {
    const std::lock_guard lock(mutex_);
    return find(key, now);
  }

  void compare_and_set(Change change, Time now, ChangeDone done) override {
    done(apply(std::move(change), now));
  }

  Result<std::size_t> sweep(Time now, std::size_t most) override {
    const std::lock_guard lock(mutex_);
    std::size_t swept = 0;
    for (; swept < most && !due_.empty() && due_.begin()->first <= now; ++swept) {
      const CellKey key = due_.begin()->second;
      const std::optional<Cell> left = cell_at(cells_.at(key), now);
      erase(key);
      if (left) insert(key, *left);
    }
    return swept;
  }

  std::vector<CellCount> counts() const override {
    const std::lock_guard lock(mutex_);
    std::vector<CellCount> all;
    for (const auto& [secret_id, cells] : counts_) all.push_back({secret_id, cells});
    return all;
  }

  Result<Done> check() override { return Done{}; }
  bool short_of_space() const override { return false; }

 private:
  std::optional<Cell> find(const CellKey& key, Time now) const {
    const auto found = cells_.find(key);
    if (found == cells_.end()) return std::nullopt;
    return cell_at(found->second, now);
  }

  Result<std::uint64_t> apply(Change change, Time now) {
    const std::lock_guard lock(mutex_);
    const std::optional<Cell> current = find(change.key, now);
    if ((current ? current->version : 0) != change.expected_version) {
      return fail(Errc::conflict, "the cell has been changed by now");
    }
    erase(change.key);
    if (!change.cell) return std::uint64_t{0};
    change.cell->version = ++last_version_;
    insert(change.key, *std::move(change.cell));
    return last_version_;
  }

  void insert(const CellKey& key, Cell cell) {
    due_.emplace(cell.deadline, key);
    ++counts_[cell.secret_id];
    cells_.emplace(key, std::move(cell));
  }

  void erase(const CellKey& key) {
    const auto found = cells_.find(key);
    if (found == cells_.end()) return;
    due_.erase({found->second.deadline, key});
    const auto count = counts_.find(found->second.secret_id);
    if (--count->second == 0) counts_.erase(count);
    cells_.erase(found);
  }

  mutable std::mutex mutex_;
  std::unordered_map<CellKey, Cell> cells_;
  std::set<std::pair<Time, CellKey>> due_;
  std::map<std::uint32_t, std::size_t> counts_;
  std::uint64_t last_version_ = 0;
};

}  // namespace

std::unique_ptr<Store> make_memory_store() {
  return std::make_unique<MemoryStore>();
}

}  // namespace keyferry::store
