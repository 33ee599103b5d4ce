#ifndef SAIL_PLATFORM_POSTGRES_TESTING_POSTGRES_SERVER_H_
#define SAIL_PLATFORM_POSTGRES_TESTING_POSTGRES_SERVER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

namespace sail::platform::postgres {

// A private Postgres for one test binary: data and unix socket in a new folder under /tmp, no TCP, gone with
// the object. Starting takes about 2 seconds, so share one per binary and give each test its own database.
// Any failure to start aborts the test with the reason. Not thread-safe.
class PostgresServer {
 public:
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // Of the database that is always there.
  std::string Url() const { return Url("postgres"); }
  std::string Url(const std::string& database) const;

  // An empty database of a name of its own; gives its URL.
  std::string NewDatabase();

  // Runs SQL in a database, over a connection of its own.
  void Execute(const std::string& url, const std::string& sql);

  // As kill -9 to the server, and as starting it again on the same data. Start waits until it takes
  // connections.
  void Kill();
  void Start();
  // SIGSTOP and SIGCONT to the server and everything it started: it is there and does not answer.
  void Freeze();
  void Thaw();

 private:
  std::vector<pid_t> Processes() const;

  std::string folder_;
  pid_t pid_ = 0;
  int databases_ = 0;
};

}  // namespace sail::platform::postgres

#endif  // SAIL_PLATFORM_POSTGRES_TESTING_POSTGRES_SERVER_H_
