// The Draft R front end: PUT, GET, HEAD, DELETE /t/{location} on the same store (docs/dropbox.md).
// Whoever knows a location may do all of them; nothing but its keyed hash is stored.
#include "keyferry/dropbox/drop.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"
#include "keyferry/relay/headers.h"
#include "keyferry/relay/push.h"
#include "keyferry/relay/waiting.h"

namespace keyferry::relay {
namespace {

using dropbox::Drop;
using dropbox::Location;

constexpr std::string_view kPushTokenHeader = "Keyferry-Push-Token";
constexpr std::string_view kPushSupportedHeader = "Keyferry-Push-Supported";
constexpr std::size_t kMostTokenType = 128;
constexpr std::string_view kType = "application/octet-stream";
// Each conflict means that another call was served, so this many in a row are not an accident.
constexpr int kMostAttempts = 256;

// Found is a location as one key of the ring hashes it, with what lies there.
struct Found {
  const Secret* secret = nullptr;
  store::CellKey key;
  std::uint64_t version = 0;  // 0: nothing there
  std::optional<Drop> drop;
};

// find looks under each key of the ring; if nothing is found the newest one stands.
Result<Found> find(Relay& relay, const Location& location, Time now) {
  std::optional<Found> newest;
  for (const Secret& secret : relay.secrets.keys()) {
    Found found{&secret, hash_location(secret, location), 0, std::nullopt};
    KF_TRY(const std::optional<store::Cell> cell, relay.store.get(found.key, now));
    if (cell) {
      KF_TRY(found.drop, dropbox::parse_drop(cell->value));
      found.version = cell->version;
      return found;
    }
    if (!newest) newest = std::move(found);
  }
  return *std::move(newest);
}

http::Response empty(int status) {
  http::Response response;
  response.status = status;
  response.headers.set("Cache-Control", "no-store");
  return response;
}

http::Response content_of(const Drop& drop) {
  auto response = http::text_response(200, std::string(text_of(drop.content)), std::string(kType));
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

//= spec:tigress#B-08
Result<Done> check_put(const Call& call) {
  KF_TRY(check_type(call.request.headers, kType));
  return dropbox::check_content(call.request.body, call.settings->body.payload);
}

// parse_wish reads "TYPE DATA" of a push token (B-09); nothing without the header.
Result<mailbox::PushWish> parse_wish(const Call& call) {
  const auto values = call.request.headers.all(kPushTokenHeader);
  if (values.empty()) return mailbox::PushWish();
  const std::size_t space = values.front().find(' ');
  if (values.size() > 1 || space == std::string_view::npos || space > kMostTokenType) {
    return fail(Errc::invalid,
                std::string(kPushTokenHeader) + " must be one type, a space, and its data");
  }
  auto token =
      parse_token(call.relay, values.front().substr(0, space), values.front().substr(space + 1));
  if (!token) return in_context(kPushTokenHeader, token.error());
  return mailbox::PushWish(*std::move(token));
}

// put_answer tells whoever sent a token whether it will be told.
http::Response put_answer(const mailbox::PushWish& wish, const mailbox::PushToken& kept) {
  http::Response response = empty(201);
  if (wish)
    response.headers.set(std::string(kPushSupportedHeader), kept.empty() ? "false" : "true");
  return response;
}

Result<std::optional<store::Cell>> cell_for(const Call& call, const Found& found,
                                            const mailbox::PushWish& wish, Time now) {
  KF_TRY(const dropbox::Put put, dropbox::decide_put(found.drop, call.request.body));
  if (put.repeated) return std::optional<store::Cell>();
  store::Cell cell;
  KF_TRY(cell.deadline, mailbox::decide_deadline({}, now, call.settings->lifetimes));
  cell.value = dropbox::encode_drop(call.request.body, wish.value_or(mailbox::PushToken()));
  cell.secret_id = found.secret->id;
  return std::optional(std::move(cell));
}

// settle tells whether an outcome means that the call has to be decided anew; otherwise it has been
// answered.
bool settle(const Call& call, const Result<std::uint64_t>& outcome, http::Response done,
            int attempts) {
  if (outcome) {
    answer(call, std::move(done));
    return false;
  }
  if (outcome.error().code == Errc::conflict && attempts < kMostAttempts) return true;
  refuse(call, outcome.error());
  return false;
}

//= spec:tigress#DRR-14
void put(const CallPtr& call, const Location& location, const mailbox::PushWish& wish,
         int attempts) {
  Relay& relay = call->relay;
  const Time now = relay.clock.now();
  const auto found = find(relay, location, now);
  if (!found) return refuse(*call, found.error());
  auto cell = cell_for(*call, *found, wish, now);
  if (!cell) return refuse(*call, cell.error());
  if (!*cell) return answer(*call, put_answer(wish, found->drop->token));
  const std::size_t octets = call->request.body.size() + kCellCost;
  if (attempts == 1 && !admit_octets(*call, octets, (*cell)->deadline, now)) return;
  const store::CellKey key = found->key;
  relay.store.compare_and_set({key, 0, *std::move(cell)}, now,
                              [call, location, key, wish, attempts](Result<std::uint64_t> outcome) {
                                if (outcome) call->relay.wake(key);
                                auto done = put_answer(wish, wish.value_or(mailbox::PushToken()));
                                if (settle(*call, outcome, std::move(done), attempts)) {
                                  put(call, location, wish, attempts + 1);
                                }
                              });
}

void remove(const CallPtr& call, const Location& location, int attempts) {
  Relay& relay = call->relay;
  const Time now = relay.clock.now();
  const auto found = find(relay, location, now);
  if (!found) return refuse(*call, found.error());
  if (!found->drop) return refuse(*call, dropbox::nothing_there());
  relay.store.compare_and_set(
      {found->key, found->version, std::nullopt}, now,
      [call, location, attempts, token = found->drop->token](Result<std::uint64_t> outcome) {
        if (outcome) push(call->relay, token);
        if (settle(*call, outcome, empty(204), attempts)) {
          remove(call, location, attempts + 1);
        }
      });
}

Seen look(const Call& call, const Location& location) {
  const auto found = find(call.relay, location, call.relay.clock.now());
  if (!found) return Seen{found.error(), true};
  if (!found->drop) return Seen{dropbox::nothing_there(), false};
  return Seen{content_of(*found->drop), true};
}

}  // namespace

//= spec:tigress#B-06
//= spec:tigress#B-09
void put_drop(CallPtr call, const Location& location) {
  if (!admit_creator(*call)) return;
  const auto checked = check_put(*call);
  if (!checked) return refuse(*call, checked.error());
  const auto wish = parse_wish(*call);
  if (!wish) return refuse(*call, wish.error());
  if (!admit_create(*call)) return;
  put(call, location, *wish, 1);
}

void get_drop(CallPtr call, const Location& location) {
  const Time now = call->relay.clock.now();
  const auto wish =
      call->request.method == "GET" ? parse_wait(call->request.headers) : std::nullopt;
  Seen seen = look(*call, location);
  if (seen.news || !wish) {
    if (!seen.answer) return refuse(*call, seen.answer.error());
    return answer(*call, *std::move(seen.answer));
  }
  // Anybody may wait at any location, so this is a miss from the beginning on, however it ends, and
  // who has missed too often does not get to wait.
  if (const auto pause = call->limits->misses.take(call->source, now)) {
    return refuse_too_many(*call, *pause);
  }
  call->miss_counted = true;
  const auto found = find(call->relay, location, now);
  if (!found) return refuse(*call, found.error());
  answer_when_news(call, found->key, *wish, [call, location] { return look(*call, location); });
}

//= spec:tigress#B-07
void delete_drop(CallPtr call, const Location& location) {
  remove(call, location, 1);
}

}  // namespace keyferry::relay
