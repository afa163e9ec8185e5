// g++ 12.2 destroys twice an aggregate that is built inside a co_await expression:
//
//   co_await open(Options{.path = text});      // text's copy is freed twice: memory corruption
//
// Found with ASan while choosing how to write the servers; clang is right in this case. The house
// rule is to name every such struct in the statement before. These tests keep the forms that we do
// use honest, whichever compiler comes next, and look for the bad form in the sources.
#include <coroutine>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace keyferry {
namespace {

// Counted knows how many of its kind are alive. It owns no memory, so a second destruction is
// counted instead of ending the process.
struct Counted {
  static inline int alive = 0;
  int value;
  explicit Counted(int v) : value(v) { ++alive; }
  Counted(const Counted& other) : value(other.value) { ++alive; }
  Counted(Counted&& other) noexcept : value(other.value) { ++alive; }
  Counted& operator=(const Counted&) = delete;
  Counted& operator=(Counted&&) = delete;
  ~Counted() { --alive; }
};

struct Options {
  Counted first;
  Counted second = Counted(2);
};

struct Made {
  Counted first;
  explicit Made(int value) : first(value) {}
};

// Task is the least coroutine that can be awaited. It starts when awaited or run.
class Task {
 public:
  struct promise_type {
    int value = 0;
    std::coroutine_handle<> caller = std::noop_coroutine();

    struct Return {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        return self.promise().caller;
      }
      void await_resume() noexcept {}
    };
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Return final_suspend() noexcept { return {}; }
    void return_value(int v) { value = v; }
    void unhandled_exception() { std::terminate(); }
  };

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  int run() {
    handle_.resume();
    return handle_.promise().value;
  }
  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) {
    handle_.promise().caller = caller;
    return handle_;
  }
  int await_resume() const { return handle_.promise().value; }

 private:
  std::coroutine_handle<promise_type> handle_;
};

Task sum(Options options) {
  co_return options.first.value + options.second.value;
}
Task sum_of_reference(const Options& options) {
  co_return options.first.value + options.second.value;
}
Task value_of(Made made) {
  co_return made.first.value;
}
Task length_of(std::string text) {
  co_return static_cast<int>(text.size());
}

Task named_then_moved() {
  Options options{.first = Counted(40)};
  co_return co_await sum(std::move(options));
}
Task named_by_reference() {
  const Options options{.first = Counted(40)};
  co_return co_await sum_of_reference(options);
}
Task class_with_a_constructor() {
  co_return co_await value_of(Made(42));
}
Task plain_string() {
  co_return co_await length_of(std::string(42, 'x'));
}
Task awaitable_made_before() {
  Task task = sum(Options{.first = Counted(40)});
  co_return co_await std::move(task);
}

TEST(CoroutineAggregate, TheSafeFormsDestroyEverythingOnce) {
  for (Task (*form)() : {named_then_moved, named_by_reference, class_with_a_constructor,
                         plain_string, awaitable_made_before}) {
    Counted::alive = 0;
    {
      Task task = form();
      EXPECT_EQ(task.run(), 42);
    }
    EXPECT_EQ(Counted::alive, 0);
  }
}

// An awaited call with a brace in it, lambdas apart: `co_await f({…})`, `co_await f(Options{…})`.
bool has_bad_form(const std::string& source) {
  static const std::regex bad(R"(co_await[^;\[{]*\{)");
  return std::regex_search(source, bad);
}

TEST(CoroutineAggregate, NoSourceUsesTheBadForm) {
  EXPECT_TRUE(has_bad_form("co_await open(Options{.path = text});"));
  EXPECT_TRUE(has_bad_form("co_await open(\n    {.path = text});"));
  EXPECT_FALSE(
      has_bad_form("Options options{.a = 1};\nco_await open(std::move(options));\nif (x) {"));
  EXPECT_FALSE(has_bad_form("co_await post([&] { work(); });"));
  int sources = 0;
  for (const char* folder : {"keyferry", "cmd"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".cc" && extension != ".h") continue;
      std::ifstream file(entry.path());
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      EXPECT_FALSE(has_bad_form(text)) << entry.path();
      ++sources;
    }
  }
  EXPECT_GT(sources, 50);
}

}  // namespace
}  // namespace keyferry
