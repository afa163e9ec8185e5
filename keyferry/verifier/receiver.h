// Hears the authority about one list, and keeps what it may believe. Blocks; one thread.
#pragma once

#include "keyferry/verifier/list_client.h"
#include "keyferry/verifier/list_state.h"

namespace keyferry::verifier {

class Receiver {
 public:
  Receiver(ListClientOptions options, ListState state, const Clock& clock)
      : client_(std::move(options)), state_(std::move(state)), clock_(clock) {}

  enum class Heard { unchanged, newer };
  // hear asks once and checks the answer: signature, name, rising position, dates, hash, and that
  // the list is a KRL that can be read. A newer list is stored (ListState::store_list) before this
  // returns. Any success is a contact, also stored.
  //
  // Errors: of ListClient, verify_statement, decide_statement, check_list, parse_ssh_krl and
  // ListState; conflict `frozen` when the authority says "unchanged" about a list whose next_update
  // has passed. Nothing was stored then.
  Result<Heard> hear(const Trust& trust, const Question& question);

  const ListState& state() const { return state_; }
  // clock_offset is how far our clock is ahead of the authority's, if its last answer had a Date.
  const std::optional<Duration>& clock_offset() const { return clock_offset_; }
  // ack_verdict is what the last answer said of the acknowledgement; empty: nothing.
  const std::string& ack_verdict() const { return ack_verdict_; }
  void cancel() { client_.cancel(); }

 private:
  Result<Heard> take(const std::string& jws, const Trust& trust);
  Result<Done> check_current() const;

  ListClient client_;
  ListState state_;
  const Clock& clock_;
  std::string etag_;
  std::optional<Duration> clock_offset_;
  std::string ack_verdict_;
};

}  // namespace keyferry::verifier
