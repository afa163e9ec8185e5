// The list of files comes first and the rest is measured by it: the list against what the person
// knows, each file against its hash, the headers against the policy in the page.
#include "keyferry/wallet/examine_site.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/text.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/crypto/jws.h"
#include "keyferry/digest/hash.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kMostFiles = 500;
constexpr std::size_t kMostName = 100;
constexpr std::string_view kFormat = "keyferry.web.v1";
constexpr std::string_view kType = "keyferry-web+jwt";
constexpr std::string_view kIndex = "index.html";
constexpr std::string_view kDoNotUse =
    "open no link there; tell whoever runs it, and whoever gave you its address";

Finding fine(std::string what) {
  return {true, std::move(what), ""};
}

Finding wrong(std::string what, std::string_view advice) {
  return {false, std::move(what), std::string(advice)};
}

struct SiteList {
  std::string release;
  std::map<std::string, std::string> files;  // name: SHA-256 in hex
  friend bool operator==(const SiteList&, const SiteList&) = default;
};

// A name goes into an address: no path leads out of the site.
bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= kMostName && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                  c == '.';
         });
}

Result<SiteList> parse_list(const boost::json::object& object) {
  SiteList list;
  KF_TRY(const std::string format, codec::text_member(object, "format"));
  if (format != kFormat) return fail(Errc::invalid, "its format is not " + std::string(kFormat));
  KF_TRY(list.release, codec::text_member(object, "release"));
  if (!codec::is_visible(list.release)) return fail(Errc::invalid, "its release has no name");
  KF_TRY(const boost::json::object* files, codec::object_member(object, "files"));
  if (files->empty() || files->size() > kMostFiles) {
    return fail(Errc::invalid, "it names no files or too many");
  }
  for (const auto& file : *files) {
    const auto hash = file.value().is_string()
                          ? parse_hex(std::string_view(file.value().get_string()))
                          : Result<Bytes>(fail(Errc::invalid, ""));
    if (!is_file_name(file.key()) || !hash || hash->size() != 32) {
      return fail(Errc::invalid, "it names a file or hash that cannot be one");
    }
    list.files.emplace(file.key(), encode_hex(*hash));
  }
  if (!list.files.contains(std::string(kIndex))) return fail(Errc::invalid, "it names no page");
  return list;
}

Result<SiteList> parse_manifest(std::string_view text) {
  KF_TRY(const boost::json::object object, codec::parse_json_object(text));
  return parse_list(object);
}

// SiteExam is one examination.
class SiteExam {
 public:
  SiteExam(Wallet& wallet, std::string base) : wallet_(wallet), base_(std::move(base)) {}

  std::vector<Finding> run(const SiteTrust& trust) {
    const auto list = fetch_list();
    if (!list) {
      note(wrong("the site " + base_ + ": its list of files: " + list.error().detail,
                 "check the address: it is that of [web] origin in the relay's configuration"));
      return std::move(findings_);
    }
    note(fine("the site " + base_ + " serves release " + list->release));
    look_at_trust(*list, trust);
    look_at_files(*list);
    return std::move(findings_);
  }

 private:
  void note(Finding finding) { findings_.push_back(std::move(finding)); }

  Result<http::Response> fetch(const std::string& name) {
    KF_TRY(http::Response answer, wallet_.web.send([&] {
      http::ClientRequest request;
      request.url = base_ + "/" + name;
      request.allow_local = wallet_.allow_local;
      request.headers.set("Accept", "*/*");
      return request;
    }));
    if (answer.status != 200) {
      return fail(Errc::not_found, "the server answers " + std::to_string(answer.status));
    }
    return answer;
  }

  Result<SiteList> fetch_list() {
    KF_TRY(const http::Response answer, fetch("manifest.json"));
    return parse_manifest(answer.body);
  }

  Result<Done> check_signature(const SiteList& list, const crypto::PublicKey& key) {
    KF_TRY(const http::Response answer, fetch("manifest.jws"));
    std::string compact = answer.body;
    while (compact.ends_with('\n') || compact.ends_with('\r')) compact.pop_back();
    KF_TRY(const crypto::Jws jws, crypto::parse_jws(compact, kType));
    KF_TRY(crypto::verify_jws(jws, key));
    KF_TRY(const SiteList signed_list, parse_list(jws.payload));
    if (!(signed_list == list)) return fail(Errc::forbidden, "another list is signed");
    return Done{};
  }

