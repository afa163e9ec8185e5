// One message at one address of a dropbox (Draft R), as its checks play it.
#pragma once

#include "keyferry/conformance/device.h"
#include "keyferry/conformance/look.h"

namespace keyferry::conformance {

constexpr std::size_t kMessageOctets = 200;  // for checks that do not care
constexpr const char* kOctets = "application/octet-stream";

std::string random_octets(std::size_t size = kMessageOctets);
std::string new_path();  // "/t/" and a new location

// The calls on one address: drop_call with any method, put with a body, fetch (GET) and erase
// (DELETE).
Call drop_call(std::string method, const std::string& path);
Call put(const std::string& path, std::string message);
Call fetch(const std::string& path);
Call erase(const std::string& path);

// dropped puts a message at a new address and returns that.
Result<std::string> dropped(Subject& relay, const std::string& message);

// must_lie demands that a GET gives these octets.
Result<Done> must_lie(Subject& relay, const std::string& path, const std::string& message,
                      std::string_view what);

// Lying is a message at an address, and everything that a GET of it shows.
class Lying {
 public:
  // put_down puts new octets at a new address and looks at them.
  static Result<Lying> put_down(Subject& relay);
  const std::string& path() const { return path_; }
  const std::string& message() const { return message_; }
  // stays demands that a GET shows what it showed, but for what changes by itself.
  Result<Done> stays(const std::string& after) const;

 private:
  explicit Lying(Subject& relay) : relay_(&relay) {}
  Result<std::vector<Answer>> look() const;

  Subject* relay_;
  std::string path_, message_;
  std::vector<Answer> seen_;
};

}  // namespace keyferry::conformance
