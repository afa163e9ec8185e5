// The lock speaks first; the wallet answers once it has seen that this is the door that its person
// chose, and lists are exchanged once the door has decided.
#include "keyferry/wallet/open_door.h"

#include <algorithm>
#include <set>

#include "keyferry/base/hex.h"

namespace keyferry::wallet {
namespace {

using delegation::Challenge;
using delegation::SealedTalk;

constexpr unsigned kSealedAnswer = 4, kShortAnswer = 5, kReply = 6, kPut = 7, kPutDone = 8;
constexpr unsigned kGet = 9, kGiven = 10;

Result<std::string> address_of(const Holding& holding, const std::string& given) {
  if (holding.doors.size() != 1) {
    std::string names;
    for (const Bytes& door : holding.doors) {
      names += (names.empty() ? "" : ", ") + holding.name + "/" + keystore::door_name(door);
    }
    return fail(Errc::invalid, "which door? " + names, "usage");
  }
  if (!given.empty()) return given;
  const auto known = holding.addresses.find(keystore::door_name(holding.doors.front()));
  if (known != holding.addresses.end()) return known->second;
  return fail(Errc::invalid,
              "where is the reader of this door? --lock unix:PATH or --lock ADDRESS:PORT; it is "
              "remembered once it was right",
              "usage");
}

// A wallet answers only the door that its person chose, so that nobody else learns the chain.
Result<Done> check_door(const Holding& holding, const Challenge& challenge, bool any_door) {
  const bool fits = std::any_of(holding.doors.begin(), holding.doors.end(), [&](const Bytes& door) {
    return any_door ? keystore::lock_id_of(door) == keystore::lock_id_of(challenge.door)
                    : door == challenge.door;
  });
  if (fits) return Done{};
  return fail(Errc::forbidden,
              "this is the reader of another door or of another lock: nothing was said to it. A "
              "lock that was reset is another one",
              "other_door");
}

class AtDoor {
 public:
  AtDoor(Wallet& wallet, client::LockTalk talk, Challenge challenge)
      : wallet_(wallet),
        talk_(std::move(talk)),
        challenge_(std::move(challenge)),
        sealed_(challenge_) {}

  Result<DoorOutcome> answer(ByteView plain) {
    DoorOutcome outcome;
    outcome.door = keystore::door_name(challenge_.door);
    outcome.lock = encode_hex(keystore::lock_id_of(challenge_.door));
    KF_TRY(const Bytes sealed, sealed_.seal_answer(plain));
    KF_TRY(const client::LockFrame frame, talk_.say(kSealedAnswer, sealed));
    if (frame.type == kShortAnswer) return outcome;
    if (frame.type != kReply) return fail(Errc::invalid, "the lock's reply has not its form");
    KF_TRY(const delegation::Reply reply, sealed_.open_reply(frame.body));
    proved_ = true;
    outcome.reason = reply.reason;
    for (const delegation::ListNumber& theirs : reply.lists) {
      // What a list comes to is no reason to hide how the door decided.
      if (const auto done = exchange(theirs, outcome); !done) {
        wallet_.person.say("note: a deny list was not exchanged: " + done.error().detail);
        break;
      }
    }
    return outcome;
  }

  bool is_proved() const { return proved_; }

 private:
  //= spec:lock#3-deny
  Result<Done> exchange(const delegation::ListNumber& theirs, DoorOutcome& outcome) {
    KF_TRY(const auto ours, keystore::load_list(wallet_.home, theirs.signer, theirs.root));
    delegation::ListNumber shown = theirs;
    const std::uint64_t number = ours ? ours->list.number : 0;
    if (number > theirs.number) {
      KF_TRY(const client::LockFrame frame, talk_.say(kPut, sealed_.seal_next(ours->octets)));
      if (frame.type != kPutDone) return fail(Errc::invalid, "the lock did not answer");
      KF_TRY(const Bytes reason, sealed_.open_next(frame.body));
      if (reason == delegation::cbor_number(delegation::kDone)) {
        shown.number = number;
        ++outcome.brought;
      }
    } else if (number < theirs.number) {
      KF_TRY(fetch(theirs, outcome));
    }
    return keystore::note_seen(wallet_.home, shown, keystore::lock_id_of(challenge_.door));
  }

