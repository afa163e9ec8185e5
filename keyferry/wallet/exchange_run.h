// Drives one side of a confirmed exchange: fetches, lets the state machine decide, stores what it
// decided and only then does it. What is particular to a side stands in sender_exchange.cc and
// receiver_exchange.cc.
#pragma once

#include <optional>

#include "keyferry/carrier/courier.h"
#include "keyferry/client/refusals.h"
#include "keyferry/transfer/effects.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

class ExchangeRun {
 public:
  virtual ~ExchangeRun() = default;

  // run goes on until the exchange has ended for this side and everything that it owed is done.
  // Waits out a network that fails: between the two sides until `deadline`, in perform() five
  // minutes. Errors of perform() leave the exchange stored as it is: running again goes on.
  Result<transfer::Ended> run(Time deadline);

  // settle takes what has come already, without waiting: nothing if the exchange goes on.
  Result<std::optional<transfer::Ended>> settle();

  // finish does only what an ended machine still owes, without waiting for anybody.
  Result<transfer::Ended> finish(transfer::Effects effects);

  // told says whether the message with which this side ended the exchange lies there now.
  bool told() const { return told_end_; }

 protected:
  ExchangeRun(Wallet& wallet, carrier::Courier& courier) : wallet_(wallet), courier_(courier) {}

  // The machine of this side.
  virtual transfer::Effects message(ByteView plaintext) = 0;
  virtual transfer::Effects unreadable() = 0;
  virtual transfer::Effects deadline() = 0;
  virtual transfer::Effects resume() const = 0;
  virtual bool has_ended() const = 0;
  virtual Result<Done> save() = 0;

  // perform does one effect other than SendMessage and Ended, and returns what follows from it.
  virtual Result<transfer::Effects> perform(const transfer::Effect& effect) = 0;
  // sent tells the person of a message that the other side can now read. idle is called when
  // nothing came for a while, and says what follows from a look elsewhere.
  virtual void sent() = 0;
  virtual Result<transfer::Effects> idle() { return transfer::Effects{}; }
  virtual bool closes() const = 0;  // this side ends the place of the exchange: the sender

  // displaced says what follows when somebody else took our turn.
  virtual Result<transfer::Effects> displaced(const Error&) { return kept(unreadable()); }

  // kept stores what the machine has just decided.
  Result<transfer::Effects> kept(transfer::Effects effects);
  // glance looks whether something has come meanwhile: a person may have thought for an hour.
  Result<transfer::Effects> glance() { return judge(courier_.look()); }
  // meanwhile is called again and again while a person is asked: what follows from what has come,
  // from the deadline, or, every few times, from a look elsewhere.
  Result<transfer::Effects> meanwhile();

  // until is the deadline of run().
  Time until() const { return deadline_; }

  Wallet& wallet_;
  carrier::Courier& courier_;

 private:
  Result<transfer::Effects> begin();
  Result<transfer::Effects> await(Time deadline);
  Result<transfer::Effects> judge(Result<std::optional<Bytes>> fetched);
  Result<std::optional<transfer::Ended>> carry_out(transfer::Effects effects, Time deadline);
  Result<transfer::Effects> insist(const transfer::Effect& effect, Time deadline);
  Result<transfer::Effects> send(const transfer::SendMessage& message, Time deadline);
  Result<Done> send_last(const transfer::SendMessage& message);
  bool wait_out(const Error& error, Time deadline);

  bool told_ = false;
  bool told_end_ = false;
  Time deadline_ = Time::max();
  int looks_ = 0;
};

}  // namespace keyferry::wallet
