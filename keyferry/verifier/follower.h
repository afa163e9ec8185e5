// Keeps one list fresh: hears the authority, decides the mode, keeps the file right, runs the hook,
// tells the metrics.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "keyferry/verifier/file_guard.h"
#include "keyferry/verifier/hook.h"
#include "keyferry/verifier/metrics.h"
#include "keyferry/verifier/policy.h"
#include "keyferry/verifier/receiver.h"
#include "keyferry/verifier/wait_length.h"

namespace keyferry::verifier {

struct ListSettings {
  std::string name;  // "ssh.krl": the last part of the URL
  ListClientOptions client;
  std::filesystem::path trust_file;
  std::filesystem::path file;
  unsigned mode = 0644;
  OnUnreachable on_unreachable;
  Duration alarm_after{};
  std::vector<std::string> hook;  // empty: none
  Duration hook_timeout{30'000};
  std::filesystem::path state_folder;
};

// SigningKey signs acknowledgements; nothing where the verifier has no key (`init` never ran).
using SigningKey = std::shared_ptr<const crypto::PrivateKey>;

class Follower {
 public:
  // make reads the state and, before anything else, puts a valid list where sshd reads it: the last
  // one, or the closed one if too much time has passed, or an empty one at the first start (for
  // `closed`: the closed one). A key revocation list that is there already serves as the last list
  // until the first contact.
  //
  // Errors: of ListState::open and InstalledFile::install; conflict when at the first start
  // something else than a key revocation list is in the file's place.
  //
  //= spec:authority#6-whole
  static Result<std::unique_ptr<Follower>> make(ListSettings settings, Trust trust,
                                                const Clock& clock, prometheus::Registry& registry);
  // Stops.
  ~Follower();

  // round hears once, without waiting for news, and puts the outcome into force. Errors: what was
  // wrong; the file is right for that case nevertheless.
  Result<Done> round() { return round(Question{}); }

  // start follows on a thread of its own until stop. The hook is not waited for.
  void start();
  void stop();
  // wait_for_hook blocks until the hook is done.
  void wait_for_hook();

  // replace_trust and replace_key take effect with the next question. From any thread.
  void replace_trust(Trust trust);
  void replace_key(SigningKey key);

  // ready: a signed list of the authority is in force, and the alarm is off. From any thread.
  Result<Done> ready() const;
  // refresh_metrics sets what depends on the time of day. From any thread.
  void refresh_metrics();

  const ListSettings& settings() const { return settings_; }

 private:
  // What other threads may look at.
  struct Shown {
    Mode mode = Mode::closed;
    bool alarm = false;
    bool installed = false;  // the file is what the mode wants
    bool heard = false;      // what it is made from came from the authority
    Contact contact;
    std::optional<std::chrono::steady_clock::time_point> contact_steady;
  };

  Follower(ListSettings settings, Trust trust, ListState state, const Clock& clock,
           prometheus::Registry& registry);
  Result<Done> round(Question question);
  Result<Receiver::Heard> hear(Question question);
  Result<Done> choose_first_list();
  Result<Done> put_into_force();
  const Bytes& last_list() const;
  const Bytes& closed_list_now();
  std::optional<Duration> age(const Shown& shown) const;
  Shown shown() const;
  void note_contact();
  void note_failure(const Error& error);
  void note_clock();
  void note_ack();
  void note_file(const Result<bool>& put_back);
  std::string ack();
  void note_mode(Mode mode, const std::optional<Duration>& age);
  void request_hook();
  void follow();
  void pause(Duration duration);
  Duration until_limit() const;
  bool is_stopping() const;

  ListSettings settings_;
  const Clock& clock_;
  ListMetrics metrics_;
  Receiver receiver_;
  FileGuard file_;
  std::unique_ptr<HookRunner> hook_;
  Bytes first_list_;  // serves while there is no copy of a signed one
  std::optional<Bytes> closed_;
  WaitLength wait_;
  std::optional<Position> in_force_;  // of the list that sshd reads, if it is the authority's
  bool failing_ = false;
  bool clock_wrong_ = false;
  std::string logged_failure_;
  std::string logged_ack_;
  std::optional<std::chrono::steady_clock::time_point> alarm_logged_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Trust trust_;
  SigningKey key_;
  bool trust_is_new_ = false;
  Shown shown_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace keyferry::verifier
