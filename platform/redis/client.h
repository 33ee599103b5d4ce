// Commands to one Redis server over one connection that pipelines by itself.
#ifndef SAIL_PLATFORM_REDIS_CLIENT_H_
#define SAIL_PLATFORM_REDIS_CLIENT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/metrics/metrics.h"
#include "platform/redis/connection.h"
#include "platform/redis/event_loop.h"
#include "platform/redis/reply.h"

namespace sail::platform::redis {

class Script;

struct ClientOptions {
  ConnectionOptions connection;
  // Commands and bytes that may wait for their answer at one time.
  size_t max_commands = 65536;
  size_t max_bytes = size_t{64} << 20;
  // Run whenever a connection begins, ahead of every command that is given to the client; their replies are
  // not looked at.
  std::vector<std::vector<std::string>> on_connect;
  // Label "client" of the metrics.
  std::string metrics_name = "main";
};

// Thread-safe. Commands reach Redis in the order of the calls (for calls that are not ordered among
// themselves, in any order); commands that are given while the loop is busy leave in one write. Nothing is
// ever sent twice.
//
// A callback runs once, on the loop's thread, and must not block; it gets Redis's reply, or
//   UNAVAILABLE         there is no connection; nothing was sent. Or: the connection broke after sending,
//   then the message
//                       has "outcome unknown". Or Redis cannot serve now (see StatusFromErrorText).
//   DEADLINE_EXCEEDED   no answer in time; the outcome is unknown
//   RESOURCE_EXHAUSTED  too much waits already; nothing was sent
//   the status of an error reply (StatusFromErrorText).
// Until the first attempt to connect, at the start or after a connection broke, has ended, commands wait for
// it; afterwards they fail at once while there is no connection. So a connection that was cut while idle is
// replaced unseen. No blocking commands, no subscriptions, no MULTI: other callers' commands would get
// in between.
class Client {
 public:
  using Callback = std::function<void(absl::StatusOr<Reply>)>;

  // Connects in the background. Scripts are loaded whenever a connection begins; they and the loop outlive
  // the client.
  Client(EventLoop& loop, ClientOptions options, metrics::Registry& registry,
         std::vector<const Script*> scripts = {});
  // Every callback still open gets UNAVAILABLE before this returns.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // A timeout that is not positive gives DEADLINE_EXCEEDED without sending. Timeouts are exact to some 10 ms.
  void Command(std::vector<std::string> args, absl::Duration timeout, Callback callback);

  // As EVALSHA; when Redis does not know the script (it was flushed), once more as EVAL.
  void Run(const Script& script, std::vector<std::string> keys, std::vector<std::string> args,
           absl::Duration timeout, Callback callback);

  bool connected() const;

  // Waits until there is a connection. For programs that start, and for tests.
  bool WaitUntilConnected(absl::Duration timeout) const;

 private:
  class Core;
  EventLoop& loop_;
  std::unique_ptr<Core> core_;
};

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_CLIENT_H_
