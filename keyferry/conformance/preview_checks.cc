// API-04, section 1I and A-37 to A-39: the page that chats and people see.
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/html.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

struct Shown {
  Box box;
  object body;  // of the Create
  Answer page;
};

Result<Shown> shown(Subject& relay, const object& body) {
  const Device ada;
  KF_TRY(const Answer made, answered(relay, ada.create(body), 200, "Create"));
  Shown out;
  KF_TRY(out.box, box_of(made));
  out.body = body;
  KF_TRY(out.page, answered(relay, preview(out.box), 200, "the preview GET"));
  return out;
}

Result<Finding> open_graph_page(Subject& relay) {
  KF_TRY(const Shown it, shown(relay, create_body(relay)));
  const object& display = it.body.at("displayInformation").as_object();
  for (const char* property : {"og:title", "og:description", "og:image"}) {
    KF_TRY(must(open_graph(it.page.body, property).has_value(),
                "the page has no " + std::string(property)));
  }
  KF_TRY(must(boost::json::value(*open_graph(it.page.body, "og:title")) == display.at("title"),
              "og:title is not the title of the Create"));
  KF_TRY(must(
      boost::json::value(*open_graph(it.page.body, "og:description")) == display.at("description"),
      "og:description is not the description of the Create"));
  return pass("og:title, og:description and og:image");
}

Result<Finding> sealed_stays_sealed(Subject& relay) {
  const Device ada, eve;
  MailboxWish wish;
  KF_TRY(const Box box, make_box(relay, ada, wish));
  const std::string data(wish.payload.at("data").as_string());
  for (const char* accept : {"*/*", "text/html", "application/json"}) {
    for (const std::string& claim : {std::string(), ada.claim, eve.claim}) {
      Call call = preview(box);
      call.more.add("Accept", accept);
      if (!claim.empty()) call.claim = claim;
      KF_TRY(const Answer page, relay.send(call));
      KF_TRY(must(page.body.find(data) == page.body.npos, "a GET shows the payload"));
    }
  }
  return pass("no GET shows the payload");
}

Result<Finding> head(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  Call call = preview(box);
  KF_TRY(const Answer page, answered(relay, call, 200, "the preview GET"));
  call.method = "HEAD";
  KF_TRY(const Answer answer, relay.send(call));
  if (answer.status != 200) {
    KF_TRY(must(answer.status == 405 || answer.status == 501, "HEAD answered " + answer.said()));
    return allowed("HEAD answered " + answer.said());
  }
  KF_TRY(must(answer.body.empty(), "HEAD came with a body"));
  KF_TRY(must(answer.media_type() == page.media_type(), "HEAD gives another Content-Type"));
  Notes notes;
  const Aspects of_page = aspects_of(page);
  for (const auto& [name, value] : aspects_of(answer)) {
    const auto at = of_page.find(name);
    const bool same = at != of_page.end() && at->second == value;
    notes.add_if(!same && name != "the body", "GET and HEAD differ in " + name);
  }
  return notes.finding("200, with the headers of GET");
}

Result<Finding> form_of_page(Subject& relay) {
  Notes notes;
  KF_TRY(const Shown it, shown(relay, create_body(relay)));
  const auto url = open_graph(it.page.body, "og:url");
  notes.add_if(open_graph(it.page.body, "og:type") != "website", "og:type is not website");
  notes.add_if(!url || url->find_first_of("?#") != url->npos || id_of(*url) != it.box.id,
               "og:url is not the link");
  std::string start = it.page.body.substr(0, 15);
  for (char& c : start) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  notes.add_if(start != "<!doctype html>", "the page is not HTML5");
  return notes.finding("HTML5, og:type website, og:url the link");
}

Result<Finding> texts_escaped(Subject& relay) {
  object body = create_body(relay);
  const std::string hostile = R"(<script>alert("kf")</script>'"><b kf>&amp;)";
  for (const char* name : {"title", "description"}) {
    body["displayInformation"].as_object()[name] = hostile;
  }
  KF_TRY(const Shown it, shown(relay, body));
  for (const char* raw : {"<script>alert(", "\"><b kf>", "<b kf"}) {
    KF_TRY(must(it.page.body.find(raw) == it.page.body.npos,
                "the page shows a sender's text as HTML: " + std::string(raw)));
  }
  return pass("a sender's text stays text");
}

// origin_of is https://HOST:PORT/, with the slash.
std::string_view origin_of(std::string_view url) {
  const std::size_t host = url.find("://");
  const std::size_t slash = host == url.npos ? url.npos : url.find('/', host + 3);
  return slash == url.npos ? std::string_view() : url.substr(0, slash + 1);
}

