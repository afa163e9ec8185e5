// Reading of the shared vectors under tests/vectors/: one case a file, header lines "name: value",
// a blank line, then the payload as it stands (a last line end is not part of it).
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace keyferry::tests {

struct VectorFile {
  std::string name;  // of the file, without folder
  std::map<std::string, std::string> header;
  std::string payload;

  // at returns a header line that must be there.
  const std::string& at(const std::string& key) const {
    const auto found = header.find(key);
    if (found == header.end()) throw std::runtime_error(name + ": no header line " + key);
    return found->second;
  }
};

inline VectorFile read_vector_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  VectorFile file{path.filename().string(), {}, {}};
  for (std::string line; std::getline(in, line) && !line.empty();) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) throw std::runtime_error(file.name + ": bad line " + line);
    file.header[line.substr(0, colon)] = line.substr(colon + 2);
  }
  file.payload.assign(std::istreambuf_iterator<char>(in), {});
  if (file.payload.ends_with('\n')) file.payload.pop_back();
  return file;
}

// read_vector_files reads tests/vectors/SUBJECT/*.txt in the order of their names; the tests run in
// the root of the source tree.
inline std::vector<VectorFile> read_vector_files(const std::string& subject) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator("tests/vectors/" + subject)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<VectorFile> files;
  for (const auto& path : paths) files.push_back(read_vector_file(path));
  return files;
}

}  // namespace keyferry::tests
