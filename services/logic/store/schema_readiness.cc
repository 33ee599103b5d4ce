#include "services/logic/store/schema_readiness.h"

#include <utility>

#include "platform/log/log.h"
#include "platform/text/string_view.h"
#include "services/logic/store/schema_migrator.h"

namespace sail::logic {

SchemaReadiness::SchemaReadiness(std::string postgres_url, const Schema& schema, absl::Duration interval)
    : postgres_url_(std::move(postgres_url)),
      schema_(schema),
      interval_(interval),
      thread_([this] { Run(); }) {}

SchemaReadiness::~SchemaReadiness() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void SchemaReadiness::Run() {
  absl::Status last;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const absl::Status status = CheckSchema(postgres_url_, schema_);
    lock.lock();
    if (status.ok()) {
      ready_ = true;
      return;
    }
    if (status != last) {
      platform::Log(platform::Severity::kError, platform::ToStd(status.message()));
      last = status;
    }
    stop_.wait_for(lock, absl::ToChronoMilliseconds(interval_), [this] { return stopping_; });
  }
}

}  // namespace sail::logic
