// The pushes that wait, whose turn it is, and how many of one receiver may run at once.
//
// A receiver is an address (IPv6: its /64), whatever names lead there. Before a name was connected
// to, its address is not known: it counts for itself until `admit` tells where the connection would
// go.
//
// Two lanes: second attempts, and all calls of a receiver that lately failed or took long, go by
// the slow one, so that they do not hold up those that answer.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "keyferry/base/clock.h"

namespace keyferry::notify {

struct Push {
  std::string url;
  std::string host;      // as named in the URL
  std::string receiver;  // whom it counts for
  std::size_t attempt = 0;
  int holds = 0;  // how often its address was busy when it would have been called
};

enum class Lane { quick, slow };

// PushQueue is safe from any thread.
class PushQueue {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  PushQueue(std::size_t most, std::size_t most_per_receiver)
      : most_(most), most_per_receiver_(most_per_receiver) {}

  // add queues a push, due at once; one to a URL that waits already is swallowed. False: there is
  // no room.
  bool add(std::string url, std::string host);
  // again queues a push once more, after `pause`; likewise.
  bool again(Push push, Duration pause);

  // take waits for a push of the lane that is due and whose receiver may be called; nothing after
  // stop(). The caller ends it by finish or hold.
  std::optional<Push> take(Lane lane);

  // admit tells whether a push that was taken may go to the address `place`, and lets it count for
  // that address. Asked before it is connected to.
  bool admit(Push& push, const std::string& place, Lane lane);
  // hold puts back a push that was not admitted: it waits for that address. False: there is no
  // room, or it was held too often.
  bool hold(Push push, const std::string& place);
  // finish ends a push that was taken. A receiver that did not answer well goes by the slow lane
  // for a while.
  void finish(const Push& push, bool well);

  void stop();
  std::size_t waiting() const;

 private:
  using Waiting = std::multimap<SteadyTime, Push>;

  bool queue(Push push, SteadyTime due);
  Push begin(Waiting::iterator next);
  bool may_run(const std::string& receiver, bool again, Lane lane, SteadyTime now) const;
  void leave(const std::string& receiver);
  void remember(const std::string& host, const std::string& place);

  const std::size_t most_;
  const std::size_t most_per_receiver_;
  mutable std::mutex mutex_;
  std::condition_variable wakes_;
  bool stopping_ = false;
  Waiting pushes_;                              // by when they are due
  std::set<std::string> urls_;                  // of these
  std::map<std::string, std::size_t> waiting_;  // of these, by receiver
  std::map<std::string, int> busy_;             // calls that run now, by receiver
  std::map<std::string, SteadyTime> slow_;      // receivers of the slow lane, until when
  std::map<std::string, std::string> places_;   // where a host was found last
};

}  // namespace keyferry::notify
