// transfer/confirmed_receiver.h decides; here the person is asked, the key is stored before the
// request that names it goes out, and what was granted is redeemed.
#include "keyferry/wallet/receiver_exchange.h"

#include "keyferry/client/authority_client.h"
#include "keyferry/client/refusals.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/digest/random.h"
#include "keyferry/keystore/receiver_record.h"
#include "keyferry/transfer/confirmed_receiver.h"
#include "keyferry/wallet/exchange_run.h"
#include "keyferry/wallet/exchange_words.h"
#include "keyferry/wallet/offer_plan.h"
#include "keyferry/wallet/receiver_delegation.h"
#include "keyferry/wallet/receiver_link.h"
#include "keyferry/wallet/redeem.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kCodeDigits = 6;
constexpr Duration kDropLifetime = std::chrono::hours(48);  // of a drop, and of a link at most

using transfer::ConfirmedReceiver;
using transfer::Effect;
using transfer::Effects;

// leaves_a_way says whether an error while redeeming leaves something that can be done: type the
// PIN again, have the sender unlock it, wait for the network. Otherwise the exchange ends with it.
bool leaves_a_way(const Error& error) {
  return error.reason == "locked" || !client::is_final(error);
}

class ReceiverExchange final : public ExchangeRun {
 public:
  ReceiverExchange(Wallet& wallet, carrier::Courier& courier, keystore::ReceiverRecord& record,
                   keystore::ExchangeFile& exchange, ConfirmedReceiver machine,
                   const ReceiverOptions& options)
      : ExchangeRun(wallet, courier),
        record_(record),
        exchange_(exchange),
        machine_(std::move(machine)),
        options_(options) {}

  ConfirmedReceiver& machine() { return machine_; }
  const std::optional<Received>& stored() const { return stored_; }
  Received take_stored() { return *std::move(stored_); }
  const std::optional<Error>& failed() const { return failed_; }
  // relinquished says that nothing had been written, and the mailbox goes back.
  bool relinquished() const { return relinquished_; }

 protected:
  Effects message(ByteView plaintext) override { return machine_.message(plaintext); }
  Effects unreadable() override { return machine_.unreadable(); }
  Effects deadline() override { return machine_.deadline(); }
  Effects resume() const override { return machine_.resume(); }
  bool has_ended() const override { return machine_.state() == ConfirmedReceiver::State::ended; }
  bool closes() const override { return false; }
  Result<Done> save() override {
    exchange_.machine = machine_.encode();
    return keystore::save_exchange(wallet_.home, record_.id, exchange_);
  }
  Result<Effects> perform(const Effect& effect) override;
  void sent() override;
  Result<Effects> displaced(const Error& error) override;

 private:
  Result<Effects> ask(const transfer::Invite& invite);
  Result<Effects> agree(const transfer::Invite& invite);
  Result<Effects> agree_to_delegation(const transfer::DelegationInvite& invite);
  Result<Effects> declined_or(Result<Effects> agreed);
  Result<Effects> approve(bool coded);
  Result<Effects> import(const transfer::Import& import);
  Result<SecretBytes> code_for(bool coded);
  Result<Effects> redeem(const transfer::Redeem& redeem);
  void show(const transfer::WordOctets& words);

  keystore::ReceiverRecord& record_;
  keystore::ExchangeFile& exchange_;
  ConfirmedReceiver machine_;
  const ReceiverOptions& options_;
  std::optional<Received> stored_;
  std::optional<Error> failed_;
  bool relinquished_ = false;
};

void ReceiverExchange::sent() {
  if (machine_.state() == ConfirmedReceiver::State::requested) {
    wallet_.person.step("requested", {{"until", codec::encode_rfc3339(until())}},
                        "waiting for the sender's wallet, until " + show_time(until()));
  }
}

// Another receiver has answered before us, and the sender goes on with that one.
Result<Effects> ReceiverExchange::displaced(const Error&) {
  failed_ =
      fail(Errc::unauthorized,
           "another wallet opened this link first, and has answered: nothing was taken. If it is "
           "not yours, tell the sender: `keyferry revoke …` on their side ends it",
           "claimed");
  return kept(machine_.deadline());
}

void ReceiverExchange::show(const transfer::WordOctets& words) {
  const std::string text = transfer::words_of(words);
  const std::string digits = transfer::digits_of_words(words);
  wallet_.person.step(
      "words", {{"words", text}, {"digits", digits}},
      "read these words to the sender, who knows your voice: " + text + "  (" + digits + ")");
}