  void look_at_trust(const SiteList& list, const SiteTrust& trust) {
    if (trust.key) {
      const auto good = check_signature(list, *trust.key);
      note(good ? fine("its list of files is signed with your key")
                : wrong("its list of files is not signed with your key: " + good.error().detail,
                        kDoNotUse));
    }
    if (trust.manifest) {
      const auto known = parse_manifest(*trust.manifest);
      if (!known) {
        note(wrong("your list of files: " + known.error().detail,
                   "give the release's manifest.json"));
      } else {
        note(*known == list ? fine("its list of files is your list")
                            : wrong("its list of files, of release " + list.release +
                                        ", is not your list, of release " + known->release,
                                    kDoNotUse));
      }
    }
    if (!trust.key && !trust.manifest) {
      note(fine("whose list that is, nobody has checked: --web-key or --web-manifest does"));
    }
  }

  // The page is asked for as browsers do, with a relay's query and without.
  void look_at_files(const SiteList& list) {
    std::size_t same = 0;
    for (const auto& [name, hash] : list.files) same += look_at_file(name, name, hash) ? 1 : 0;
    const std::string& page_hash = list.files.at(std::string(kIndex));
    const bool pages =
        look_at_page("", page_hash) &&
        look_at_file("?relay=https%3A%2F%2Frelay.example&m=0", "the page behind a link", page_hash);
    if (same == list.files.size() && pages) {
      note(fine("all " + std::to_string(same) + " files are as the list says"));
    }
  }

  bool compare(const http::Response& answer, const std::string& what, const std::string& hash) {
    if (encode_hex(digest::sha256(bytes_of(answer.body))) == hash) return true;
    note(wrong(what + " is not what the list says", kDoNotUse));
    return false;
  }

  bool look_at_file(const std::string& name, const std::string& what, const std::string& hash) {
    const auto answer = fetch(name);
    if (answer) return compare(*answer, what, hash);
    note(wrong(what + ": " + answer.error().detail, "is the whole release there?"));
    return false;
  }

  bool look_at_page(const std::string& name, const std::string& hash) {
    const auto answer = fetch(name);
    if (!answer) {
      note(wrong("the page: " + answer.error().detail, "is the whole release there?"));
      return false;
    }
    if (!compare(*answer, "the page", hash)) return false;
    look_at_headers(*answer);
    return true;
  }

  void look_at_headers(const http::Response& answer) {
    constexpr std::string_view kBefore = "http-equiv=\"Content-Security-Policy\" content=\"";
    constexpr std::string_view kAdvice =
        "include keyferry-web.headers.conf of this release and reload the web server";
    std::string_view policy = answer.body;
    const std::size_t begin = policy.find(kBefore);
    policy.remove_prefix(begin == policy.npos ? policy.size() : begin + kBefore.size());
    const std::string wanted =
        std::string(policy.substr(0, policy.find('"'))) + "; frame-ancestors 'none'";
    bool good = true;
    const auto look = [&](std::string_view name, std::string_view value) {
      const auto all = answer.headers.all(name);
      if (all.size() == 1 && all.front() == value) return;
      good = false;
      note(wrong("the header " + std::string(name) + " is not that of the release", kAdvice));
    };
    look("Content-Security-Policy", wanted);
    look("Integrity-Policy", "blocked-destinations=(script)");
    look("Referrer-Policy", "no-referrer");
    look("Cross-Origin-Opener-Policy", "same-origin");
    look("X-Content-Type-Options", "nosniff");
    if (good) note(fine("the headers are those of the release"));
  }

  Wallet& wallet_;
  std::string base_;
  std::vector<Finding> findings_;
};

}  // namespace

Result<crypto::PublicKey> parse_site_key(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
  constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";
  // SubjectPublicKeyInfo of RFC 8410 up to the key's 32 octets.
  constexpr std::array<std::uint8_t, 12> kPrefix = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                    0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
  const std::size_t begin = pem.find(kBegin);
  const std::size_t end = pem.find(kEnd);
  std::string text;
  if (begin != pem.npos && end != pem.npos && end > begin) {
    for (const char c : pem.substr(begin + kBegin.size(), end - begin - kBegin.size())) {
      if (std::isspace(static_cast<unsigned char>(c)) == 0) text += c;
    }
  }
  while (text.ends_with('=')) text.pop_back();
  const auto der = parse_base64_any(text);
  if (!der || der->size() != kPrefix.size() + 32 ||
      !std::equal(kPrefix.begin(), kPrefix.end(), der->begin())) {
    return fail(Errc::invalid,
                "no Ed25519 public key in PEM: `openssl pkey -in release.pem -pubout` writes one");
  }
  return crypto::PublicKey::parse(crypto::KeyType::ed25519, ByteView(*der).subspan(kPrefix.size()));
}

std::vector<Finding> examine_site(Wallet& wallet, std::string_view site, const SiteTrust& trust) {
  const auto base = codec::parse_base_url(site);
  if (!base || !base->starts_with("https://")) {
    return {wrong(codec::quote(site) + " is no address of a site", "like https://get.example")};
  }
  return SiteExam(wallet, *base).run(trust);
}

}  // namespace keyferry::wallet
