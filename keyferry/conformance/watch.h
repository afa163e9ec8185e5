// Every answer of a run is looked at for what must be in none, whatever the check was about.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "keyferry/conformance/call.h"

namespace keyferry::conformance {

// Watch remembers the first of each kind. It is not for several threads at once: Subject guards it.
class Watch {
 public:
  void see(const Call& call, const Answer& answer);

  const std::optional<std::string>& cookie() const { return cookie_; }  // the call that set one
  // wrong_echo tells of an answer whose Mailbox-Request-ID is not that of its request.
  const std::optional<std::string>& wrong_echo() const { return wrong_echo_; }
  // given_away tells of an answer with what its caller must not get there: a sealed payload in
  // anything but a Read that succeeded, another device's claim, a notification token, a claim key.
  const std::optional<std::string>& given_away() const { return given_away_; }
  // broke tells of an answer that says that the relay failed (500, 502 …).
  const std::optional<std::string>& broke() const { return broke_; }

 private:
  struct Known {  // of one mailbox
    std::set<std::string> claims, payloads;
  };
  void learn(const Call& call, const Answer& answer);
  void look_for_secrets(const Call& call, const Answer& answer);

  std::map<std::string, Known> boxes_;  // by path
  std::set<std::string> secrets_;       // tokens and claim keys
  std::optional<std::string> cookie_, wrong_echo_, given_away_, broke_;
};

}  // namespace keyferry::conformance
