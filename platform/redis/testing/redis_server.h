// A private redis-server for tests.
#ifndef SAIL_PLATFORM_REDIS_TESTING_REDIS_SERVER_H_
#define SAIL_PLATFORM_REDIS_TESTING_REDIS_SERVER_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "platform/redis/redis_url.h"

namespace sail::platform::redis::testing {

// Runs `redis-server` (from PATH) on a free port of 127.0.0.1 and on a unix socket, without persistence, with
// its files in a folder of its own. The constructor returns when the server answers; a server that cannot be
// started aborts the test. The destructor ends the server and removes the folder. Not thread-safe.
class RedisServer {
 public:
  // Further command line options, for example {"--requirepass", "secret"}.
  explicit RedisServer(std::vector<std::string> options = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  RedisUrl url() const;
  RedisUrl unix_url() const;
  const std::string& folder() const { return folder_; }

  // SIGKILL, and waits for the end. The data is lost.
  void Stop();
  // After Stop, on the same port.
  void Start();
  // SIGSTOP and SIGCONT: connections stay, nothing answers.
  void Freeze();
  void Thaw();

 private:
  bool TryStart();

  const std::vector<std::string> options_;
  std::string folder_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace sail::platform::redis::testing

#endif  // SAIL_PLATFORM_REDIS_TESTING_REDIS_SERVER_H_
