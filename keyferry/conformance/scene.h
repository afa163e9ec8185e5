// A mailbox with its two sides, and everything that a check can see of it without changing it: what
// the creator reads, what the recipient reads, and the page. After each step the whole is read
// again.
#pragma once

#include "keyferry/conformance/claim_key.h"
#include "keyferry/conformance/device.h"
#include "keyferry/conformance/look.h"

namespace keyferry::conformance {

class Scene {
 public:
  // open creates a mailbox and reads it as its creator. Errors: as make_box; conflict (it holds
  // something else than was put there).
  static Result<Scene> open(Subject& relay, const MailboxWish& wish = {},
                            const Device& creator = {});
  // claimed has been joined too.
  static Result<Scene> claimed(Subject& relay, const MailboxWish& wish = {});

  Device creator, recipient;
  Box box;
  boost::json::object body;     // of the Create
  boost::json::object payload;  // what stands in the slot
  std::optional<ClaimKey> key;  // shown by join, if there is one
  bool looks_at_page = true;

  // join is the first Read by the recipient. It must get what the creator gets, and change nothing
  // but who is bound. `after` says what came before, for what is seen if somebody is bound already.
  Result<Done> join(std::string_view after = "");

  // stays demands that all is as it was when it was looked at last. `after` is what should have
  // changed nothing: "an Update by a stranger".
  Result<Done> stays(std::string_view after);

  // refused sends a call that must get a status of `ours`, one of `also` being noted, and demands
  // that all stays. If one of `also` is a success, the relay has its own rule: it is looked at
  // anew.
  Result<Done> refused(const Call& call, std::initializer_list<int> ours,
                       std::initializer_list<int> also, std::string_view what, Notes& notes);

  // repeated sends a request once more that was carried out before. `statuses` as for must_be; all
  // must stay.
  Result<Done> repeated(const Call& call, std::initializer_list<int> statuses,
                        std::string_view what, Notes& notes);

  // writes is an Update that must succeed: both sides read the new payload then, versions move, and
  // everything else stays. `call` is an Update by `writer`, by default with a new payload.
  Result<Done> writes(const Device& writer, std::string_view what);
  Result<Done> writes(const Device& writer, const Call& call, std::string_view what);

  // keeps_all_but_the_payload demands that both sides read `payload` now and all else as before.
  Result<Done> keeps_all_but_the_payload(std::string_view after);

  // gives_up is a Relinquish by the recipient that must succeed. What is in the clear stays; what
  // stands in the slot is for the caller to judge. `recipient` is a new device then.
  Result<Done> gives_up();

  // looks_again takes what is there now as what should stay.
  Result<Done> looks_again();

  // seen is the value of an aspect when it was looked at last: "the expiration of the creator's
  // Read". Nothing if it was not there.
  std::optional<std::string> seen(const std::string& aspect) const;
  std::optional<std::string> creators_tag() const { return seen(kCreatorsTag); }
  std::optional<std::string> recipients_tag() const { return seen(kRecipientsTag); }
  bool is_joined() const { return joined_; }

 private:
  static constexpr const char* kCreatorsTag = "the header etag of the creator's Read";
  static constexpr const char* kRecipientsTag = "the header etag of the recipient's Read";

  explicit Scene(Subject& relay) : relay_(&relay) {}
  Result<Aspects> look() const;
  Result<std::optional<std::string>> change() const;
  Result<Done> looks_right(std::string_view after);
  Result<Done> still_holds(std::string_view after) const;
  Result<Done> keeps(const Aspects& before, std::string_view after) const;
  Result<Done> moves_on(const Aspects& before, bool by_creator, std::string_view after) const;

  Subject* relay_;
  bool joined_ = false;
  Aspects known_;
};

}  // namespace keyferry::conformance
