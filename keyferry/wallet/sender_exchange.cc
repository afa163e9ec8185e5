// transfer/confirmed_sender.h decides; before a grant or a signature, which cannot be undone, a
// last look sees whether the other side has given up.
#include "keyferry/wallet/sender_exchange.h"

#include "keyferry/codec/json.h"
#include "keyferry/codec/plain_text.h"
#include "keyferry/keystore/credential_record.h"
#include "keyferry/transfer/confirmed_sender.h"
#include "keyferry/wallet/exchange_run.h"
#include "keyferry/wallet/exchange_words.h"
#include "keyferry/wallet/holder.h"
#include "keyferry/wallet/sender_delegation.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::wallet {
namespace {

using transfer::ConfirmedSender;
using transfer::Effect;
using transfer::Effects;

// SenderExchange lives as long as one run; everything it refers to outlives it.
class SenderExchange final : public ExchangeRun {
 public:
  SenderExchange(Wallet& wallet, carrier::Courier& courier, carrier::Carrier& carrier,
                 keystore::SenderRecord& record, keystore::ExchangeFile& exchange,
                 ConfirmedSender machine, const WordsSource& words)
      : ExchangeRun(wallet, courier),
        carrier_(carrier),
        record_(record),
        exchange_(exchange),
        machine_(std::move(machine)),
        words_(words) {}

  const ConfirmedSender& machine() const { return machine_; }
  // taken says whether the authority told that the share was redeemed.
  bool taken() const { return taken_; }
  WhatIsKnown knows() const {
    return {taken_, revoked_, machine_.peer_label(), machine_.delegates() && was_signed()};
  }
  bool was_over() const { return has_ended(); }
  // cancel gives up, unless the exchange has ended: then it does what is still owed.
  Result<transfer::Ended> cancel() {
    return finish(has_ended() ? machine_.resume() : machine_.cancel());
  }

 protected:
  Effects message(ByteView plaintext) override { return machine_.message(plaintext); }
  Effects unreadable() override { return machine_.unreadable(); }
  Effects deadline() override {
    return machine_.deadline(transport_of(wallet_, record_.place)->outlasts_deadline());
  }
  Effects resume() const override { return machine_.resume(); }
  bool has_ended() const override { return machine_.state() == ConfirmedSender::State::ended; }
  bool closes() const override { return true; }
  Result<Done> save() override {
    exchange_.machine = machine_.encode();
    return keystore::save_exchange(wallet_.home, record_.id, exchange_);
  }
  Result<Effects> perform(const Effect& effect) override;
  void sent() override;
  Result<Effects> idle() override;

 private:
  Result<Holder*> holder();
  void tell_lock();
  Result<Effects> compare(const transfer::AskWords& ask);
  Result<std::optional<std::string>> next_words(const Person::Stop& stop);
  Result<Effects> grant(const transfer::CallGrant& grant);
  Result<Done> call(const std::string& method, const std::string& rest);
  Result<Done> revoke_unless_redeemed();
  Result<Effects> sign(const transfer::SignDelegation& wish);
  bool was_signed() const;

