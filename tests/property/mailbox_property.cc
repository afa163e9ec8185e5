// Whatever is asked in whatever order, the rules of mailbox/ answer like a model of ten lines.
#include <set>
#include <tuple>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "keyferry/mailbox/claim.h"
#include "keyferry/mailbox/delete.h"
#include "keyferry/mailbox/delivery.h"
#include "keyferry/mailbox/encoding.h"
#include "keyferry/mailbox/lifetime.h"
#include "keyferry/mailbox/read.h"
#include "keyferry/mailbox/relinquish.h"
#include "keyferry/mailbox/update.h"

namespace keyferry::mailbox {
namespace {

enum class Verb { read, update, remove, relinquish };

struct Step {
  Verb verb;
  int who;         // 0 is the creator
  int proof;       // 0 none, 1 right, 2 wrong
  int request_id;  // few of them, so that repeats are common
  int text;
};

void showValue(const Step& step, std::ostream& out) {
  out << "{verb " << static_cast<int>(step.verb) << " who " << step.who << " proof " << step.proof
      << " id " << step.request_id << " text " << step.text << "}";
}

rc::Gen<Step> any_step() {
  return rc::gen::construct<Step>(rc::gen::element(Verb::read, Verb::read, Verb::update,
                                                   Verb::update, Verb::relinquish, Verb::remove),
                                  rc::gen::inRange(0, 4), rc::gen::inRange(0, 3),
                                  rc::gen::inRange(0, 6), rc::gen::inRange(0, 100));
}

// The ten lines. `holder` 0 is nobody.
struct Model {
  bool keyed, proof_only, writable, removable;
  int holder = 0, slot = -1, first = -1;
  bool firm = false, replied = false, creator_wrote = false, gone = false;
  std::set<std::tuple<Verb, int, int>> done;