Result<Effects> ReceiverExchange::perform(const Effect& effect) {
  if (const auto* shown = std::get_if<transfer::ShowInvite>(&effect)) return ask(shown->invite);
  if (const auto* shown = std::get_if<transfer::ShowDelegation>(&effect)) {
    return declined_or(agree_to_delegation(shown->invite));
  }
  if (const auto* given = std::get_if<transfer::ImportDelegation>(&effect)) {
    return import(given->import);
  }
  if (const auto* words = std::get_if<transfer::ShowWords>(&effect)) show(words->words);
  if (const auto* grant = std::get_if<transfer::Redeem>(&effect)) return redeem(*grant);
  if (std::holds_alternative<transfer::Relinquish>(effect)) {
    relinquished_ = true;  // by let_go, once the exchange is over
  }
  return Effects{};
}

Result<Effects> ReceiverExchange::ask(const transfer::Invite& invite) {
  return declined_or(agree(invite));
}

Result<Effects> ReceiverExchange::declined_or(Result<Effects> agreed) {
  if (agreed || client::was_lost(agreed.error())) return agreed;
  failed_ = agreed.error();
  return kept(machine_.decline());
}

// What the person sees is made from the data by the kind's own code; the key is made and stored
// before the request that names it.
//= spec:transfer#5-approval
Result<Effects> ReceiverExchange::agree(const transfer::Invite& invite) {
  if (!record_.agreed) {
    KF_TRY(agree_to_contact(wallet_, invite.authority));
  }
  client::AuthorityClient client(wallet_.web, invite.authority,
                                 allows_local(wallet_, invite.authority));
  KF_TRY(const client::IssuerMetadata* authority, client.metadata());
  const credential::OfferTerms terms{invite.kind, invite.rights, {Time{}, invite.expires}};
  KF_TRY(const OfferPlan plan, make_plan({invite.kind}, terms, *authority));
  show_plan(wallet_.person, plan, invite.note);
  if (!record_.agreed) {
    KF_TRY(const bool yes, wallet_.person.agree("ask the sender for it?"));
    if (!yes) return declined();
  }
  record_.agreed = true;
  record_.approved = terms;
  if (!record_.key) {
    record_.key = crypto::PrivateKey::generate(authority->proof_keys.at(plan.configuration));
  }
  return approve(invite.handshake.code.has_value());
}

//= spec:transfer#5-approval
Result<Effects> ReceiverExchange::agree_to_delegation(const transfer::DelegationInvite& invite) {
  KF_TRY(show_delegation(wallet_, invite));
  if (!record_.agreed) {
    KF_TRY(const bool yes, wallet_.person.agree("ask the sender for it?"));
    if (!yes) return declined();
  }
  record_.agreed = true;
  if (!record_.key) record_.key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  return approve(invite.handshake.code.has_value());
}

Result<Effects> ReceiverExchange::approve(bool coded) {
  KF_TRY(keystore::save_receiver_record(wallet_.home, record_));
  KF_TRY(SecretBytes code, code_for(coded));
  transfer::ReceiverApproval approval{record_.key->public_key(), record_.label, std::move(code)};
  digest::random_fill(approval.nonce);
  return kept(machine_.approve(std::move(approval)));
}

// One code a transfer, since the other side counts a wrong one: only what cannot be a code is asked
// for again.
//= spec:transfer#5-code
Result<SecretBytes> ReceiverExchange::code_for(bool coded) {
  if (!coded) return SecretBytes();
  for (bool again = false;; again = true) {
    SecretBytes typed;
    const auto& given = options_.code ? options_.code : options_.number;
    if (given && !again) {
      typed = given->clone();
    } else {
      KF_TRY(typed,
             wallet_.person.ask_secret("code that the sender told you", "--code or --code-file"));
    }
    auto digits = codec::digits_of(text_of(typed.expose()));
    if (digits && digits->size() == kCodeDigits) {
      SecretBytes code = SecretBytes::copy(bytes_of(*digits));
      wipe(*digits);
      return code;
    }
    const Error bad = fail(
        Errc::invalid, "a code has six digits: type it as the sender told you; nothing was sent",
        "code_form");
    if (!wallet_.person.can_answer()) return bad;
    wallet_.person.say(bad.detail);
  }
}

//= spec:transfer#3-confirmed
Result<Effects> ReceiverExchange::redeem(const transfer::Redeem& redeem) {
  if (!record_.offer) wallet_.person.step("granted", {}, "granted; fetching it");
  record_.offer = redeem.credential_offer;
  record_.coded = machine_.invite()->handshake.code.has_value();
  KF_TRY(keystore::save_receiver_record(wallet_.home, record_));
  auto stored = redeem_offer(wallet_, record_, options_);
  if (stored) {
    stored_ = *std::move(stored);
    return kept(machine_.redeemed({true, ""}));
  }
  if (leaves_a_way(stored.error())) return stored.error();
  failed_ = stored.error();
  return kept(machine_.redeemed({false, outcome_reason(stored.error().detail)}));
}

