// The relay under judgement: its address, calls to it, and what the run has left there.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"
#include "keyferry/conformance/call.h"
#include "keyferry/conformance/watch.h"
#include "keyferry/http/http_client.h"
#include "keyferry/http/probe.h"

namespace keyferry::conformance {

// Box is a mailbox that the run has made.
struct Box {
  std::string id;
  std::string link;          // urlLink as it came
  std::string path;          // /v1/m/{id}
  boost::json::object made;  // the Create answer
};

struct SubjectOptions {
  std::string url;  // without trailing slash
  std::optional<std::filesystem::path> ca_file;
  bool insecure = false;
  // sent as Authorization: Bearer with what makes a mailbox or a drop
  std::optional<std::string> create_token;
};

class Scene;

// Subject sends calls. Its members may be called from several threads if each brings its own
// client.
class Subject {
 public:
  explicit Subject(SubjectOptions options);

  // reach asks for a mailbox that cannot be there, whatever the answer, and reads the relay's clock
  // off it. Errors: as HttpClient::send.
  Result<Done> reach();

  // send makes the call on the run's own connection, or on `client`. An answer that only says "not
  // now" (429, 503, 507) is waited out if it has a Retry-After of a minute or less, else it is the
  // error too_many, which ends a check unjudged, and so is a call after the time of end_at. Errors:
  // as HttpClient::send, too_many.
  Result<Answer> send(const Call& call);
  Result<Answer> send(const Call& call, http::HttpClient& client);
  void end_at(std::chrono::steady_clock::time_point end) { end_ = end; }
  http::HttpClient new_client() const;
  http::ProbeTarget probe_target() const;

  const std::string& url() const { return options_.url; }
  bool is_https() const { return options_.url.starts_with("https://"); }

  // now is the relay's clock as its Date header told it, ours if it is within two seconds of that.
  Time now() const;
  // Mailboxes of the run end after this, if they could not be deleted.
  static constexpr std::chrono::minutes kLifetime{10};

  // What all answers so far showed.
  Watch watch() const;

  // clean_up deletes what is left, for at most half a minute; returns how much could not be
  // deleted.
  std::size_t clean_up();
  // forget is for a mailbox that is known to be gone.
  void forget(const Box& box);

  // The mailbox that soon ends, of the checks that wait for it: made once (expiry_checks.cc).
  struct ShortLived {
    Box box;
    std::string creator, recipient;  // claims
    Time deadline{};
  };
  std::optional<Result<ShortLived>> short_lived;

  // A mailbox that is left alone from the beginning of a run to its end (state_checks.cc).
  std::shared_ptr<Result<Scene>> bystander;

  // Names of what this relay changes by itself from one answer to the next: no state (scene.h).
  std::set<std::string> drifting;

 private:
  http::ClientRequest request_of(const Call& call) const;
  void note(const Call& call, const Answer& answer);

  SubjectOptions options_;
  http::HttpClient client_;
  Duration clock_offset_{0};
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::time_point::max();
  mutable std::mutex mutex_;
  std::map<std::string, std::string> left_;  // path: creator's claim, empty for a drop
  std::set<std::string> made_;               // paths
  Watch watch_;
};

}  // namespace keyferry::conformance
