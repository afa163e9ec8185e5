// A lock that runs: libkeyferry-lock with its key, its records, its clock and its cryptography.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "keyferry/verifier/lock_clock.h"
#include "keyferry/verifier/lock_crypto.h"
#include "keyferry/verifier/lock_records.h"

namespace keyferry::verifier {

// LockCore keeps its folder (mode 700): `key`, the private key; `code`, the printed code;
// `records/`; `reset` while a reset is under way. Thread-safe.
class LockCore {
 public:
  // Called for each decision, inside the lock over all sessions; what opens a door begins here.
  using Decided = std::function<void(const kfl_event&)>;

  // open makes key and code at the first start and finishes a reset that was cut short. Errors: io,
  // forbidden (files that others may read), invalid (a file that was changed).
  static Result<std::unique_ptr<LockCore>> open(std::filesystem::path folder,
                                                std::unique_ptr<LockClock> clock, Decided decided);
  LockCore(const LockCore&) = delete;
  LockCore& operator=(const LockCore&) = delete;

  // start begins a session at a door, whose name has 1 to 16 octets (else false). The session must
  // end before this object does.
  bool start(kfl_session& session, std::string_view door) const;
  const SecretBytes& code() const { return code_; }
  // key is x ‖ y, door_id the door's whole id.
  Bytes key() const;
  Bytes door_id(std::string_view name) const;
  // generation rises with each reset: a session that is older must end.
  unsigned generation() const;

  // owners are the thumbprints of all. Errors: io.
  Result<std::vector<Bytes>> owners() const;
  std::size_t roots() const;
  std::uint64_t writes() const;
  std::optional<kfl_time> now() const { return clock_->now(); }

  // add_first_owner is for pairing. Errors: conflict, there is an owner already; invalid, no point;
  // io.
  Result<Done> add_first_owner(ByteView key);
  // reset draws a new key and forgets owners, lists and counters; the printed code stays. Errors:
  // io; then the next start finishes it.
  Result<Done> reset();

 private:
  LockCore(std::filesystem::path folder, std::unique_ptr<LockClock> clock, Decided decided);
  static const kfl_platform& platform();
  Result<Done> load();
  Result<Done> load_key();
  Result<Done> load_code();
  Result<Done> forget();
  void use_key(crypto::PrivateKey key);

  std::filesystem::path folder_;
  std::unique_ptr<LockClock> clock_;
  Decided decided_;
  // Held by the library over load, check, write and open, and by whoever looks at the records.
  mutable std::mutex mutex_;
  std::optional<LockCrypto> crypto_;
  std::optional<LockRecords> records_;
  SecretBytes code_;
  kfl_lock lock_{};
  unsigned generation_ = 0;
};

}  // namespace keyferry::verifier
