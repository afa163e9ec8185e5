// The person in front of the wallet, as the library sees them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"

namespace keyferry::wallet {

// Person answers questions and is told what happens. Used from one thread.
class Person {
 public:
  using Stop = std::function<bool()>;

  virtual ~Person() = default;

  // say shows one plain line: a step, a fact, a warning. Never a secret.
  virtual void say(std::string_view line) = 0;

  // step tells one step of a long wait: `line` for a person, `event` with `facts` for a program
  // (--json). Never a secret.
  virtual void step(std::string_view event, const boost::json::object& facts,
                    std::string_view line) = 0;

  // notice tells what is neither a step nor a result: a server lets the wallet wait. For a program
  // it does not go where results go.
  virtual void notice(std::string_view event, const boost::json::object& facts,
                      std::string_view line) = 0;

  // agree asks a question that is answered yes or no; the default is no. Errors: invalid where
  // nobody can be asked, the detail naming the option that answers.
  virtual Result<bool> agree(std::string_view question) = 0;

  // ask_secret asks for a text that is not echoed (a PIN, the secret part of a link). Errors:
  // invalid where nobody can be asked; `option` names the option that answers.
  virtual Result<SecretBytes> ask_secret(std::string_view question, std::string_view option) = 0;

  // ask_line asks for a text that may be seen while it is typed. `stop`, if there is one, is called
  // every two seconds until a line has been typed; true gives the question up. Errors: as
  // ask_secret; conflict with reason `stopped`.
  virtual Result<SecretBytes> ask_line(std::string_view question, std::string_view option,
                                       const Stop& stop) = 0;

  // can_answer says whether somebody sits at a terminal, so that asking again makes sense.
  virtual bool can_answer() const = 0;
};

}  // namespace keyferry::wallet
