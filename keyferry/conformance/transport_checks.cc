// Sections 1A and 1B: HTTPS only, media types, UTF-8, the version in the path.
#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"
#include "keyferry/http/probe.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

constexpr int kHttpsPort = 443;
constexpr int kHttpPort = 80;

// judge_plain looks at what came over a connection without TLS, if anything did.
Result<Done> judge_plain(const std::optional<http::Response>& answer, const Box& box,
                         Notes& notes) {
  if (!answer) return Done{};
  const std::string status = std::to_string(answer->status);
  KF_TRY(must(answer->status >= 300, "plain HTTP was answered with " + status));
  if (answer->status >= 400) return Done{};
  const std::string location(answer->headers.find("Location").value_or(""));
  KF_TRY(must(location.find(box.id) == location.npos,
              "plain HTTP was redirected with the mailbox id in the address (" + status + ")"));
  notes.add("plain HTTP is redirected (" + status + ")");
  return Done{};
}

Result<Finding> https_only(Subject& relay) {
  if (!relay.is_https()) return skip("the URL given is plain HTTP to a loopback address");
  const Device ada;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(const auto same_port, http::ask_plain(relay.probe_target(), {}, box.path));
  KF_TRY(judge_plain(same_port, box, notes));
  KF_TRY(const int port, http::port_of(relay.probe_target()));
  if (port == kHttpsPort) {
    KF_TRY(const auto port_80, http::ask_plain(relay.probe_target(), kHttpPort, box.path));
    KF_TRY(judge_plain(port_80, box, notes));
  }
  return notes.finding("no answer over plain HTTP that is of use");
}

Result<Finding> default_port(Subject& relay) {
  KF_TRY(const int port, http::port_of(relay.probe_target()));
  return info(port == kHttpsPort ? "the default https port"
                                 : "port " + std::to_string(port) + ", which links have to name");
}

Result<Finding> modern_tls(Subject& relay) {
  if (!relay.is_https()) return skip("the URL given is plain HTTP to a loopback address");
  KF_TRY(const bool old, http::takes_old_tls(relay.probe_target()));
  return old ? broken("a TLS 1.0 or 1.1 handshake was accepted")
             : pass("TLS 1.0 and 1.1 are refused");
}

Result<Done> must_be_json(const Answer& answer, std::string_view what) {
  return must(answer.media_type() == "application/json",
              std::string(what) + " came as \"" + answer.media_type() + "\", not application/json");
}

Result<Finding> json_answers(Subject& relay) {
  const Device ada;
  KF_TRY(const Answer made, answered(relay, ada.create(create_body(relay)), 200, "Create"));
  KF_TRY(const Box box, box_of(made));
  KF_TRY(const Answer read, answered(relay, ada.read(box), 200, "Read"));
  KF_TRY(const Answer written, answered(relay, ada.update(box), 200, "Update"));
  KF_TRY(must_be_json(made, "the Create answer"));
  KF_TRY(must_be_json(read, "the Read answer"));
  KF_TRY(must_be_json(written, "the Update answer"));
  return pass("Create, Read and Update answer application/json");
}

Result<Finding> html_page(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(const Answer page, answered(relay, preview(box), 200, "the preview GET"));
  return page.media_type() == "text/html" ? pass("text/html")
                                          : broken("the preview is \"" + page.media_type() + "\"");
}

Result<Finding> other_types_refused(Subject& relay) {
  Notes notes;
  Call call = Device().create(create_body(relay));
  call.content_type = "text/plain";
  KF_TRY(const Answer made, relay.send(call));
  KF_TRY(must_be(made, {415}, {400, 406, 422}, "a Create of type text/plain", notes));
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (const Device* writer : {&scene.creator, &scene.recipient}) {
    call = writer->update(scene.box);
    call.content_type = "text/html";
    KF_TRY(scene.refused(call, {415}, {400, 406, 422}, "an Update of type text/html", notes));
  }
  return notes.finding("text/plain and text/html get 415");
}

Result<Finding> utf8_only(Subject& relay) {
  const Device ada;
  Notes notes;
  Call call = ada.create(create_body(relay));
  const std::size_t at = call.body->find("Conformance");
  call.body->replace(at, 1, "\xc3\x28");
  KF_TRY(const Answer made, relay.send(call));
  KF_TRY(must_be(made, {400}, {415, 422}, "a body that is not UTF-8", notes));
  KF_TRY(Scene scene, Scene::open(relay));
  Call update = scene.creator.update(scene.box);
  update.body->insert(1, "\"\xc3\x28\":1,");
  KF_TRY(scene.refused(update, {400}, {415, 422}, "an Update that is not UTF-8", notes));
  return notes.finding("400");
}

Result<Finding> nfc(Subject& relay) {
  const Device ada;
  object body = create_body(relay);
  body["displayInformation"].as_object()["title"] = "Cafe\xcc\x81";
  KF_TRY(const Answer made,
         answered(relay, ada.create(body), 200, "Create with a combining accent"));
  KF_TRY(const Box box, box_of(made));
  KF_TRY(const Answer read, answered(relay, ada.read(box), 200, "Read"));
  KF_TRY(const object got, read.json());
  const auto* title = got.contains("displayInformation") && got.at("displayInformation").is_object()
                          ? got.at("displayInformation").as_object().if_contains("title")
                          : nullptr;
  KF_TRY(must(title != nullptr, "Read gave no displayInformation.title"));
  if (*title == "Caf\xc3\xa9") return pass("texts come back as NFC");
  KF_TRY(must(*title == "Cafe\xcc\x81", "a title with a combining accent came back altered"));
  return allowed("texts come back as they were sent, not as NFC");
}

Result<Finding> other_versions(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));  // so that 404 says something
  Call call = scene.creator.create(create_body(relay));
  call.path = "/v2/m";
  KF_TRY(const Answer answer, relay.send(call));
  KF_TRY(must_be(answer, {404}, {400, 403, 405, 410, 501}, "a Create under /v2/m", notes));
  Box box = scene.box;
  box.path = "/v2/m/" + box.id;
  for (const Device* device : {&scene.creator, &scene.recipient}) {
    for (const Call& other : {device->update(box), device->remove(box)}) {
      KF_TRY(scene.refused(other, {404}, {400, 403, 405, 410, 501}, other.method + " under /v2/m",
                           notes));
    }
  }
  return notes.finding("404");
}

constexpr Check kChecks[] = {
    {"TRN-01", "the API is reached by https only", https_only},
    {"TRN-02", "the port is the default one", default_port},
    {"TRN-03.json", "answers of the API are application/json", json_answers},
    {"TRN-03.html", "the preview is text/html", html_page},
    {"TRN-03.refused", "bodies of another type are refused", other_types_refused},
    {"TRN-04.utf8", "a body that is not UTF-8 is refused", utf8_only},
    {"TRN-04.nfc", "texts are kept, in NFC", nfc},
    {"TRN-05", "a version that is not served is not taken", other_versions},
    {"TRN-07", "TLS below 1.2 is refused", modern_tls},
};

}  // namespace

Checks transport_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
