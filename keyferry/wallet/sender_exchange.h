// The sender's half of a confirmed exchange: the invite, comparing words, the grant.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "keyferry/keystore/sender_record.h"
#include "keyferry/wallet/sender_outcome.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

// WordsSource gives the words that the other person reads out where they do not come from a
// terminal (--words): a text once for every time that they are asked for, then nothing. Empty: the
// person is asked. `stop` as in Person::ask_line.
using WordsSource = std::function<Result<std::optional<std::string>>(const Person::Stop& stop)>;

// make_invite composes and seals the invite of `record`, whose share was made, and stores both. A
// call that was cut off before its payload was stored makes a new one.
Result<Done> make_invite(Wallet& wallet, const std::string& issuer, keystore::SenderRecord& record);

// run_sender_exchange waits for the other side and goes on until the exchange is over; then its
// keys are erased. Where the receiver has it, the record is left to the caller, who says so first
// and then erases it (erase_sender_record): a command that was killed in between says it when it is
// run again. Errors leave it as it is: calling again goes on. invalid with reason no_terminal: the
// words are wanted and nobody can be asked.
Result<SenderOutcome> run_sender_exchange(Wallet& wallet, keystore::SenderRecord& record,
                                          const WordsSource& words);

// settle_share takes what the other side has written already, without waiting; true if the
// exchange is over with it. False too while another process carries it out.
Result<bool> settle_share(Wallet& wallet, const keystore::SenderRecord& record);

// cancel_share tells the other side that it is over and erases the secrets. The share is the
// caller's to revoke.
Result<Done> cancel_share(Wallet& wallet, const keystore::SenderRecord& record);

}  // namespace keyferry::wallet
