#ifndef SAIL_LOGIC_STORE_SCHEMA_READINESS_H_
#define SAIL_LOGIC_STORE_SCHEMA_READINESS_H_

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

// Whether the database has been seen to fit the models. Looks at start and then again until it does, so that
// a process that is started before the migration waits for it; says in the log what is missing. Thread-safe.
class SchemaReadiness {
 public:
  // schema outlives this.
  SchemaReadiness(std::string postgres_url, const Schema& schema, absl::Duration interval = absl::Seconds(1));
  ~SchemaReadiness();

  bool ready() const { return ready_; }

 private:
  void Run();

  const std::string postgres_url_;
  const Schema& schema_;
  const absl::Duration interval_;
  std::atomic<bool> ready_ = false;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_STORE_SCHEMA_READINESS_H_
