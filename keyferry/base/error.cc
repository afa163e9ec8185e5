#include "keyferry/base/error.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace keyferry {
namespace {

constexpr std::array kTable{
    ErrcInfo{Errc::invalid, "invalid", 400},
    ErrcInfo{Errc::unauthorized, "unauthorized", 401},
    ErrcInfo{Errc::forbidden, "forbidden", 403},
    ErrcInfo{Errc::not_found, "not_found", 404},
    ErrcInfo{Errc::conflict, "conflict", 409},
    ErrcInfo{Errc::precondition_failed, "precondition_failed", 412},
    ErrcInfo{Errc::too_large, "too_large", 413},
    ErrcInfo{Errc::unsupported_media, "unsupported_media", 415},
    ErrcInfo{Errc::unprocessable, "unprocessable", 422},
    ErrcInfo{Errc::too_many, "too_many", 429},
    ErrcInfo{Errc::cannot_open, "cannot_open", 400},
    ErrcInfo{Errc::network, "network", 502},
    ErrcInfo{Errc::unavailable, "unavailable", 503},
    ErrcInfo{Errc::storage_full, "storage_full", 507},
    ErrcInfo{Errc::io, "io", 500},
    ErrcInfo{Errc::internal, "internal", 500},
};

}  // namespace

const ErrcInfo& about(Errc code) {
  return kTable.at(static_cast<std::size_t>(code));
}

std::span<const ErrcInfo> error_table() {
  return kTable;
}

std::string_view reason_of(const Error& error) {
  return error.reason.empty() ? about(error.code).name : std::string_view(error.reason);
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  throw std::logic_error(std::string("value() on an error in ") + where.function_name() + ": " +
                         error.detail);
}

void require(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "keyferry: broken promise: %s\n", promise);
  std::abort();
}

}  // namespace keyferry
