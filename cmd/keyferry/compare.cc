// Waiting for the other side of a confirmed share: share and watch.
#include "command.h"

namespace keyferry::cli {

wallet::WordsSource words_source(const std::string& words) {
  if (words.empty()) return {};
  if (words == "-") {
    return [](const wallet::Person::Stop& stop) -> Result<std::optional<std::string>> {
      KF_TRY(std::string line, read_line_of_input(stop));
      return std::optional(std::move(line));
    };
  }
  return [given = std::optional(words)](
             const wallet::Person::Stop&) mutable -> Result<std::optional<std::string>> {
    return std::exchange(given, std::nullopt);
  };
}

Result<Done> carry_out(Program& program, Session& session, keystore::SenderRecord& record,
                       const std::string& words) {
  Terminal& terminal = session.terminal();
  terminal.step("waiting", {{"share", record.share}}, "waiting for the other side");
  KF_TRY(const wallet::SenderOutcome outcome,
         wallet::run_sender_exchange(session.wallet(), record, words_source(words)));
  if (!outcome.reason.empty()) return fail(Errc::forbidden, outcome.text, outcome.reason);
  if (program.json) {
    print_json(
        boost::json::object{{"event", "done"}, {"share", record.share}, {"detail", outcome.text}});
  } else {
    terminal.say(outcome.text);
  }
  return keystore::erase_sender_record(session.wallet().home, record.id);
}

}  // namespace keyferry::cli
