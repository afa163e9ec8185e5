// keyferry list: the credentials held.
#include "command.h"

#include "keyferry/codec/rfc3339.h"
#include "keyferry/wallet/show_list.h"

namespace keyferry::cli {
namespace {

Result<Done> list(Program& program) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  wallet::Wallet& wallet = session->wallet();
  KF_TRY(const std::vector<wallet::CredentialRecord> records,
         wallet::load_credentials(wallet.home));
  if (program.json) {
    boost::json::array array;
    for (const auto& record : records) array.push_back(wallet::credential_json(record));
    print_json(boost::json::object{{"credentials", std::move(array)}});
    return Done{};
  }
  if (records.empty()) {
    print("this wallet holds no credentials; `keyferry accept` takes one");
  }
  for (const std::string& line : wallet::show_credentials(records, wallet.web.now())) print(line);
  return Done{};
}

}  // namespace

void add_list(Program& program) {
  CLI::App* command =
      add_command(program, "list", "list the credentials held and the shares made from them",
                  {"keyferry list", "keyferry list --json"});
  command->callback([&program] { program.action = [](Program& p) { return list(p); }; });
}

}  // namespace keyferry::cli
