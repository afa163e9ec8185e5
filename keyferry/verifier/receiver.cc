// The list is stored first, then its ETag is remembered, and the contact is stored last: nothing
// counts as heard that is not on the disk.
#include "keyferry/verifier/receiver.h"

#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/ssh_krl.h"

namespace keyferry::verifier {

Result<Done> Receiver::check_current() const {
  const Time now = clock_.now();
  if (is_current(state_.have(), now)) return Done{};
  return fail(Errc::conflict,
              "the list " + encode_position(state_.have().position) + " ran out at " +
                  codec::encode_rfc3339(state_.have().next_update) +
                  " and the authority sends no newer one; this machine's clock says " +
                  codec::encode_rfc3339(now) + ": if that is wrong, set the clock",
              "frozen");
}

Result<Receiver::Heard> Receiver::take(const std::string& jws, const Trust& trust) {
  KF_TRY(auto said, verify_statement(jws, trust, state_.have().name));
  KF_TRY(const Step step, decide_statement(said, state_.have(), clock_.now()));
  if (step == Step::keep && state_.copy()) {
    KF_TRY(check_current());
    return Heard::unchanged;
  }
  KF_TRY(auto list, client_.fetch(said.position.number));
  KF_TRY(check_list(list, said));
  auto parsed = credential::parse_ssh_krl(list);
  if (!parsed) return in_context("the list is no key revocation list", parsed.error());
  KF_TRY(state_.store_list(said, list, jws));
  return Heard::newer;
}

Result<Receiver::Heard> Receiver::hear(const Trust& trust, const Question& question) {
  KF_TRY(auto answer, client_.poll(state_.copy() ? etag_ : "", question));
  ack_verdict_ = answer.ack;
  if (answer.server_date) clock_offset_ = clock_.now() - *answer.server_date;
  Heard heard = Heard::unchanged;
  if (answer.jws) {
    KF_TRY(heard, take(*answer.jws, trust));
    etag_ = answer.etag;
  } else {
    KF_TRY(check_current());
  }
  KF_TRY(state_.store_contact(clock_.now()));
  return heard;
}

}  // namespace keyferry::verifier