  carrier::Carrier& carrier_;
  keystore::SenderRecord& record_;
  keystore::ExchangeFile& exchange_;
  ConfirmedSender machine_;
  const WordsSource& words_;
  std::optional<Holder> holder_;
  bool taken_ = false;
  bool revoked_ = false;
  bool locked_ = false;
};

Result<Holder*> SenderExchange::holder() {
  if (!holder_) {
    KF_TRY(keystore::CredentialRecord credential,
           keystore::load_credential(wallet_.home, record_.credential));
    KF_TRY(Holder opened, Holder::open(wallet_, std::move(credential)));
    holder_.emplace(std::move(opened));
  }
  return &*holder_;
}

void SenderExchange::sent() {
  if (machine_.state() == ConfirmedSender::State::revealed) {
    const std::string& label = machine_.peer_label();
    wallet_.person.step("taken", {{"label", label}},
                        "taken by a wallet that " + calls_itself(label));
  } else if (machine_.state() == ConfirmedSender::State::granted) {
    wallet_.person.step("granted", {},
                        machine_.delegates() ? "signed; waiting until it is taken"
                                             : "granted; waiting until it is fetched");
  }
}

// The receiver's done is what ends the exchange; that the authority has issued is shown before. A
// share that was ended elsewhere ends the exchange.
Result<Effects> SenderExchange::idle() {
  if (machine_.delegates()) return Effects{};
  KF_TRY(Holder * who, holder());
  const auto share = who->share(record_.share);
  if (share && locked_ != (share->state == "locked")) tell_lock();
  if (!share || is_open(*share)) return Effects{};
  if (share->state == "expired") return kept(deadline());
  if (is_over(*share)) return kept(machine_.cancel());
  if (!taken_) wallet_.person.step("redeemed", {}, "the authority says that it was fetched");
  taken_ = true;
  return Effects{};
}

void SenderExchange::tell_lock() {
  locked_ = !locked_;
  if (!locked_) return wallet_.person.step("unlocked", {}, "it has a new PIN");
  wallet_.person.step("locked", {{"share", record_.share}},
                      "locked after five wrong PINs: `keyferry rearm " + record_.share +
                          "` in another terminal prints a new PIN, the link stays");
}

Result<Effects> SenderExchange::perform(const Effect& effect) {
  if (const auto* ask = std::get_if<transfer::AskWords>(&effect)) return compare(*ask);
  if (const auto* wish = std::get_if<transfer::CallGrant>(&effect)) return grant(*wish);
  if (const auto* wish = std::get_if<transfer::SignDelegation>(&effect)) return sign(*wish);
  if (std::holds_alternative<transfer::DeleteMailbox>(effect)) carrier_.close();
  if (std::holds_alternative<transfer::Revoke>(effect)) {
    KF_TRY(revoke_unless_redeemed());
  }
  if (std::holds_alternative<transfer::CallRefuse>(effect)) {
    KF_TRY(call("POST", "/refuse"));
  }
  return Effects{};
}

Result<std::optional<std::string>> SenderExchange::next_words(const Person::Stop& stop) {
  if (words_) {
    KF_TRY(auto given, words_(stop));
    if (given) return given;
  }
  KF_TRY(const SecretBytes typed,
         wallet_.person.ask_line("type the words the other person reads out (or no)",
                                 "--words, once they have told you: keyferry watch " +
                                     record_.share + " --words 'first second third'",
                                 stop));
  return std::optional(std::string(text_of(typed.expose())));
}

//= spec:transfer#4-words
Result<Effects> SenderExchange::compare(const transfer::AskWords& ask) {
  KF_TRY(Effects came, glance());
  if (!came.empty()) return came;
  // A cancel, a revoke or the deadline ends the question too.
  const Person::Stop stop = [&] {
    auto follows = meanwhile();
    if (follows) came = *std::move(follows);
    return !came.empty();
  };
  wallet_.person.step("compare", {{"label", ask.label}, {"tries_left", ask.tries_left}},
                      ask.tries_left == 3
                          ? "ask the person whom you mean for the three words"
                          : "these are not the words: " + std::to_string(ask.tries_left) +
                                (ask.tries_left == 1 ? " entry" : " entries") +
                                " left; ask the person again");
  for (;;) {
    const auto answer = next_words(stop);
    if (!came.empty()) return came;
    KF_TRY(const auto typed, answer);
    const auto line = codec::plain_line(typed.value_or(""), "what was typed");
    if (line && line->empty()) continue;
    if (line && (*line == "no" || *line == "NO" || *line == "No")) return kept(machine_.refuse());
    const auto odd = line ? transfer::odd_one_out(*line) : std::nullopt;
    if (line && !odd) return kept(machine_.words(*line));
    wallet_.person.say((line ? "none of the words is \"" + *odd + "\"" : line.error().detail) +
                       ": nothing was compared");
    if (words_ || !wallet_.person.can_answer()) {
      return fail(Errc::invalid, "what was given as words is none: nothing was compared", "usage");
    }
  }
}

Result<Effects> SenderExchange::grant(const transfer::CallGrant& grant) {
  KF_TRY(Effects meanwhile, glance());
  if (!meanwhile.empty()) return meanwhile;
  KF_TRY(Holder * who, holder());
  client::HolderCall post;
  post.method = "POST";
  post.path = "/v1/shares/" + record_.share + "/grant";
  post.body = boost::json::object{{"thumbprint", grant.thumbprint}, {"label", grant.label}};
  const auto response = who->call(post);
  if (!response) {
    if (!client::is_refusal(response.error())) return response.error();
    return kept(machine_.grant_refused(response.error().detail));
  }
  KF_TRY(const boost::json::object object, client::json_of(*response));
  const auto offer = codec::object_member(object, "credential_offer");
  if (!offer) return kept(machine_.grant_refused("the authority's grant holds no offer"));
  return kept(machine_.granted(**offer));
}

bool SenderExchange::was_signed() const {
  const auto kept = keystore::load_signed(wallet_.home, record_.share);
  return !kept || kept->has_value();
}

// What was signed is stored before the other side gets it, so that it can be taken back.
Result<Effects> SenderExchange::sign(const transfer::SignDelegation& wish) {
  KF_TRY(Effects came, glance());
  if (!came.empty()) return came;
  KF_TRY(const transfer::Import import, sign_for(wallet_, record_, wish));
  return kept(machine_.signed_delegation(import));
}

// call makes a call about the share; that the authority knows better is no error.
Result<Done> SenderExchange::call(const std::string& method, const std::string& rest) {
  KF_TRY(Holder * who, holder());
  client::HolderCall call;
  call.method = method;
  call.path = "/v1/shares/" + record_.share + rest;
  if (method == "POST") call.body = boost::json::object();
  const auto response = who->call(call);
  if (!response && !client::is_refusal(response.error())) return response.error();
  return Done{};
}

Result<Done> SenderExchange::revoke_unless_redeemed() {
  KF_TRY(Holder * who, holder());
  const auto share = who->share(record_.share);
  if (!share) {
    if (!client::is_refusal(share.error())) return share.error();
    return Done{};
  }
  if (!is_open(*share)) {
    taken_ = share->state == "redeemed";
    revoked_ = share->state == "revoked";
    return Done{};
  }
  return call("DELETE", "");
}

// Running is an exchange that was read from its file, with everything that a run needs.
struct Running {
  keystore::ExchangeFile exchange;
  std::unique_ptr<carrier::Carrier> carrier;
  carrier::Courier courier;
  SenderExchange run;

