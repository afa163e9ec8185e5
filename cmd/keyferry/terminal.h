// The person at the terminal: questions on the terminal, facts on standard error.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "keyferry/wallet/person.h"

namespace keyferry::cli {

class Terminal final : public wallet::Person {
 public:
  // `yes`: agree() is answered yes without asking (--yes). `quiet`: say() is silent (--json).
  Terminal(bool yes, bool quiet);
  ~Terminal() override;
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void say(std::string_view line) override;
  void step(std::string_view event, const boost::json::object& facts,
            std::string_view line) override;
  // With --json one object on standard error, as errors are.
  void notice(std::string_view event, const boost::json::object& facts,
              std::string_view line) override;
  Result<bool> agree(std::string_view question) override;
  Result<SecretBytes> ask_secret(std::string_view question, std::string_view option) override;
  Result<SecretBytes> ask_line(std::string_view question, std::string_view option,
                               const Stop& stop) override;
  bool can_answer() const override { return descriptor_ >= 0; }

 private:
  Result<SecretBytes> read_line(std::string_view question, std::string_view option, bool echo,
                                const Stop& stop);
  void end_live_line();
  bool yes_;
  bool quiet_;
  int descriptor_ = -1;  // of the terminal; -1: nobody is there
  bool live_ = false;    // the last line on the terminal goes on: steps of a long wait
};

// print_json writes an object on standard output, one line.
void print_json(const boost::json::value& value);

// read_line_of_input reads one line of standard input, without its end; `stop` as in
// Person::ask_line. Errors: invalid with reason no_terminal (there is none), conflict with reason
// stopped, too_large.
Result<std::string> read_line_of_input(const wallet::Person::Stop& stop);

// read_standard_input reads everything, at most 64 KiB. Errors: too_large, io.
Result<SecretBytes> read_standard_input();

}  // namespace keyferry::cli