// is_foreign says that loading `url` would ask another host than the relay that made the link.
bool is_foreign(const Shown& it, std::string_view url) {
  if (url.starts_with("//")) return true;
  const bool absolute = url.starts_with("http://") || url.starts_with("https://");
  return absolute && !url.starts_with(origin_of(it.box.link));
}

Result<Finding> no_foreign_script(Subject& relay) {
  Notes notes;
  KF_TRY(const Shown it, shown(relay, create_body(relay)));
  for (const std::string_view tag : tags(it.page.body, "script")) {
    const auto source = attribute(tag, "src");
    KF_TRY(must(!source || !is_foreign(it, *source) || attribute(tag, "integrity").has_value(),
                "the page runs a script of a third party unchecked"));
    notes.add("the page has a script");
  }
  return notes.finding("no script");
}

Result<Finding> no_foreign_picture(Subject& relay) {
  Notes notes;
  KF_TRY(const Shown it, shown(relay, create_body(relay)));
  for (const std::string_view tag : tags(it.page.body, "img")) {
    notes.add_if(is_foreign(it, attribute(tag, "src").value_or("")),
                 "the page loads a picture from the host that the sender named");
  }
  const std::string image = open_graph(it.page.body, "og:image").value_or("");
  notes.add_if(image == "https://example.com/picture.png",
               "og:image is the sender's: previews call a third host");
  return notes.finding("pictures are the relay's own");
}

Result<Finding> policy(Subject& relay) {
  KF_TRY(const Shown it, shown(relay, create_body(relay)));
  const auto header = it.page.headers.find("Content-Security-Policy");
  KF_TRY(must(header.has_value(), "the page has no Content-Security-Policy"));
  Notes notes;
  notes.add_if(header->find("default-src 'none'") == header->npos,
               "the Content-Security-Policy has no default-src 'none'");
  notes.add_if(header->find("unsafe-") != header->npos, "the Content-Security-Policy has unsafe-");
  return notes.finding("default-src 'none'");
}

Result<Finding> page_headers(Subject& relay) {
  constexpr std::pair<const char*, const char*> kWanted[] = {{"Referrer-Policy", "no-referrer"},
                                                             {"Cache-Control", "no-store"},
                                                             {"X-Robots-Tag", "noindex"},
                                                             {"X-Content-Type-Options", "nosniff"}};
  KF_TRY(const Shown it, shown(relay, create_body(relay)));
  Notes notes;
  for (const auto& [name, value] : kWanted) {
    const auto header = it.page.headers.find(name);
    notes.add_if(!header || header->find(value) == header->npos,
                 "no " + std::string(name) + ": " + value);
  }
  return notes.finding("no-referrer, no-store, noindex, nosniff");
}

Result<Finding> same_page(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay));
  std::vector<Answer> pages;
  const auto look = [&](const std::string& after) -> Result<Done> {
    for (int i = 0; i < 2; ++i) {
      KF_TRY(Answer page, answered(relay, preview(scene.box), 200, "the preview GET" + after));
      pages.push_back(std::move(page));
    }
    const auto told = telling({pages[0], pages[1]}, {pages[pages.size() - 2], pages.back()});
    return must(!told, "the page differs" + after + " in " + told.value_or(""));
  };
  KF_TRY(look(""));
  KF_TRY(scene.join());
  KF_TRY(look(" after a claim"));
  KF_TRY(scene.writes(scene.recipient, "an Update by the recipient"));
  KF_TRY(look(" after an Update by the recipient"));
  KF_TRY(scene.writes(scene.creator, "an Update by the creator"));
  KF_TRY(look(" after an Update by the creator"));
  return pass("the same page before and after claim and writes");
}

constexpr Check kChecks[] = {
    {"API-04", "the preview is a page with Open Graph tags", open_graph_page},
    {"API-04.sealed", "no GET shows the payload", sealed_stays_sealed},
    {"API-04.head", "HEAD works as GET", head},
    {"PRV-06", "the page runs no unchecked script of others", no_foreign_script},
    {"A-37", "type, URL and form of the page", form_of_page},
    {"A-37.escaped", "a sender's text is escaped", texts_escaped},
    {"A-38", "pictures come from the relay alone", no_foreign_picture},
    {"A-39.policy", "the page has a Content-Security-Policy", policy},
    {"A-39.headers", "the page is not kept, indexed, sniffed or named", page_headers},
    {"A-52", "the page does not show that the mailbox is claimed", same_page},
};

}  // namespace

Checks preview_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
