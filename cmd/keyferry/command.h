// What every command of `keyferry` shares: options, the opened wallet, how results are printed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "terminal.h"
#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

#include "keyferry/wallet/open_door.h"
#include "keyferry/wallet/receiver.h"
#include "keyferry/wallet/sender_exchange.h"

namespace keyferry::cli {

// Program is the parsed command line. A command sets `action`; main runs it.
struct Program {
  CLI::App app{"Share access by a link; take it with a key of your own; end it when you like."};
  bool json = false;
  bool yes = false;
  bool allow_local = false;
  std::string ca;       // a PEM file of further trust anchors
  std::string persona;  // to act as; empty: the one in use
  std::function<Result<Done>(Program&)> action;
};

// Session is an opened wallet with everything that it needs; lives while one command runs.
class Session {
 public:
  static Result<std::unique_ptr<Session>> open(const Program& program);
  wallet::Wallet& wallet() { return *wallet_; }
  Terminal& terminal() { return terminal_; }

 private:
  Session(const Program& program, keystore::Home home, http::ClientOptions options);
  SystemClock clock_;
  keystore::Home home_;
  http::HttpClient client_;
  client::Web web_;
  Terminal terminal_;
  std::unique_ptr<wallet::Wallet> wallet_;
};

// add_command makes a subcommand with the options that all have; `examples` are its two examples,
// shown by --help and in the man page.
CLI::App* add_command(Program& program, const std::string& name, const std::string& summary,
                      const std::vector<std::string>& examples);

// Failures collects what went wrong with some of several things, so that the others are done all
// the same. The code and reason reported are those of the first.
class Failures {
 public:
  explicit Failures(std::size_t things) : things_(things) {}
  void add(const std::string& thing, const Error& error);
  Result<Done> report() const;
  std::size_t count() const { return count_; }

 private:
  std::size_t things_;
  std::size_t count_ = 0;
  std::optional<Error> error_;
};

// print writes a line on standard output, or on standard error where standard output carries a
// share.
void print(std::string_view line);

// direct_place is the place that a --file names, made absolute. lend_streams gives the wallet
// standard input and output where they are the place, as direct_place does; results go to standard
// error from then on.
keystore::Place direct_place(Session& session, const std::string& option);
void lend_streams(Session& session, const keystore::Place& place);

// words_source gives the sender's --words once, or with "-" a line of standard input each time; an
// empty text asks the person at the terminal.
wallet::WordsSource words_source(const std::string& words);

// carry_out waits for the other side of a confirmed share and reports how it ended: 3 when nobody
// got anything.
Result<Done> carry_out(Program& program, Session& session, keystore::SenderRecord& record,
                       const std::string& words);

// read_secret_option reads what an option like --pin or its file (--pin-file) gave, as one plain
// line (`may_break`: or as plain text that a mail program may have broken); nothing when neither
// did. `option` is the option's name. Errors: invalid (both, or no text), io.
Result<std::optional<SecretBytes>> read_secret_option(std::string_view option, std::string& value,
                                                      const std::string& file,
                                                      bool may_break = false);

// hide_argument overwrites a secret among the arguments of this process, so that other users of
// the machine no longer see it.
void hide_argument(std::string_view secret);

// remember_arguments is called once by main.
void remember_arguments(int argc, char** argv);

// outcome_json is what a door or a lock did, as --json says it.
boost::json::object outcome_json(const wallet::DoorOutcome& outcome);

// add_… make the commands, one group a file.
void add_accept(Program& program);
void add_share(Program& program);
void add_open(Program& program);
void add_lock(Program& program);
void add_list(Program& program);
void add_watch(Program& program);
void add_revoke(Program& program);
void add_rearm(Program& program);
void add_renew(Program& program);
void add_forget(Program& program);
void add_export(Program& program);
void add_doctor(Program& program);
void add_ssh_config(Program& program);
void add_persona(Program& program);
void add_relay(Program& program);
void add_manual(Program& program);

}  // namespace keyferry::cli
