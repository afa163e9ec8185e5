// Typed reading over toml++: every value is asked for by its dotted key, and what nobody asked for
// is reported.
#include "keyferry/config/toml.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <toml++/toml.h>

#include "keyferry/codec/plain_text.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/config/nearest.h"

namespace keyferry::config {
namespace {

constexpr std::uintmax_t kMostOctets = 1024 * 1024;

std::size_t line_of(const toml::node* node) {
  return node ? node->source().begin.line : 0;
}

// joined appends one part of a key; a part that is no bare key is quoted, so that it never looks
// like a known path.
std::string joined(const std::string& path, std::string_view part) {
  const bool bare = part.find_first_of(".[] ") == std::string_view::npos;
  const std::string shown = bare ? std::string(part) : "\"" + std::string(part) + "\"";
  return path.empty() ? shown : path + "." + shown;
}

// without_indexes turns "list[2].url" into "list.url": what the person wrote.
std::string without_indexes(std::string_view path) {
  std::string out;
  bool inside = false;
  for (char c : path) {
    if (c == '[') inside = true;
    if (!inside) out += c;
    if (c == ']') inside = false;
  }
  return out;
}

struct Fault {
  std::size_t line;  // 0: nothing in the file to point at
  std::string text;
};

}  // namespace

struct Toml::State {
  toml::table root;
  std::string name;
  std::filesystem::path folder;
  std::set<std::string> known;   // paths of values that were asked for
  std::set<std::string> tables;  // keys of [[tables]] that were asked for
  std::vector<Fault> faults;

  const toml::node* find(const std::string& path) const { return root.at_path(path).node(); }

  void note(std::size_t line, std::string text) { faults.push_back({line, std::move(text)}); }
  void note_missing(const std::string& path) {
    note(0, "the key \"" + without_indexes(path) + "\" is missing");
  }
  void note_type(const std::string& path, const toml::node* node, std::string_view wanted) {
    note(line_of(node), "\"" + without_indexes(path) + "\" must be " + std::string(wanted));
  }

  // use marks the key as known and returns its node, or null.
  const toml::node* use(const std::string& path) {
    known.insert(path);
    return find(path);
  }

  bool leads_to_known(const std::string& path) const {
    const auto at = known.lower_bound(path + ".");
    return at != known.end() && at->starts_with(path + ".");
  }

  std::string at_line(std::size_t line, const std::string& text) const {
    return name + (line ? ":" + std::to_string(line) : "") + ": " + text;
  }

  std::string unknown(const std::string& path, const toml::node& node) const {
    std::vector<std::string> candidates;
    for (const std::string& key : known) candidates.push_back(without_indexes(key));
    std::string text = "unknown key \"" + without_indexes(path) + "\"";
    if (const auto near = nearest(without_indexes(path), candidates))
      text += "; the nearest known one is \"" + *near + "\"";
    return at_line(line_of(&node), text);
  }

  void collect_unknown(const toml::table& table, const std::string& path,
                       std::vector<std::string>& out) const {
    for (const auto& [key, node] : table) {
      const std::string here = joined(path, key.str());
      if (known.contains(here)) continue;
      if (tables.contains(here) && node.is_array_of_tables()) {
        std::size_t index = 0;
        for (const auto& element : *node.as_array())
          collect_unknown(*element.as_table(), here + "[" + std::to_string(index++) + "]", out);
      } else if (node.is_table() && leads_to_known(here)) {
        collect_unknown(*node.as_table(), here, out);
      } else if (leads_to_known(here)) {
        out.push_back(at_line(line_of(&node),
                              "\"" + without_indexes(here) + "\" must be a table: [" + here + "]"));
      } else {
        out.push_back(unknown(here, node));
      }
    }
  }
};

Toml::Toml(std::shared_ptr<State> state, std::string prefix)
    : state_(std::move(state)), prefix_(std::move(prefix)) {}
Toml::Toml(Toml&&) noexcept = default;
Toml& Toml::operator=(Toml&&) noexcept = default;
Toml::~Toml() = default;

Result<Toml> Toml::load(const std::filesystem::path& path) {
  std::error_code failed;
  const std::string name = path.string();
  if (!std::filesystem::exists(path, failed))
    return failed ? fail(Errc::io, "cannot look at " + name + ": " + failed.message())
                  : fail(Errc::not_found, "there is no configuration file " + name, "no_file");
  if (!std::filesystem::is_regular_file(path, failed))
    return fail(Errc::io, name + " is not a plain file");
  if (std::filesystem::file_size(path, failed) > kMostOctets || failed)
    return fail(Errc::invalid, name + " is larger than a configuration file may be (1 MiB)");
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream || !text) return fail(Errc::io, "cannot read " + name + ": may this user read it?");
  return parse(text.view(), name);
}

Result<Toml> Toml::parse(std::string_view text, std::string_view name) {
  auto state = std::make_shared<State>();
  state->name = name;
  state->folder = std::filesystem::path(name).parent_path();
  KF_TRY(const std::string plain, codec::plain_text(text, name));
  try {
    state->root = toml::parse(plain, name);
  } catch (const toml::parse_error& error) {
    return fail(Errc::invalid,
                state->at_line(error.source().begin.line, std::string(error.description())));
  }
  return Toml(std::move(state), "");
}

