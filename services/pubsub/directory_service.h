// sail.pubsub.v1.DirectoryService over gRPC.
#ifndef SAIL_PUBSUB_DIRECTORY_SERVICE_H_
#define SAIL_PUBSUB_DIRECTORY_SERVICE_H_

#include <memory>

#include "absl/time/time.h"
#include "platform/redis/client.h"

namespace grpc {
class Service;
}

namespace sail::pubsub {

// A gateway is a key of Redis, sail:gateway:<id in 8 hexadecimal digits>, that holds its address and expires
// by itself. Nothing blocks; no call takes longer than max_timeout. The client outlives the calls.
class DirectoryService {
 public:
  DirectoryService(platform::redis::Client& redis, absl::Duration max_timeout);
  ~DirectoryService();

  grpc::Service* service() const;

 private:
  class Calls;
  const std::unique_ptr<Calls> calls_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_DIRECTORY_SERVICE_H_