//= spec:transfer#3-delegation
Result<Effects> ReceiverExchange::import(const transfer::Import& import) {
  wallet_.person.step("granted", {}, "signed; checking it");
  auto kept_one = keep_delegation(wallet_, record_, *machine_.delegation(), import, options_.name);
  if (kept_one) {
    stored_ = *std::move(kept_one);
    return kept(machine_.redeemed({true, ""}));
  }
  const Error& why = kept_one.error();
  if (why.code == Errc::io || why.code == Errc::storage_full || why.reason == "name_taken") {
    return why;
  }
  failed_ = kept_one.error();
  failed_->detail += ". What the sender signed was not kept";
  return kept(machine_.redeemed({false, outcome_reason(kept_one.error().detail)}));
}

struct Running {
  keystore::ExchangeFile exchange;
  std::unique_ptr<carrier::Carrier> carrier;
  carrier::Courier courier;
  ReceiverExchange run;

  Running(Wallet& wallet, keystore::ReceiverRecord& record, keystore::ExchangeFile file,
          ConfirmedReceiver machine, const ReceiverOptions& options)
      : exchange(std::move(file)),
        carrier(transport_of(wallet, record.mailbox->place)
                    ->receiver_carrier(*record.mailbox, exchange)),
        courier(wallet.home, record.id, exchange, *carrier),
        run(wallet, courier, record, exchange, std::move(machine), options) {}
};

Time end_of_offer(const ConfirmedReceiver& machine) {
  return machine.invite() ? machine.invite()->expires : machine.delegation()->expires;
}

Result<std::unique_ptr<Running>> open_exchange(Wallet& wallet, keystore::ReceiverRecord& record,
                                               const ReceiverOptions& options) {
  KF_TRY(auto exchange, keystore::load_exchange(wallet.home, record.id));
  if (!exchange) {
    return fail(Errc::conflict, "this exchange is over: ask the sender for a new link");
  }
  KF_TRY(transport_of(wallet, record.mailbox->place)->check(*exchange));
  KF_TRY(ConfirmedReceiver machine, ConfirmedReceiver::parse(exchange->machine));
  return std::make_unique<Running>(wallet, record, *std::move(exchange), std::move(machine),
                                   options);
}

// The relay says the same of a mailbox that was deleted and of one that ran out. Its deadline is
// known here, and so is its clock.
bool is_gone_early(Wallet& wallet, const keystore::ReceiverRecord& record,
                   const transfer::Ended& ended) {
  constexpr auto kMargin = std::chrono::seconds(5);
  if (ended.reason != "expired" || ended.by_peer || !record.mailbox) return false;
  const Time there = wallet.web.now() + wallet.web.clock_difference();
  return transport_of(wallet, record.mailbox->place)->tells_deadline() &&
         there < record.mailbox->expires - kMargin;
}

Error failure_of(Wallet& wallet, const keystore::ReceiverRecord& record,
                 const transfer::Ended& ended) {
  if (is_gone_early(wallet, record, ended)) return fail(Errc::forbidden, gone_early(), "gone");
  return fail(Errc::forbidden, words_to_receiver(ended), ended.reason);
}

// bury ends an exchange without the credential: no secret is left, and the link is never used for
// another request.
Error bury(Wallet& wallet, keystore::ReceiverRecord& record, const ReceiverExchange& run,
           const transfer::Ended& ended) {
  Error why = run.failed().value_or(failure_of(wallet, record, ended));
  if (run.relinquished()) return let_go(wallet, record, std::move(why));
  if (auto erased = keystore::erase_exchange(wallet.home, record.id); !erased)
    return erased.error();
  record = keystore::tombstone(record, why.detail);
  if (auto saved = keystore::save_receiver_record(wallet.home, record); !saved)
    return saved.error();
  return why;
}

Result<Done> expire(Wallet& wallet, keystore::ReceiverRecord& record) {
  const ReceiverOptions options;
  auto running = open_exchange(wallet, record, options);
  if (!running) return keystore::erase_exchange(wallet.home, record.id);
  ReceiverExchange& run = (*running)->run;
  const auto state = run.machine().state();
  // A delegation that has come is kept, whatever the time: nobody is to be asked for it.
  const bool come = run.machine().delegation() && state == ConfirmedReceiver::State::redeeming;
  const bool goes_on = come || state == ConfirmedReceiver::State::ended;
  KF_TRY(const transfer::Ended end,
         run.finish(goes_on ? run.machine().resume() : run.machine().deadline()));
  if (run.stored()) {
    KF_TRY(keystore::erase_exchange(wallet.home, record.id));
    return keystore::erase_receiver_record(wallet.home, record.id);
  }
  static_cast<void>(bury(wallet, record, run, end));
  return Done{};
}

}  // namespace