std::string Toml::text(std::string_view key) {
  const std::string path = prefix_ + std::string(key);
  if (!state_->find(path)) state_->note_missing(path);
  return text(key, "");
}

std::string Toml::text(std::string_view key, std::string_view fallback) {
  return optional_text(key).value_or(std::string(fallback));
}

std::optional<std::string> Toml::optional_text(std::string_view key) {
  const std::string path = prefix_ + std::string(key);
  const toml::node* node = state_->use(path);
  if (!node) return {};
  if (const auto* value = node->as_string()) return value->get();
  state_->note_type(path, node, "a text in quotes");
  return {};
}

std::int64_t Toml::integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                           std::int64_t most) {
  const std::string path = prefix_ + std::string(key);
  const toml::node* node = state_->use(path);
  if (!node) return fallback;
  const auto* value = node->as_integer();
  if (value && value->get() >= least && value->get() <= most) return value->get();
  state_->note_type(path, node,
                    "an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return fallback;
}

bool Toml::boolean(std::string_view key, bool fallback) {
  const std::string path = prefix_ + std::string(key);
  const toml::node* node = state_->use(path);
  if (!node) return fallback;
  if (const auto* value = node->as_boolean()) return value->get();
  state_->note_type(path, node, "true or false");
  return fallback;
}

Duration Toml::duration(std::string_view key, Duration fallback) {
  const auto value = optional_text(key);
  if (!value) return fallback;
  auto parsed = codec::parse_duration(*value);
  if (parsed) return *parsed;
  note_fault(key, parsed.error().detail);
  return fallback;
}

std::vector<std::string> Toml::texts(std::string_view key) {
  const std::string path = prefix_ + std::string(key);
  const toml::node* node = state_->use(path);
  if (!node) return {};
  const auto* array = node->as_array();
  std::vector<std::string> out;
  for (std::size_t i = 0; array && i < array->size(); ++i) {
    if (const auto* value = (*array)[i].as_string()) out.push_back(value->get());
  }
  if (array && out.size() == array->size()) return out;
  state_->note_type(path, node, "a list of texts: [\"one\", \"two\"]");
  return {};
}

std::filesystem::path Toml::path(std::string_view key) {
  return resolve(key, text(key));
}

std::filesystem::path Toml::path(std::string_view key, std::string_view fallback) {
  return resolve(key, text(key, fallback));
}

std::filesystem::path Toml::resolve(std::string_view key, const std::string& value) {
  if (value.empty()) {
    if (has(key)) note_fault(key, "must name a file or folder");
    return {};
  }
  return state_->folder / value;
}

std::string Toml::choice(std::string_view key, std::string_view fallback,
                         std::initializer_list<std::string_view> allowed) {
  const auto value = optional_text(key);
  if (!value) return std::string(fallback);
  if (std::find(allowed.begin(), allowed.end(), *value) != allowed.end()) return *value;
  std::string words;
  for (std::string_view word : allowed) words += (words.empty() ? "" : ", ") + std::string(word);
  note_fault(key, "must be one of: " + words);
  return std::string(fallback);
}

bool Toml::has(std::string_view key) const {
  return state_->find(prefix_ + std::string(key)) != nullptr;
}

std::vector<Toml> Toml::tables(std::string_view key) {
  const std::string path = prefix_ + std::string(key);
  state_->tables.insert(path);
  const toml::node* node = state_->find(path);
  if (!node) return {};
  const auto* array = node->as_array();
  if (!array || !node->is_array_of_tables()) {
    state_->known.insert(path);
    state_->note_type(path, node, "written as [[" + without_indexes(path) + "]], once for each");
    return {};
  }
  std::vector<Toml> out;
  for (std::size_t i = 0; i < array->size(); ++i)
    out.push_back(Toml(state_, path + "[" + std::to_string(i) + "]."));
  return out;
}

void Toml::note_fault(std::string_view key, std::string_view fault) {
  const std::string path = prefix_ + std::string(key);
  state_->note_type(path, state_->find(path), "");
  Fault& noted = state_->faults.back();
  noted.text = "\"" + without_indexes(path) + "\": " + std::string(fault);
}

Result<Done> Toml::finish() {
  std::vector<std::string> all;
  // Faults at a line come first: a missing key is often an unknown one misspelt.
  auto& faults = state_->faults;
  std::stable_sort(faults.begin(), faults.end(),
                   [](const Fault& a, const Fault& b) { return a.line < b.line; });
  const auto placed =
      std::find_if(faults.begin(), faults.end(), [](const Fault& f) { return f.line > 0; });
  if (placed != faults.end()) all.push_back(state_->at_line(placed->line, placed->text));
  state_->collect_unknown(state_->root, "", all);
  if (all.empty() && !faults.empty()) all.push_back(state_->at_line(0, faults.front().text));
  if (all.empty()) return Done{};
  std::string detail;
  for (const std::string& one : all) detail += (detail.empty() ? "" : "; ") + one;
  return fail(Errc::invalid, std::move(detail));
}

}  // namespace keyferry::config
