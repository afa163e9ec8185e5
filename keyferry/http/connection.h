// One connection of a server: handshake, requests in order, answers, good-bye. Internal to net:
// this header pulls Asio.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "keyferry/http/request_parser.h"
#include "keyferry/http/worker.h"
#include "keyferry/net/stream.h"

namespace keyferry::http {

// Connection lives on its worker's thread; only reply() comes from other threads.
//
//   handshake -> idle -> reading -> answering -> writing -> idle …
//                            \                      `-> lingering -> closed
//                             `- refused ----------^
class Connection final : public net::Ready, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Worker> worker, net::Accepted accepted,
             std::shared_ptr<const net::TlsContext> tls);

  // ready goes on until the socket or the handler has to be waited for.
  void ready() override;
  // close drops the connection at once; what is unsent is lost.
  void close();
  // begin_drain closes it if no request is under way.
  void begin_drain();
  // check ends what took too long, and tells the handler that waits of a client that has gone.
  void check(net::SteadyTime now);

  std::size_t index = 0;  // where the worker keeps it

 private:
  enum class Phase { handshake, idle, reading, answering, writing, lingering, closed };

  // Each step returns true to go on at once in the (new) phase, false when something is awaited.
  bool shake_hands();
  bool read();
  bool parse(std::string_view fresh);
  bool dispatch();
  bool answer(const Response& response);
  bool refuse(const Response& response);
  bool flush(std::string_view data);
  bool flush_shared();
  bool written();
  bool linger();
  bool await(net::IoState wanted);

  void keep_unparsed(std::string_view rest);
  void reply(std::uint64_t serial, Response response);
  void watch(std::uint64_t serial, std::function<void()> gone);
  void check_deadline(net::SteadyTime now);
  void set_deadline(Duration from_now);
  void say_goodbye();

  std::shared_ptr<Worker> worker_;
  net::Socket socket_;
  net::Stream stream_;
  std::optional<net::IpAddress> peer_;
  std::string source_;
  net::SourceSlots::Slot slot_;
  RequestParser parser_;
  Phase phase_ = Phase::handshake;
  std::uint64_t serial_ = 0;  // of the request under way
  net::SteadyTime deadline_ = net::SteadyTime::max();
  std::string unparsed_;      // octets that came in and were not used yet
  bool parse_first_ = false;  // unparsed_ may hold a whole request
  std::string unsent_;
  std::size_t sent_ = 0;
  std::shared_ptr<const std::string> shared_;  // follows unsent_
  std::size_t shared_sent_ = 0;
  std::optional<Response> early_;  // the handler replied before it returned
  std::function<void()> gone_;     // who wants to hear that the client has gone
  unsigned checks_ = 0;            // made while that could be told
  std::size_t discarded_ = 0;
  bool head_ = false;
  bool continued_ = false;  // "100 Continue" was sent
  bool close_after_ = false;
};

}  // namespace keyferry::http
