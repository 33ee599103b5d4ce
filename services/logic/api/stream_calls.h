#ifndef SAIL_LOGIC_API_STREAM_CALLS_H_
#define SAIL_LOGIC_API_STREAM_CALLS_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "platform/cancellation/cancellation.h"

namespace sail::logic {

// The calls under way on one batching stream, so that the caller can cancel them. Those that are left when
// the stream ends are cancelled: nobody can be told their answers. Thread-safe.
class StreamCalls {
 public:
  StreamCalls() = default;
  ~StreamCalls();
  StreamCalls(const StreamCalls&) = delete;
  StreamCalls& operator=(const StreamCalls&) = delete;

  std::shared_ptr<platform::Cancellation> Begin(uint64_t id);
  void End(uint64_t id);
  // Nothing if there is no such call (any more).
  void Cancel(uint64_t id);

 private:
  std::mutex mutex_;
  std::unordered_map<uint64_t, std::shared_ptr<platform::Cancellation>> calls_;  // guarded by mutex_
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_API_STREAM_CALLS_H_
