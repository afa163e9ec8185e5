// MBX-09 and A-09 to A-11: accessRights.
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/device.h"

namespace keyferry::conformance {
namespace {

struct Held {
  bool write = false;
  bool remove = false;
};

Held rights_of(std::string_view letters) {
  return {letters.find('W') != letters.npos, letters.find('D') != letters.npos};
}

Result<Box> claimed_box(Subject& relay, const Device& ada, const Device& bo,
                        std::optional<std::string> rights) {
  MailboxWish wish;
  wish.rights = std::move(rights);
  KF_TRY(Box box, make_box(relay, ada, wish));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  return box;
}

// judge_recipient tries what the recipient may do in a mailbox with these rights.
Result<Done> judge_recipient(Subject& relay, std::optional<std::string> rights, Held held,
                             Notes& notes) {
  const Device ada, bo;
  const std::string with = " by the recipient with " + (rights ? *rights : "no rights named");
  KF_TRY(const Box box, claimed_box(relay, ada, bo, rights));
  KF_TRY(const Answer written, relay.send(bo.update(box)));
  if (held.write) {
    KF_TRY(must(written.status == 200, "an Update" + with + " answered " + written.said()));
  } else {
    KF_TRY(must_refuse(written, "an Update" + with, notes));
  }
  KF_TRY(const Answer gone, relay.send(bo.remove(box)));
  if (held.remove) return must(gone.success(), "a Delete" + with + " answered " + gone.said());
  return must_refuse(gone, "a Delete" + with, notes);
}

Result<Finding> matrix(Subject& relay) {
  Notes notes;
  for (const char* rights : {"R", "RW", "RD", "RWD", "DWR", "WR"}) {
    KF_TRY(judge_recipient(relay, rights, rights_of(rights), notes));
  }
  return notes.finding("six sets give the recipient what they name and no more");
}

Result<Finding> left_out(Subject& relay) {
  Notes notes;
  KF_TRY(judge_recipient(relay, {}, {false, true}, notes));
  return notes.finding("read and delete");
}

Result<Finding> creator_writes(Subject& relay) {
  const Device ada;
  Notes notes;
  MailboxWish wish;
  wish.rights = "RD";
  KF_TRY(const Box box, make_box(relay, ada, wish));
  KF_TRY(const Answer written, relay.send(ada.update(box)));
  KF_TRY(must_be(written, {401}, {403, 200}, "an Update by the creator without W", notes));
  return notes.finding("the creator cannot write without W either");
}

Result<Finding> creator_deletes(Subject& relay) {
  const Device ada;
  MailboxWish wish;
  wish.rights = "R";
  KF_TRY(const Box box, make_box(relay, ada, wish));
  KF_TRY(const Answer gone, relay.send(ada.remove(box)));
  KF_TRY(must(gone.success(), "a Delete by the creator without D answered " + gone.said()));
  return pass("also without D");
}

Result<Finding> recipient_gives_up(Subject& relay) {
  const Device ada, bo;
  KF_TRY(const Box box, claimed_box(relay, ada, bo, "R"));
  KF_TRY(const Answer freed, relay.send(bo.relinquish(box)));
  KF_TRY(must(freed.success(), "a Relinquish with R alone answered " + freed.said()));
  return pass("also with R alone");
}

Result<Finding> no_such_rights(Subject& relay) {
  Notes notes;
  for (const char* rights : {"WD", "", "RR", "r", "rwd"}) {
    MailboxWish wish;
    wish.rights = rights;
    KF_TRY(const Answer answer, relay.send(Device().create(create_body(relay, wish))));
    KF_TRY(
        must_be(answer, {400}, {200, 422}, "accessRights \"" + std::string(rights) + "\"", notes));
  }
  for (const char* rights : {"X", "RX", "READ"}) {
    MailboxWish wish;
    wish.rights = rights;
    KF_TRY(const Answer answer, relay.send(Device().create(create_body(relay, wish))));
    KF_TRY(must_be(answer, {400}, {422}, "accessRights \"" + std::string(rights) + "\"", notes));
  }
  return notes.finding("400 for other letters, repeats, lower case and sets without R");
}

constexpr Check kChecks[] = {
    {"MBX-09", "accessRights say what the recipient may do", matrix},
    {"A-09", "rights that are left out are read and delete", left_out},
    {"A-10.write", "W binds the creator too", creator_writes},
    {"A-10.delete", "the creator may always delete", creator_deletes},
    {"A-10.relinquish", "the recipient may always relinquish", recipient_gives_up},
    {"A-11", "accessRights are a set of R, W and D with R in it", no_such_rights},
};

}  // namespace

Checks right_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
