// One I/O thread of a server and its connections.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "keyferry/http/http_server.h"
#include "keyferry/net/event_loop.h"
#include "keyferry/net/listener.h"
#include "keyferry/net/tls.h"

namespace keyferry::http {

class Connection;

// ServerCore is what all threads of a server share.
struct ServerCore {
  ServerOptions options;
  Handler handler;
  std::atomic<std::size_t> connections = 0;
  std::atomic<bool> draining = false;
  std::mutex mutex;
  std::condition_variable drained;  // connections came to 0 while draining

  // leave counts one connection out.
  void leave();
};

// Worker runs on its own thread from start() to join(). A connection stays with the worker that
// adopted it, so nothing of a connection is ever locked.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  explicit Worker(std::shared_ptr<ServerCore> core);
  ~Worker();

  void start();
  // stop closes all connections, drops all tasks and lets the thread end. Any thread; then join().
  void stop();
  void join();
  // begin_drain closes the connections that wait for a request. Any thread.
  void begin_drain();
  // adopt takes a connection that the core has counted in. Any thread.
  void adopt(net::Accepted accepted, std::shared_ptr<const net::TlsContext> tls);

  net::EventLoop& loop() { return loop_; }
  // For connections, on the worker's thread.
  ServerCore& core() { return *core_; }
  std::array<char, 65536>& scratch() { return scratch_; }
  std::string& out() { return out_; }
  std::string_view date();
  void remove(Connection& connection);

 private:
  void open(net::Accepted accepted, std::shared_ptr<const net::TlsContext> tls);
  void close_everything();
  void sweep();

  std::shared_ptr<ServerCore> core_;
  net::EventLoop loop_;
  std::vector<std::shared_ptr<Connection>> connections_;
  bool sweeping_ = false;
  bool stopping_ = false;
  // Buffers that one connection at a time uses; idle connections hold none.
  std::array<char, 65536> scratch_;
  std::string out_;
  std::string date_;
  std::time_t date_second_ = -1;
  std::thread thread_;
};

}  // namespace keyferry::http
