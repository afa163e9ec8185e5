// Windows of shares and credentials. Whose window it is and what "now" is, the caller knows.
#include "keyferry/credential/window.h"

#include <algorithm>

#include "keyferry/codec/rfc3339.h"

namespace keyferry::credential {
namespace {

using codec::encode_rfc3339;
using std::chrono::seconds;

// A window that ends later is a mistake, and far below what any certificate can say.
constexpr Duration kHorizon = std::chrono::days(3650);

Error bad_window(std::string detail) {
  return fail(Errc::invalid, std::move(detail), "window");
}

}  // namespace

Result<Done> check_window(const Window& child, Time now) {
  if (child.until <= child.from) {
    return bad_window("the share would end at " + encode_rfc3339(child.until) +
                      ", not after its start at " + encode_rfc3339(child.from));
  }
  if (child.until <= now) {
    return bad_window("the share would have ended at " + encode_rfc3339(child.until) +
                      "; it is now " + encode_rfc3339(now));
  }
  if (child.until - now > kHorizon) {
    return bad_window("the share would end at " + encode_rfc3339(child.until) +
                      ", more than 3650 days from now");
  }
  return Done{};
}

Result<Done> check_window_inside(const Window& parent, const Window& child) {
  if (child.from < parent.from) {
    return fail(Errc::forbidden,
                "window: the share would start at " + encode_rfc3339(child.from) +
                    ", before its parent at " + encode_rfc3339(parent.from),
                "wider_than_parent");
  }
  if (child.until > parent.until) {
    return fail(Errc::forbidden,
                "window: the share would end at " + encode_rfc3339(child.until) +
                    ", after its parent at " + encode_rfc3339(parent.until),
                "wider_than_parent");
  }
  return Done{};
}

//= spec:authority#4-windows
Result<Window> credential_window(std::span<const Window> path, Duration longest, Time now) {
  require(!path.empty(), "a share lies on its own path");
  Time start = now;
  for (const Window& share : path) start = std::max(start, share.from);
  Window window{.from = start - kWindowSkew, .until = start + longest};
  for (const Window& share : path) window.until = std::min(window.until, share.until);
  window.from = std::chrono::ceil<seconds>(window.from);
  window.until = std::chrono::floor<seconds>(window.until);
  if (window.until <= start) {
    return bad_window("the share ended at " + encode_rfc3339(window.until) +
                      ", so there is no time left for a credential");
  }
  return window;
}

}  // namespace keyferry::credential
