#ifndef SAIL_PLATFORM_POSTGRES_ATTENDANT_H_
#define SAIL_PLATFORM_POSTGRES_ATTENDANT_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "platform/postgres/connection.h"

namespace sail::platform::postgres {

// A pool's own connection, with a thread: finds out whether the server answers at all while its statements
// take long, and cancels statements. Connects when there is something to ask. Thread-safe.
class Attendant {
 public:
  explicit Attendant(std::string url);
  // Interrupts what is under way.
  ~Attendant();
  Attendant(const Attendant&) = delete;
  Attendant& operator=(const Attendant&) = delete;

  // Asks the server for a sign of life, unless a question is open or one was answered within `interval`.
  void Probe(absl::Duration interval);
  // Since when the server owes an answer. A server that refuses has answered.
  std::optional<absl::Time> waiting_since() const;

  // Cancels the statement that runs on a connection of this backend_pid. On the attendant's thread: `begin`
  // says whether that is still wanted; if so, `end` is called after the signal was sent or could not be.
  void Cancel(int backend_pid, std::function<bool()> begin, std::function<void()> end);

  // Gives up the question that is open.
  void Interrupt();

 private:
  struct Task {
    int backend_pid = 0;  // 0: a probe
    std::function<bool()> begin;
    std::function<void()> end;
  };

  void Run();
  void Ask(std::unique_lock<std::mutex>& lock, const std::string& statement);

  const std::string url_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All below under mutex_.
  std::deque<Task> tasks_;
  std::unique_ptr<Connection> connection_;
  std::optional<absl::Time> waiting_since_;
  absl::Time last_answer_ = absl::InfinitePast();
  bool interrupted_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: uses all of the above
};

}  // namespace sail::platform::postgres

#endif  // SAIL_PLATFORM_POSTGRES_ATTENDANT_H_
