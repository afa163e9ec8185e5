// The person at the terminal: questions on the terminal, facts on standard error.
#pragma once

#include <string>

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
  Result<bool> agree(std::string_view question) override;
  Result<SecretBytes> ask_secret(std::string_view question, std::string_view option) override;
  bool can_answer() const override { return descriptor_ >= 0; }

  // ask_line asks for a text that may be seen while it is typed or pasted.
  Result<SecretBytes> ask_line(std::string_view question, std::string_view option);

 private:
  Result<SecretBytes> read_line(std::string_view question, std::string_view option, bool echo);
  bool yes_;
  bool quiet_;
  int descriptor_ = -1;  // of the terminal; -1: nobody is there
};

// read_standard_input reads everything, at most 64 KiB. Errors: too_large, io.
Result<SecretBytes> read_standard_input();

}  // namespace keyferry::cli
