// The Draft R calls of a wallet: PUT, GET and DELETE of sealed octets at a location that only the
// two sides know (docs/dropbox.md). No claim, no request id, nothing that ties two calls together.
#pragma once

#include <optional>
#include <string>

#include "keyferry/client/web.h"

namespace keyferry::client {

class DropClient {
 public:
  // `base` is the relay's address without a slash at its end.
  DropClient(Web& web, std::string base, bool allow_local)
      : web_(web), base_(std::move(base)), allow_local_(allow_local) {}

  // put lays `sealed` at `location`; the same octets again are no error, also where the relay takes
  // no second PUT and the answer to the first was lost. Returns whether the relay will call the
  // webhook `notify` (empty: none) when they are deleted. Errors: conflict with reason `taken`
  // (something else was found there); as error_of.
  Result<bool> put(const std::string& location, ByteView sealed, const std::string& notify = {});

  // get returns what lies there, or nothing where the relay says `not_found`. Errors: unavailable
  // for a 404 of somebody else; as error_of. With `wait` the relay may let us wait some seconds for
  // it: few, since a cancel lies elsewhere.
  Result<std::optional<Bytes>> get(const std::string& location, bool wait);

  // remove deletes what lies there, and says whether something did: `unknown` where nothing does
  // now, but the answer to an earlier DELETE was lost. Errors: as of get.
  enum class Removed { yes, nothing, unknown };
  Result<Removed> remove(const std::string& location);

 private:
  Result<http::Response> put_once(const std::string& location, ByteView sealed,
                                  const std::string& notify);
  http::ClientRequest request_to(std::string method, const std::string& location) const;
  Result<http::Response> send(const http::ClientRequest& request);

  Web& web_;
  std::string base_;
  bool allow_local_;
};

}  // namespace keyferry::client
