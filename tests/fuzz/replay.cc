// Runs a fuzz target over the files of its corpus, for compilers without libFuzzer; and over each
// file cut at every length up to 512 octets, so that a corpus of good inputs also tests bad ones.
// The files of folders after "--", which a fuzzer has found, are run as they are.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  std::size_t files = 0;
  std::size_t cuts = 512;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--") {
      cuts = 0;
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::vector<char> text{std::istreambuf_iterator<char>(in), {}};
      // A copy of exactly this size: the address sanitizer then sees a read beyond the end.
      std::vector<std::uint8_t> input(text.begin(), text.end());
      LLVMFuzzerTestOneInput(input.data(), input.size());
      for (std::size_t size = 0; size < input.size() && size < cuts; ++size) {
        std::vector<std::uint8_t> cut(text.begin(),
                                      text.begin() + static_cast<std::ptrdiff_t>(size));
        LLVMFuzzerTestOneInput(cut.data(), cut.size());
      }
      ++files;
    }
  }
  std::cout << files << " files\n";
  return files == 0;  // an empty corpus tests nothing
}