bool is_exchange(ByteView plaintext) {
  const auto envelope = transfer::parse_envelope(plaintext);
  return envelope && (envelope->format == transfer::kShareFormat ||
                      envelope->format == transfer::kDelegationFormat);
}

Result<Done> begin_exchange(Wallet& wallet, keystore::ReceiverRecord& record, ByteView plaintext,
                            std::optional<keystore::DropState> drops) {
  keystore::ReceiverMailbox& mailbox = *record.mailbox;
  KF_TRY(const transfer::Envelope envelope, transfer::parse_envelope(plaintext));
  ConfirmedReceiver machine = ConfirmedReceiver::claim(
      mailbox.link.secret->clone(), transport_of(wallet, mailbox.place)->address(mailbox.link),
      envelope.format);
  const Effects effects = machine.message(plaintext);
  for (const Effect& effect : effects) {
    if (const auto* ended = std::get_if<transfer::Ended>(&effect)) {
      return fail(Errc::invalid, words_to_receiver(*ended), ended->reason);
    }
  }
  if (!machine.invite() && !machine.delegation()) {
    return fail(Errc::invalid, "the message inside the link is not an invitation", "damaged");
  }
  if (drops) {  // the relay says nothing of deadlines
    mailbox.expires = std::min(end_of_offer(machine), wallet.web.now() + kDropLifetime);
  }
  KF_TRY(keystore::save_exchange(wallet.home, record.id,
                                 {machine.encode(), std::nullopt, std::move(drops)}));
  record.confirmed = true;
  if (machine.invite()) record.note = machine.invite()->note;
  return keystore::save_receiver_record(wallet.home, record);
}

Result<Received> run_receiver_exchange(Wallet& wallet, keystore::ReceiverRecord& record,
                                       const ReceiverOptions& options) {
  if (!record.ended.empty()) {
    return fail(Errc::conflict, "this link was used up before: " + record.ended, "used_up");
  }
  KF_TRY(auto running, open_exchange(wallet, record, options));
  if (running->exchange.outgoing) {
    KF_TRY(transport_of(wallet, record.mailbox->place)
               ->say_again(running->exchange.outgoing->payload));
  }
  // Where the place told no deadline: what was offered ends some time.
  const Time told = record.mailbox->expires;
  const Time deadline = told == Time{} ? end_of_offer(running->run.machine()) : told;
  KF_TRY(const transfer::Ended ended, running->run.run(deadline));
  if (!running->run.stored()) return bury(wallet, record, running->run, ended);
  KF_TRY(keystore::erase_exchange(wallet.home, record.id));
  return running->run.take_stored();
}

Result<Done> tell_received(Wallet& wallet, keystore::ReceiverRecord& record) {
  const ReceiverOptions options;
  auto running = open_exchange(wallet, record, options);
  if (!running) return Done{};
  ReceiverExchange& run = (*running)->run;
  const bool ended = run.machine().state() == ConfirmedReceiver::State::ended;
  KF_TRY(run.finish(ended ? run.machine().resume() : run.machine().redeemed({true, ""})));
  return keystore::erase_exchange(wallet.home, record.id);
}

Result<Done> tidy_received(Wallet& wallet) {
  KF_TRY(const std::vector<std::string> ids, keystore::list_receiver_records(wallet.home));
  for (const std::string& id : ids) {
    const auto lock = wallet.home.lock_transfer(id);
    if (!lock) continue;
    auto loaded = keystore::load_receiver_record(wallet.home, id);
    if (!loaded || !*loaded) continue;
    keystore::ReceiverRecord& record = **loaded;
    const Time now = wallet.web.now();
    const bool forgotten = now - record.started >= kUsedUpMemory;
    const bool late =
        record.mailbox && record.mailbox->expires != Time{} && now >= record.mailbox->expires;
    // Once the authority was asked the share may be this key's, whatever became of the mailbox.
    const bool asked = record.key && record.offer;
    const bool over = record.ended.empty() && late && !asked;
    if (!over && !forgotten) continue;
    KF_TRY(record.confirmed && record.ended.empty()
               ? expire(wallet, record)
               : keystore::erase_receiver_record(wallet.home, id));
  }
  return Done{};
}

Result<std::string> give_up_receiving(Wallet& wallet, keystore::ReceiverRecord& record) {
  const ReceiverOptions options;
  KF_TRY(auto running, open_exchange(wallet, record, options));
  ReceiverExchange& run = running->run;
  const bool over = run.machine().state() == ConfirmedReceiver::State::ended;
  KF_TRY(const transfer::Ended ended,
         run.finish(over ? run.machine().resume() : run.machine().cancel()));
  const Error buried = bury(wallet, record, run, ended);
  if (run.relinquished()) return buried.detail;
  return std::string(run.told() ? "given up: the sender is told, nothing was taken"
                                : "given up: nothing was taken. The sender could not be told");
}

}  // namespace keyferry::wallet
