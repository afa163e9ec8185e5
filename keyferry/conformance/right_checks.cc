// MBX-09 and A-09 to A-11: accessRights.
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

struct Held {
  bool write = false;
  bool remove = false;
};

Held rights_of(std::string_view letters) {
  return {letters.find('W') != letters.npos, letters.find('D') != letters.npos};
}

MailboxWish with_rights(std::optional<std::string> rights) {
  MailboxWish wish;
  wish.rights = std::move(rights);
  return wish;
}

// judge_recipient tries what the recipient may do in a mailbox with these rights.
Result<Done> judge_recipient(Subject& relay, std::optional<std::string> rights, Held held,
                             Notes& notes) {
  const std::string with = " by the recipient with " + (rights ? *rights : "no rights named");
  KF_TRY(Scene scene, Scene::claimed(relay, with_rights(rights)));
  const Call update = scene.recipient.update(scene.box);
  if (held.write) {
    KF_TRY(scene.writes(scene.recipient, update, "an Update" + with));
  } else {
    KF_TRY(scene.refused(update, {401}, {403}, "an Update" + with, notes));
  }
  const Call remove = scene.recipient.remove(scene.box);
  if (!held.remove) return scene.refused(remove, {401}, {403}, "a Delete" + with, notes);
  KF_TRY(const Answer gone, relay.send(remove));
  KF_TRY(must(gone.success(), "a Delete" + with + " answered " + gone.said()));
  KF_TRY(answered(relay, scene.creator.read(scene.box), 404, "a Read after a Delete" + with));
  return Done{};
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
  Notes notes;
  for (const bool claimed : {false, true}) {
    KF_TRY(Scene scene, Scene::open(relay, with_rights("RD")));
    if (claimed) {
      KF_TRY(scene.join());
    }
    KF_TRY(scene.refused(scene.creator.update(scene.box), {401}, {403, 200},
                         "an Update by the creator without W", notes));
  }
  return notes.finding("the creator cannot write without W either");
}

Result<Finding> creator_deletes(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay, with_rights("R")));
  KF_TRY(const Answer gone, relay.send(scene.creator.remove(scene.box)));
  KF_TRY(must(gone.success(), "a Delete by the creator without D answered " + gone.said()));
  KF_TRY(answered(relay, scene.creator.read(scene.box), 404, "a Read after that Delete"));
  return pass("also without D");
}

Result<Finding> recipient_gives_up(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay, with_rights("R")));
  KF_TRY(const Answer freed, relay.send(scene.recipient.relinquish(scene.box)));
  KF_TRY(must(freed.success(), "a Relinquish with R alone answered " + freed.said()));
  scene.recipient = Device();
  KF_TRY(scene.join("a Relinquish with R alone"));
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