  Running(Wallet& wallet, keystore::SenderRecord& record, keystore::ExchangeFile file,
          ConfirmedSender machine, const WordsSource& words)
      : exchange(std::move(file)),
        carrier(transport_of(wallet, record.place)->sender_carrier(record, exchange)),
        courier(wallet.home, record.id, exchange, *carrier),
        run(wallet, courier, *carrier, record, exchange, std::move(machine), words) {}
};

Result<std::unique_ptr<Running>> open_exchange(Wallet& wallet, keystore::SenderRecord& record,
                                               const WordsSource& words) {
  KF_TRY(auto exchange, keystore::load_exchange(wallet.home, record.id));
  if (!exchange) return std::unique_ptr<Running>();
  KF_TRY(ConfirmedSender machine, ConfirmedSender::parse(exchange->machine));
  const auto transport = transport_of(wallet, record.place);
  KF_TRY(transport->check(*exchange));
  machine.placed(transport->address(keystore::full_link(record)));
  return std::make_unique<Running>(wallet, record, *std::move(exchange), std::move(machine), words);
}

// The keys go first: a record without them is one that has ended.
Result<Done> erase(Wallet& wallet, const keystore::SenderRecord& record) {
  KF_TRY(keystore::erase_exchange(wallet.home, record.id));
  return keystore::erase_sender_record(wallet.home, record.id);
}

// await_new_code keeps of the record what a new invite for the same share needs: the mailbox with
// its cancel, secret and keys are over.
Result<Done> await_new_code(Wallet& wallet, keystore::SenderRecord& record) {
  KF_TRY(keystore::erase_exchange(wallet.home, record.id));
  record.link.reset();
  record.payload.reset();
  record.secret.reset();
  record.code.clear();
  return keystore::save_sender_record(wallet.home, record);
}

}  // namespace