  Result<Done> fetch(const delegation::ListNumber& theirs, DoorOutcome& outcome) {
    const Bytes which = theirs.root ? copy_of(*theirs.root) : copy_of(theirs.signer);
    KF_TRY(const client::LockFrame frame, talk_.say(kGet, sealed_.seal_next(which)));
    if (frame.type != kGiven) return fail(Errc::invalid, "the lock did not answer");
    KF_TRY(const Bytes list, sealed_.open_next(frame.body));
    if (list.empty()) return Done{};
    const auto kept = keystore::keep_list(wallet_.home, list);
    if (!kept && kept.error().reason == "signer") return Done{};
    if (!kept) return kept.error();
    if (*kept) ++outcome.fetched;
    return Done{};
  }

  Wallet& wallet_;
  client::LockTalk talk_;
  Challenge challenge_;
  SealedTalk sealed_;
  bool proved_ = false;
};

using MakeAnswer = std::function<Bytes(const Challenge&)>;

Result<DoorOutcome> at_door(Wallet& wallet, const Holding& holding, const std::string& address,
                            bool any_door, const MakeAnswer& make) {
  KF_TRY(client::LockTalk talk, client::LockTalk::connect(address));
  KF_TRY(const Challenge challenge, talk.greet());
  KF_TRY(check_door(holding, challenge, any_door));
  const Bytes plain = make(challenge);
  AtDoor at(wallet, std::move(talk), challenge);
  KF_TRY(DoorOutcome outcome, at.answer(plain));
  // Only the lock can seal a reply: whoever merely repeats its greeting is not remembered.
  if (at.is_proved()) {
    KF_TRY(remember_address(wallet, holding, challenge.door, address));
  }
  return outcome;
}

}  // namespace

//= spec:lock#2-opening
//= spec:lock#6-offline
Result<DoorOutcome> open_door(Wallet& wallet, const Holding& holding, const std::string& address) {
  KF_TRY(const std::string where, address_of(holding, address));
  const MakeAnswer make = [&](const Challenge& challenge) {
    return holding.owns ? delegation::answer_of_owner(challenge, holding.key)
                        : delegation::answer_of_holder(challenge, holding.key, holding.links);
  };
  KF_TRY(const DoorOutcome outcome, at_door(wallet, holding, where, false, make));
  // The lock lacked a list that is young enough, and has just got it.
  if (delegation::reason_name(outcome.reason) != "stale" || outcome.brought == 0) return outcome;
  return at_door(wallet, holding, where, false, make);
}

Result<DoorOutcome> state_to_lock(Wallet& wallet, const Holding& holding,
                                  const std::string& address, delegation::Op op, ByteView value) {
  if (!holding.owns) {
    return fail(
        Errc::forbidden,
        "only an owner has something to say to a lock: \"" + holding.name + "\" is a delegation",
        "owner");
  }
  bool said = false;
  const MakeAnswer make = [&](const Challenge& challenge) {
    said = true;
    return delegation::statement_of_owner(challenge, holding.key, op, value);
  };
  std::set<std::string> readers;
  if (!address.empty()) {
    readers.insert(address);
  } else {
    for (const auto& [door, known] : holding.addresses) readers.insert(known);
  }
  Result<DoorOutcome> outcome =
      fail(Errc::invalid, "where is the lock? --lock unix:PATH or --lock ADDRESS:PORT", "usage");
  for (const std::string& reader : readers) {
    outcome = at_door(wallet, holding, reader, true, make);
    // What became of a statement that was said is not known: only lists may be said twice.
    if (outcome || (said && op != delegation::Op::lists)) break;
  }
  return outcome;
}

std::string refusal_words(unsigned reason) {
  static const std::map<std::string, std::string> kWords{
      {"refused",
       "the lock does not know this right: it may have been reset, or your owner is no "
       "owner any more"},
      {"owner", "who signed the root is no owner of this lock (any more)"},
      {"clock",
       "the lock does not know the time: an owner has to set it (keyferry lock set-clock)"},
      {"early", "the right has not begun yet"},
      {"expired", "the right is over"},
      {"door", "the right is for another door"},
      {"hour", "it is not one of the hours of this right"},
      {"stale",
       "the lock has no deny list of the owner that is young enough: an owner's wallet "
       "has to bring a new one (keyferry lock lists)"},
      {"denied", "the right was taken back"},
      {"used", "all uses of this right are gone"},
      {"full", "the lock cannot count for another right now"},
      {"depth", "it was passed on further than it may be"},
      {"late", "it took too long: try again"},
      {"last", "the last owner cannot be removed"},
      {"state", "the lock could not store the opening: try again"}};
  const std::string name = delegation::reason_name(reason);
  const auto found = kWords.find(name);
  return "the lock refused (" + name + ")" +
         (found == kWords.end() ? std::string() : ": " + found->second);
}

}  // namespace keyferry::wallet
