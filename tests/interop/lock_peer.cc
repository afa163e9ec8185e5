// A lock that is told what happens to it, one line each on standard input, for tests in other
// languages. Octets are hex, "-" is none. Lines in brackets print one line.
//
//   lock SCALAR            a new lock with this private key and no records
//   owner XY
//   time SECONDS OFFSET | time unknown
//   door NAME              a new session at this door
//   [hello NONCE]          the lock's message
//   [plain ANSWER]         reason
//   [sealed ANSWER]        reason, body of the frame that comes back
//   [put BODY] [get BODY]  likewise
//   [writes]               writes of records so far
#include <iostream>
#include <sstream>

#include "keyferry/base/hex.h"
#include "keyferry/lock/door_test.h"

namespace {

using namespace keyferry;
using namespace keyferry::lock;

Bytes octets(const std::string& text) {
  return text == "-" ? Bytes() : parse_hex(text).value();
}

struct Peer {
  std::unique_ptr<TestLock> lock;
  std::unique_ptr<Talk> talk;

  std::string said(int type, const std::string& body) {
    const std::size_t decisions = lock->decisions.size();
    const Frame frame = talk->say(type, octets(body));
    const bool decided = lock->decisions.size() > decisions;
    return (decided ? lock->decisions.back().reason : "none") +
           (type == 3 ? "" : " " + encode_hex(frame.body));
  }
  void obey(const std::string& verb, std::istream& words) {
    std::string first;
    words >> first;
    if (verb == "lock") {
      talk.reset();
      lock = std::make_unique<TestLock>(octets(first));
    } else if (verb == "owner") {
      require(kfl_add_owner(&lock->lock(), octets(first).data()) == KFL_DONE, "an owner is added");
    } else if (verb == "time") {
      lock->time.reset();
      if (first != "unknown") lock->time = static_cast<std::uint32_t>(std::stoul(first));
      words >> lock->offset;
    } else if (verb == "door") {
      talk = std::make_unique<Talk>(*lock, first);
    } else if (verb == "hello") {
      lock->random = {octets(first)};
      std::cout << encode_hex(talk->hello()) << std::endl;
    } else if (verb == "writes") {
      std::cout << lock->writes << std::endl;
    } else {
      const int type = verb == "plain" ? 3 : verb == "sealed" ? 4 : verb == "put" ? 7 : 9;
      std::cout << said(type, first) << std::endl;
    }
  }
};

}  // namespace

int main() {
  Peer peer;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    peer.obey(verb, words);
  }
}
