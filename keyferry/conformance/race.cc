// A barrier: no call goes out before each connection has been used once.
#include "keyferry/conformance/race.h"

#include <barrier>
#include <thread>

namespace keyferry::conformance {

std::vector<Result<Answer>> race(Subject& relay, const std::vector<Call>& calls,
                                 const Call& warm_up) {
  std::vector<Result<Answer>> answers(calls.size(),
                                      Result<Answer>(fail(Errc::network, "not sent")));
  std::barrier start(static_cast<std::ptrdiff_t>(calls.size()));
  std::vector<std::jthread> threads;
  threads.reserve(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    threads.emplace_back([&, i] {
      http::HttpClient client = relay.new_client();
      const auto warm = relay.send(warm_up, client);
      start.arrive_and_wait();
      answers[i] = warm ? relay.send(calls[i], client) : Result<Answer>(warm.error());
    });
  }
  threads.clear();
  return answers;
}

}  // namespace keyferry::conformance
