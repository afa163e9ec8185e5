// Result<T>: a value or an Error. A dropped Result is a compiler warning, so an error.
#pragma once

#include <optional>
#include <utility>

#include <boost/system/result.hpp>

#include "keyferry/base/error.h"

namespace keyferry {

template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

// Done is the success of a call that has nothing to return: `return Done{};`.
struct Done {
  friend bool operator==(const Done&, const Done&) = default;
};

// fail makes an Error; `reason` only where a specification has a word for it.
inline Error fail(Errc code, std::string detail, std::string reason = {}) {
  return Error{code, std::move(detail), std::move(reason)};
}

// in_context prefixes the detail with what was being done: "reading trust.json: …".
inline Error in_context(std::string_view doing, Error error) {
  error.detail.insert(0, std::string(doing) + ": ");
  return error;
}

}  // namespace keyferry

#define KF_CAT2(a, b) a##b
#define KF_CAT(a, b) KF_CAT2(a, b)
#define KF_TRY_IMPL(ret, tmp, lhs, expr) \
  auto tmp = (expr);                     \
  if (!tmp) ret tmp.error();             \
  lhs = *std::move(tmp)
// KF_TRY(auto x, f()); leaves the function with f's error, or goes on with x.
#define KF_TRY(lhs, expr) KF_TRY_IMPL(return, KF_CAT(try_, __LINE__), lhs, expr)
#define KF_CO_TRY(lhs, expr) KF_TRY_IMPL(co_return, KF_CAT(try_, __LINE__), lhs, expr)
