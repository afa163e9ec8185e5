// The temporary files beside those that are replaced, ".NAME.new-PID-N": made, and what killed
// writers left of them found again. Of this folder alone.
#pragma once

#include "keyferry/file/descriptor.h"
#include "keyferry/file/file.h"

namespace keyferry::file {

struct Temporary {
  Path path;
  Descriptor descriptor;  // holds a flock for as long as the writer lives
};

// open_temporary makes an empty one beside `path`, of mode 600.
Result<Temporary> open_temporary(const Path& path);

// overwrite fills a regular file with zeros and syncs it.
void overwrite(int descriptor);

// still_named says whether `path` leads to the open file: otherwise another one has its name.
bool still_named(int descriptor, const Path& path);

// folder_of is the folder that `path` lies in, "." for a bare name.
Path folder_of(const Path& path);

}  // namespace keyferry::file
