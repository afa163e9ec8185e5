// What a lock's check of a chain of three costs beside the four signatures in it: three links and
// the answer. One line of JSON: microseconds of CPU for each, in rounds that alternate, and what an
// opening wrote. `lock_check ROUNDS CHECKS`.
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "keyferry/lock/door_test.h"
#include "keyferry/lock/wallet_test.h"
#include "keyferry/verifier/lock_crypto.h"

namespace {

using namespace keyferry;
using namespace keyferry::lock;

double cpu_us() {
  std::timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Scene {
  crypto::PrivateKey owner = key_of("owner"), ada = key_of("ada"), bob = key_of("bob"),
                     cleo = key_of("cleo");
  TestLock lock{digest::sha256(bytes_of("lock"))};
  Bytes nonce = Bytes(16, 3), answer;

  explicit Scene(std::optional<unsigned> uses) {
    require(kfl_add_owner(&lock.lock(), xy_of(owner.public_key()).data()) == KFL_DONE, "an owner");
    Link root, below;
    root.depth = 2;
    root.uses = uses;
    root.doors = {door_of(lock.public_key())};
    const Bytes first = sign_link(owner, root, ada);
    const Bytes second = sign_link(ada, below, bob, first);
    const Bytes third = sign_link(bob, below, cleo, second);
    Talk talk(lock);
    lock.random = {nonce};
    answer = answer_to(talk.hello(), cleo, chain_of({first, second, third}));
  }
  void open() {
    Talk talk(lock);
    lock.random = {nonce};
    talk.hello();
    const Frame frame = talk.say(3, answer);
    require(frame.body == Bytes{1}, "it opens");
    lock.decisions.clear();
  }
};

double checks_us(Scene& scene, int count) {
  const double start = cpu_us();
  for (int i = 0; i < count; ++i) scene.open();
  return (cpu_us() - start) / count;
}

double signatures_us(const Scene& scene, int count) {
  const Bytes message(300, 1), key = xy_of(scene.cleo.public_key());
  const Bytes signature = scene.cleo.sign(message);
  const auto digest = digest::sha256(message);
  const double start = cpu_us();
  for (int i = 0; i < count * 4; ++i) {
    require(verifier::LockCrypto::verify(key, digest, signature) == 1, "a signature");
  }
  return (cpu_us() - start) / count;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5, count = argc > 2 ? std::atoi(argv[2]) : 500;
  Scene scene(std::nullopt), counted(60000);
  checks_us(scene, 10);
  std::printf("{\"rounds\": [");
  for (int round = 0; round < rounds; ++round) {
    const double raw = signatures_us(scene, count), check = checks_us(scene, count);
    std::printf("%s{\"check_us\": %.2f, \"signatures_us\": %.2f}", round ? ", " : "", check, raw);
  }
  const int before = counted.lock.writes;
  for (int i = 0; i < 100; ++i) counted.open();
  std::printf(
      "], \"answer\": %zu, \"writes_per_counted_opening\": %.2f, \"octets_per_write\": %zu, "
      "\"session\": %zu}\n",
      scene.answer.size(), (counted.lock.writes - before) / 100.0,
      counted.lock.record(KFL_RECORD_ROOT).size(), sizeof(kfl_session));
}
