// One step for each phase until something has to be waited for. An answer from another thread comes
// by the worker's loop with its request's serial, so one that is late meets nobody.
#include "keyferry/http/connection.h"

#include <exception>
#include <utility>

#include "keyferry/http/problem.h"
#include "keyferry/http/response_encoder.h"
#include "keyferry/process/log.h"

namespace keyferry::http {
namespace {

// A client that pipelines without end gives way to the others after so many steps.
constexpr int kMaxSteps = 64;
// A refused client may still be sending; closing at once would cost it the answer.
constexpr Duration kLinger{2000};
constexpr std::size_t kMaxDiscarded = 1024 * 1024;
// What a worker's output buffer may keep between answers.
constexpr std::size_t kMaxIdleOut = 256 * 1024;
// Whether a client has gone costs a call of the system each: of 10 000 that wait, more than all
// else.
constexpr unsigned kChecksToLook = 4;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// The connection whose handler runs on this thread, to catch its replies without a detour.
thread_local const Connection* handling = nullptr;

}  // namespace

Connection::Connection(std::shared_ptr<Worker> worker, net::Accepted accepted,
                       std::shared_ptr<const net::TlsContext> tls)
    : worker_(std::move(worker)),
      socket_(worker_->loop(), std::move(accepted.fd)),
      stream_(socket_.fd(), std::move(tls)),
      peer_(accepted.peer),
      source_(peer_ ? net::source_of(*peer_) : "local"),
      slot_(std::move(accepted.slot)),
      parser_({worker_->core().options.max_header, worker_->core().options.max_body}) {
  set_deadline(worker_->core().options.request_timeout);
}

void Connection::set_deadline(Duration from_now) {
  deadline_ = std::chrono::steady_clock::now() + from_now;
}

void Connection::ready() {
  for (int step = 0; step < kMaxSteps; ++step) {
    bool more = false;
    switch (phase_) {
      case Phase::handshake:
        more = shake_hands();
        break;
      case Phase::idle:
      case Phase::reading:
        more = read();
        break;
      case Phase::writing:
        more = flush(unsent_);
        break;
      case Phase::lingering:
        more = linger();
        break;
      case Phase::answering:
      case Phase::closed:
        break;
    }
    if (!more) return;
  }
  worker_->loop().post([self = shared_from_this()] { self->ready(); });
}

bool Connection::await(net::IoState wanted) {
  if (wanted == net::IoState::closed) {
    close();
    return false;
  }
  socket_.await(wanted, shared_from_this());
  return false;
}

bool Connection::shake_hands() {
  const net::IoState state = stream_.handshake();
  if (state == net::IoState::done) {
    phase_ = Phase::idle;
    set_deadline(worker_->core().options.idle_timeout);
    return true;
  }
  if (state == net::IoState::closed && stream_.spoke_plain_http()) {
    stream_.become_plain();
    return refuse(status_problem(400, "tls_required", "this port speaks TLS: use https://"));
  }
  return await(state);
}

bool Connection::read() {
  if (parse_first_) return parse({});
  const net::IoResult got = stream_.read(worker_->scratch().data(), worker_->scratch().size());
  if (got.state != net::IoState::done) return await(got.state);
  return parse({worker_->scratch().data(), got.octets});
}

bool Connection::parse(std::string_view fresh) {
  parse_first_ = false;
  if (phase_ == Phase::idle) {
    phase_ = Phase::reading;
    set_deadline(worker_->core().options.request_timeout);
  }
  if (!unparsed_.empty()) {
    unparsed_.append(fresh);
    fresh = unparsed_;
  }
  const RequestParser::Step step = parser_.feed(fresh);
  keep_unparsed(fresh.substr(step.used));
  if (step.progress == RequestParser::Progress::complete) return dispatch();
  if (step.progress == RequestParser::Progress::refused) return refuse(parser_.refusal());
  if (!continued_ && parser_.wants_continue()) {
    continued_ = true;
    const net::IoResult sent = stream_.write(kContinue);
    // So few octets always fit, unless the peer has gone.
    if (sent.octets != kContinue.size()) {
      close();
      return false;
    }
  }
  return true;
}

void Connection::keep_unparsed(std::string_view rest) {
  if (rest.empty()) {
    // The memory goes too: thousands of connections idle.
    std::string().swap(unparsed_);
  } else {
    // `rest` may lie inside unparsed_.
    unparsed_ = std::string(rest);
  }
}

bool Connection::dispatch() {
  phase_ = Phase::answering;
  deadline_ = net::SteadyTime::max();
  Request request = parser_.take();
  head_ = request.method == "HEAD";
  request.source = source_;
  request.peer = peer_;
  request.secure = stream_.secure();
  if (request.path == "*") return answer(Response{204, {}, {}});

  const Connection* const outer = std::exchange(handling, this);
  try {
    worker_->core().handler(
        std::move(request),
        Reply(
            [weak = weak_from_this(), serial = serial_](Response response) {
              if (const auto self = weak.lock()) self->reply(serial, std::move(response));
            },
            [weak = weak_from_this(), serial = serial_](std::function<void()> gone) {
              if (const auto self = weak.lock()) self->watch(serial, std::move(gone));
            }));
  } catch (const std::exception& error) {
    // The Reply has died with the handler, and answered 500.
    process::log_event(process::LogLevel::error, "handler_failed", {{"error", error.what()}});
  }
  handling = outer;
  if (!early_) return false;
  const Response response = std::move(*early_);
  early_.reset();
  return answer(response);
}

void Connection::reply(std::uint64_t serial, Response response) {
  if (handling == this) {
    early_ = std::move(response);
    return;
  }
  worker_->loop().post([weak = weak_from_this(), serial, response = std::move(response)] {
    const auto self = weak.lock();
    if (!self || self->serial_ != serial || self->phase_ != Phase::answering) return;
    if (self->answer(response)) self->ready();
  });
}

void Connection::watch(std::uint64_t serial, std::function<void()> gone) {
  if (handling == this) {
    gone_ = std::move(gone);
    return;
  }
  worker_->loop().post([weak = weak_from_this(), serial, gone = std::move(gone)] {
    const auto self = weak.lock();
    if (self && self->serial_ == serial && self->phase_ == Phase::answering) self->gone_ = gone;
  });
}

bool Connection::answer(const Response& response) {
  gone_ = nullptr;
  if (!parser_.keep_alive() || worker_->core().draining) close_after_ = true;
  ResponseFrame frame;
  frame.head = head_;
  frame.keep_alive = !close_after_;
  frame.http10 = parser_.is_http10();
  frame.date = worker_->date();
  std::string& out = worker_->out();
  out.clear();
  shared_ = append_response(out, response, frame);
  phase_ = Phase::writing;
  sent_ = 0;
  shared_sent_ = 0;
  const bool more = flush(out);
  if (out.capacity() > kMaxIdleOut) std::string().swap(out);
  return more;
}

bool Connection::refuse(const Response& response) {
  close_after_ = true;
  // Whatever came with or comes after it is not a request that we could trust.
  unparsed_ = "?";
  return answer(response);
}

bool Connection::flush(std::string_view data) {
  while (sent_ < data.size()) {
    const net::IoResult sent = stream_.write(data.substr(sent_));
    if (sent.state != net::IoState::done) {
      if (data.data() != unsent_.data()) {
        unsent_ = data.substr(sent_);
        sent_ = 0;
      }
      // Counted from the last octet that went: a client may be slow, but not stand still.
      set_deadline(worker_->core().options.idle_timeout);
      return await(sent.state);
    }
    sent_ += sent.octets;
  }
  std::string().swap(unsent_);
  return flush_shared();
}

// A shared body is sent from where all its readers have it: the slow ones hold no copy.
bool Connection::flush_shared() {
  while (shared_ && shared_sent_ < shared_->size()) {
    const net::IoResult sent = stream_.write(std::string_view(*shared_).substr(shared_sent_));
    if (sent.state != net::IoState::done) {
      set_deadline(worker_->core().options.idle_timeout);
      return await(sent.state);
    }
    shared_sent_ += sent.octets;
  }
  shared_ = nullptr;
  return written();
}

bool Connection::written() {
  if (!close_after_) {
    parser_.reset();
    ++serial_;
    continued_ = false;
    phase_ = Phase::idle;
    set_deadline(worker_->core().options.idle_timeout);
    parse_first_ = !unparsed_.empty();
    // Octets that TLS holds already would wake nobody.
    return parse_first_ || stream_.has_unread() || await(net::IoState::want_read);
  }
  if (unparsed_.empty()) {
    say_goodbye();
    return false;
  }
  phase_ = Phase::lingering;
  set_deadline(kLinger);
  stream_.end_writing();
  return true;
}

bool Connection::linger() {
  const net::IoResult got = stream_.discard(worker_->scratch().data(), worker_->scratch().size());
  if (got.state != net::IoState::done) return await(got.state);
  discarded_ += got.octets;
  if (discarded_ <= kMaxDiscarded) return true;
  close();
  return false;
}

void Connection::say_goodbye() {
  if (phase_ == Phase::closed) return;
  stream_.end_writing();
  close();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  const auto self = shared_from_this();
  phase_ = Phase::closed;
  gone_ = nullptr;
  shared_ = nullptr;
  socket_.close();
  slot_.give_back();
  worker_->remove(*this);
}

void Connection::begin_drain() {
  if (phase_ == Phase::idle || phase_ == Phase::handshake) say_goodbye();
}

void Connection::check(net::SteadyTime now) {
  if (gone_ && phase_ == Phase::answering && ++checks_ % kChecksToLook == 0 &&
      stream_.peer_has_ended()) {
    return std::exchange(gone_, nullptr)();
  }
  check_deadline(now);
}

void Connection::check_deadline(net::SteadyTime now) {
  if (now < deadline_) return;
  switch (phase_) {
    case Phase::reading:
      if (refuse(status_problem(408, "request_timeout", "the request took too long to arrive"))) {
        ready();
      }
      return;
    case Phase::idle:
      return say_goodbye();
    default:
      return close();
  }
}

}  // namespace keyferry::http