  std::string read(const Step& s) {
    if (gone) return "not_found";
    if (s.who == 0 || (firm && holder == s.who)) return "ok";
    if (keyed && (s.proof == 2 || (proof_only && s.proof == 0))) return "claim_proof";
    const bool proven = keyed && s.proof == 1;
    if (firm || (holder && holder != s.who && !proven)) return "claimed";
    holder = s.who, firm = proven || !keyed, creator_wrote = replied = false;
    return "ok";
  }
  std::string update(const Step& s) {
    if (gone) return "not_found";
    if (done.contains({s.verb, s.who, s.request_id})) return "repeated";
    if (s.who != 0 && s.who != holder) return "not_bound";
    if (!writable) return "access_right";
    if (holder) firm = true;
    if (s.who == 0) creator_wrote = holder != 0;
    if (s.who != 0 && !replied) first = slot, replied = true;
    slot = s.text, done.insert({s.verb, s.who, s.request_id});
    return "ok";
  }
  std::string remove(const Step& s) {
    if (gone) return "not_found";
    if (s.who != 0 && s.who != holder) return "not_bound";
    if (s.who != 0 && !removable) return "access_right";
    gone = true;
    return "ok";
  }
  std::string relinquish(const Step& s) {
    if (gone) return "not_found";
    if (done.contains({s.verb, s.who, s.request_id})) return "repeated";
    if (s.who == 0 || s.who != holder) return "not_bound";
    if (creator_wrote) return "exchange_advanced";
    if (replied) slot = first;
    holder = 0, firm = replied = false, done.insert({s.verb, s.who, s.request_id});
    return "ok";
  }
  std::string step(const Step& s) {
    return s.verb == Verb::read     ? read(s)
           : s.verb == Verb::update ? update(s)
           : s.verb == Verb::remove ? remove(s)
                                    : relinquish(s);
  }
};

const Time kNow = from_unix_seconds(1'700'000'000);

template <class Id>
Id filled(int octet) {
  Id id;
  id.octets.fill(static_cast<std::uint8_t>(octet + 1));
  return id;
}

Payload payload(int text) {
  return {"AEAD_AES_256_GCM", Bytes(28, static_cast<std::uint8_t>(text + 1))};
}

// A request is hashed with its verb and its claim.
HashedRequest request_of(const Step& step) {
  HashedRequest request;
  request.octets = {static_cast<std::uint8_t>(step.verb), static_cast<std::uint8_t>(step.who),
                    static_cast<std::uint8_t>(step.request_id)};
  return request;
}

std::optional<ClaimKeyHash> proof_of(const Step& step) {
  if (step.proof == 0) return std::nullopt;
  return filled<ClaimKeyHash>(step.proof == 1 ? 50 : 51);
}

std::string word_of(const Error& error) {
  return std::string(reason_of(error));
}

template <class Outcome>
std::string keep(State& state, Result<Outcome> outcome) {
  if (!outcome) return word_of(outcome.error());
  state = std::move(outcome->box);
  return outcome->duplicate ? "repeated" : "ok";
}

std::string ask(State& state, const Step& step) {
  const auto claim = filled<HashedClaim>(step.who);
  switch (step.verb) {
    case Verb::read: {
      auto out = decide_read(state, claim, {proof_of(step), {}, {}, {}}, kNow);
      if (!out) return word_of(out.error());
      RC_ASSERT(out->changed == (State(out->box) != state));
      state = std::move(out->box);
      return "ok";
    }
    case Verb::update:
      return keep(
          state, decide_update(state, claim, {request_of(step), payload(step.text), {}, {}}, kNow));
    case Verb::relinquish:
      return keep(state, decide_relinquish(state, claim, request_of(step), kNow));
    case Verb::remove: {
      const auto deleted = decide_delete(state, claim, kNow);
      if (!deleted) return word_of(deleted.error());
      state = deleted->left;
      return "ok";
    }
  }
  return "";
}

Mailbox fresh_box(const Model& model) {
  Mailbox box;
  box.deadline = kNow + std::chrono::hours(1);
  box.creator = filled<HashedClaim>(0);
  box.rights = {true, model.writable, model.removable};
  if (model.keyed) box.rule = {filled<ClaimKeyHash>(50), model.proof_only};
  box.slot.payload = payload(model.slot);
  return box;
}

// Whoever follows the queue gets what the other side wrote, all of it and in its order.
struct Follower {
  int who = 0;
  std::uint64_t after = 0;
  std::vector<int> got;
};

void fetch_all(State& state, Follower& follower) {
  const auto claim = filled<HashedClaim>(follower.who);
  while (true) {
    auto out = decide_read(state, claim, {{}, follower.after, {}, {}}, kNow).value();
    const Message* next = find_message(out.box, out.reader, follower.after);
    state = out.box;
    if (!next) return;
    follower.after = next->seq;
    follower.got.push_back(next->payload.data[0] - 1);
  }
}

// At most one receiver, whoever asks what: part of the property, stated apart from the model.
void check_invariants(const State& before, const State& after) {
  const auto* box = std::get_if<Mailbox>(&after);
  const auto* old = std::get_if<Mailbox>(&before);
  if (!box) return;
  RC_ASSERT(old != nullptr);
  const auto* was = std::get_if<Bound>(&old->recipient);
  const auto* now = std::get_if<Bound>(&box->recipient);
  if (was && now) RC_ASSERT(same(was->claim, now->claim));
  RC_ASSERT(box->creator == old->creator);
  RC_ASSERT(box->deadline == old->deadline);
}

State stored_and_read(const State& state) {
  const Encoded encoded = encode_state(state);
  return parse_state(encoded.octets, encoded.parts).value();
}

//= spec:tigress#CLM-07 test
//= spec:tigress#A-27 test
RC_GTEST_PROP(MailboxProperty, AnswersLikeTheModel, ()) {
  Model model{};
  model.keyed = *rc::gen::arbitrary<bool>();
  model.proof_only = model.keyed && *rc::gen::arbitrary<bool>();
  model.writable = *rc::gen::weightedElement<bool>({{4, true}, {1, false}});
  model.removable = *rc::gen::arbitrary<bool>();
  model.slot = 127;
  Mailbox fresh = fresh_box(model);
  if (*rc::gen::arbitrary<bool>()) fresh.delivery = Delivery::queue;
  State state = fresh;
  for (const Step& step : *rc::gen::container<std::vector<Step>>(any_step())) {
    const State before = state;
    const std::string word = ask(state, step);
    RC_LOG() << "step answered " << word << std::endl;
    RC_ASSERT(word == model.step(step));
    check_invariants(before, state);
    RC_ASSERT(stored_and_read(state) == state);
    if (word != "ok") RC_ASSERT(state == before);
    if (const auto* box = std::get_if<Mailbox>(&state)) {
      RC_ASSERT(box->slot.payload == payload(model.slot));
    }
  }
}

// Two sides write at any time and fetch whenever they like; nobody gives up. What does not fit is
// refused, and nothing that was taken is lost.
//= spec:tigress#A-20 test
//= spec:tigress#REL-03 test
RC_GTEST_PROP(MailboxProperty, AQueueLosesNothingAndKeepsTheOrder, ()) {
  Model model{};
  model.writable = model.removable = true;
  model.slot = 127;
  Mailbox fresh = fresh_box(model);
  fresh.delivery = Delivery::queue;
  State state = fresh;
  Follower creator{0, 0, {}};
  Follower recipient{1, 0, {}};
  fetch_all(state, recipient);
  std::vector<int> wrote[2] = {{127}, {}};
  int id = 0;
  const auto acts = *rc::gen::container<std::vector<std::pair<bool, bool>>>(rc::gen::pair(
      rc::gen::arbitrary<bool>(), rc::gen::weightedElement<bool>({{3, true}, {1, false}})));
  for (const auto& [of_recipient, writes] : acts) {
    if (!writes) {
      fetch_all(state, of_recipient ? recipient : creator);
      continue;
    }
    const Step step{Verb::update, of_recipient ? 1 : 0, 0, 0, id % 100};
    HashedRequest request = request_of(step);
    request.octets[3] = static_cast<std::uint8_t>(++id);
    auto out = decide_update(state, filled<HashedClaim>(step.who),
                             {request, payload(step.text), {}, {}}, kNow);
    if (!out) {
      RC_ASSERT(word_of(out.error()) == "queue_full");
      continue;
    }
    state = out->box;
    wrote[step.who].push_back(step.text);
    RC_ASSERT(stored_and_read(state) == state);
  }
  fetch_all(state, creator);
  fetch_all(state, recipient);
  RC_ASSERT(creator.got == wrote[1]);
  RC_ASSERT(recipient.got == wrote[0]);
  RC_ASSERT(std::get<Mailbox>(state).queue.waiting.size() <= 1 + kMostQueued);
}

RC_GTEST_PROP(MailboxProperty, WhateverParsesEncodesToTheSameOctets, (Bytes octets)) {
  const auto state = parse_state(octets);
  if (state && octets[0] == 3) RC_ASSERT(encode_state(*state).octets == octets);
}

}  // namespace
}  // namespace keyferry::mailbox
