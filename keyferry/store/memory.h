// A store in memory: for tests and trials. Nothing survives the process.
#pragma once

#include <memory>

#include "keyferry/store/store.h"

namespace keyferry::store {

// make_memory_store: `done` of compare_and_set is called before it returns.
std::unique_ptr<Store> make_memory_store();

}  // namespace keyferry::store
