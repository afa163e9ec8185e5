// One side of a transfer, as a check plays it, and the bodies that it sends.
#pragma once

#include "keyferry/conformance/finding.h"
#include "keyferry/conformance/subject.h"

namespace keyferry::conformance {

// random_payload looks sealed: random octets under the name of a cipher of the drafts.
boost::json::object random_payload(std::size_t octets = 64);

// MailboxWish is what a Create asks for; the defaults suit any relay.
struct MailboxWish {
  std::optional<std::string> rights = "RWD";
  boost::json::object more;  // further members of mailboxConfiguration
  boost::json::object payload = random_payload();
};

// create_body is the whole body; its mailbox ends after Subject::kLifetime.
boost::json::object create_body(const Subject& relay, const MailboxWish& wish = {});

// expiration_after is the text of an instant by the relay's clock.
std::string expiration_after(const Subject& relay, std::chrono::seconds seconds);

// new_uuid is a random UUID as text.
std::string new_uuid();

// Device makes calls with its claim and a fresh request id each. It does not send them.
struct Device {
  std::string claim = new_uuid();

  Call create(const boost::json::object& body) const;
  Call read(const Box& box) const;
  Call update(const Box& box, const boost::json::object& payload = random_payload()) const;
  Call remove(const Box& box) const;
  Call relinquish(const Box& box) const;
};

// preview is the GET that anybody may make.
Call preview(const Box& box);

// The steps of a check that have to work before it can judge: box_of reads the answer of a Create,
// make_box makes a mailbox, answered makes a call that must get `status`. Errors: as Subject::send;
// conflict says which step answered what.
Result<Box> box_of(const Answer& answer);
Result<Box> make_box(Subject& relay, const Device& creator, const MailboxWish& wish = {});
Result<Answer> answered(Subject& relay, const Call& call, int status, std::string_view what);
// succeeded takes any 2xx, as for calls whose success the drafts give no body.
Result<Done> succeeded(Subject& relay, const Call& call, std::string_view what);
// payload_read is the member `payload` of a Read that must succeed; must_hold compares.
Result<boost::json::object> payload_read(Subject& relay, const Call& read, std::string_view what);
Result<Done> must_hold(Subject& relay, const Call& read, const boost::json::object& payload,
                       std::string_view what);

// must_be ends a check with fail unless the status is one of `ours`; one of `also` becomes a note.
Result<Done> must_be(const Answer& answer, std::initializer_list<int> ours,
                     std::initializer_list<int> also, std::string_view what, Notes& notes);
// must_refuse demands the 401 of a caller who has no part in the mailbox, 403 being allowed.
Result<Done> must_refuse(const Answer& answer, std::string_view what, Notes& notes);

}  // namespace keyferry::conformance
