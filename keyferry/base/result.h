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
#define KF_TRY_VALUE(tmp, lhs, expr) \
  auto tmp = (expr);                 \
  if (!tmp) return tmp.error();      \
  lhs = *std::move(tmp)
#define KF_TRY_DONE(tmp, expr) \
  auto tmp = (expr);           \
  if (!tmp) return tmp.error()
#define KF_TRY_PICK(one, two, name, ...) name
#define KF_TRY_1(expr) KF_TRY_DONE(KF_CAT(try_, __LINE__), expr)
#define KF_TRY_2(lhs, expr) KF_TRY_VALUE(KF_CAT(try_, __LINE__), lhs, expr)
// KF_TRY(auto x, f()); leaves the function with f's error, or goes on with x. KF_TRY(f()); is the
// form for a Result whose value nobody needs. Two statements each: braces around them after `if`.
#define KF_TRY(...) KF_TRY_PICK(__VA_ARGS__, KF_TRY_2, KF_TRY_1, )(__VA_ARGS__)
