#include "keyferry/store/memory.h"

#include "keyferry/store/conformance_test.h"

namespace keyferry::store {
namespace {

struct MemoryEngine {
  std::unique_ptr<Store> open() { return make_memory_store(); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StoreConformance, MemoryEngine);

// A store whose compare-and-set sets without comparing: it must fail the race, or the race proves
// nothing about the others.
class WithoutCompare final : public Store {
 public:
  Result<std::optional<Cell>> get(const CellKey& key, Time now) override {
    return inner_->get(key, now);
  }
  void compare_and_set(Change change, Time now, ChangeDone done) override {
    while (true) {
      const auto current = inner_->get(change.key, now);
      Change blind = change;
      blind.expected_version = *current ? (*current)->version : 0;
      auto outcome = store::change(*inner_, blind.key, blind.expected_version, blind.cell, now);
      if (!outcome && outcome.error().code == Errc::conflict) continue;
      return done(std::move(outcome));
    }
  }
  Result<std::size_t> sweep(Time now, std::size_t most) override {
    return inner_->sweep(now, most);
  }
  std::vector<CellCount> counts() const override { return inner_->counts(); }
  Result<Done> check() override { return inner_->check(); }
  bool short_of_space() const override { return false; }

 private:
  std::unique_ptr<Store> inner_ = make_memory_store();
};

//= spec:quality#1-claim test
TEST(Race, AStoreThatDoesNotCompareLetsSeveralReadersIn) {
  WithoutCompare broken;
  EXPECT_GT(race_first_readers(broken, 64, 4).most, 1);
}

}  // namespace
}  // namespace keyferry::store
