// What a revoke came to, in words, for whoever revoked: the holder or the administrator.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace keyferry::cmd {

// revocation_words reads the authority's answer to a revoke (docs/authority.md, DELETE
// /v1/shares/{id}): one line for each list and verifier, then what that means for new logins and
// open sessions. Members that an older authority does not send are not spoken of.
std::vector<std::string> revocation_words(const boost::json::object& answer);

}  // namespace keyferry::cmd
