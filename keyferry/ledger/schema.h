// The tables of the ledger, as migration steps: step N brings schema N-1 to N. Steps that were
// released are never edited; a change is a new step.
#pragma once

#include <span>
#include <string_view>

namespace keyferry::ledger {

// schema_steps are all of them, in order, for sql::Database::migrate.
std::span<const std::string_view> schema_steps();

// memory_tables makes what is kept while the disk is full (Keep::memory): temporary tables, which
// are in memory.
std::string_view memory_tables();

}  // namespace keyferry::ledger