Result<Done> make_invite(Wallet& wallet, const std::string& issuer,
                         keystore::SenderRecord& record) {
  transfer::SenderTerms terms;
  terms.authority = issuer;
  terms.kind = record.kind;
  terms.rights = record.rights;
  terms.share = record.share;
  terms.expires = record.valid_until;
  terms.note = record.note;
  terms.secret = record.secret->clone();
  terms.code = SecretBytes::copy(bytes_of(record.code));
  terms.words = record.words;
  KF_TRY(const ConfirmedSender machine,
         ConfirmedSender::start(std::move(terms), transfer::SenderRandomness::draw()));
  keystore::ExchangeFile exchange{machine.encode(), std::nullopt, std::nullopt};
  record.payload =
      transport_of(wallet, record.place)->seal_first(record, machine.own_last(), &exchange);
  KF_TRY(keystore::save_exchange(wallet.home, record.id, exchange));
  return keystore::save_sender_record(wallet.home, record);
}

Result<SenderOutcome> run_sender_exchange(Wallet& wallet, keystore::SenderRecord& record,
                                          const WordsSource& words) {
  KF_TRY(const file::Lock lock, wallet.home.lock_transfer(record.id));
  KF_TRY(auto running, open_exchange(wallet, record, words));
  // Without its keys, or with its end stored: it was killed at its last step.
  const bool was_over = !running || running->run.was_over();
  transfer::Ended ended;
  if (running) {
    KF_TRY(ended, running->run.run(record.link_until));
  }
  std::optional<SenderOutcome> known;
  if (was_over && ended.reason.empty() && !is_delegation(record)) {
    KF_TRY(known, known_outcome(wallet, record, running != nullptr));
  }
  if (running && !running->run.taken() && ended.reason == "code" && !ended.by_peer &&
      !is_delegation(record)) {
    KF_TRY(await_new_code(wallet, record));
    return SenderOutcome{
        ended.reason,
        words_to_sender(ended) + "; the share is still open: keyferry rearm " + record.share};
  }
  SenderOutcome outcome;
  if (known) {
    outcome = *std::move(known);
  } else if (running) {
    outcome = outcome_of(running->run.knows(), record, ended);
  } else {
    KF_TRY(erase(wallet, record));
    return fail(Errc::conflict, "this exchange is over: see `keyferry list --shares`");
  }
  KF_TRY(keystore::erase_exchange(wallet.home, record.id));
  if (!outcome.reason.empty()) {
    KF_TRY(keystore::erase_sender_record(wallet.home, record.id));
  }
  return outcome;
}

Result<bool> settle_share(Wallet& wallet, const keystore::SenderRecord& record) {
  const auto lock = wallet.home.lock_transfer(record.id);
  if (!lock && lock.error().reason == "busy") return false;
  if (!lock) return lock.error();
  KF_TRY(auto again, keystore::load_sender_record(wallet.home, record.id));
  if (!again || !again->link) return true;
  const WordsSource none;
  KF_TRY(auto running, open_exchange(wallet, *again, none));
  if (running) {
    KF_TRY(const auto ended, running->run.settle());
    if (!ended) return false;
  }
  KF_TRY(erase(wallet, record));
  return true;
}

Result<Done> cancel_share(Wallet& wallet, const keystore::SenderRecord& record) {
  KF_TRY(const file::Lock lock, wallet.home.lock_transfer(record.id));
  KF_TRY(auto again, keystore::load_sender_record(wallet.home, record.id));
  if (!again || !again->link) return erase(wallet, record);
  const WordsSource none;
  KF_TRY(auto running, open_exchange(wallet, *again, none));
  if (running) {
    KF_TRY(running->run.cancel());
  }
  return erase(wallet, record);
}

}  // namespace keyferry::wallet
