// The Redis below the queries: the bus's channels, and who is subscribed to them.
#ifndef SAIL_PUBSUB_QUERY_WIRE_H_
#define SAIL_PUBSUB_QUERY_WIRE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sail::pubsub {

// Used on the bus's thread, where the callbacks come, too; none comes after the end.
class QueryWire {
 public:
  virtual ~QueryWire() = default;
  virtual void Subscribe(std::vector<std::string> channels, std::function<void(absl::Status)> done) = 0;
  virtual void Unsubscribe(std::vector<std::string> channels) = 0;
  // Best effort, in order.
  virtual void Publish(std::string channel, std::string payload) = 0;

  // How many have subscribed to each channel itself, patterns aside. Errors: the Redis client's.
  virtual void CountSubscribers(std::vector<std::string> channels,
                                std::function<void(absl::StatusOr<std::vector<int64_t>>)> done) = 0;
  // The channels with subscribers that match a glob pattern. Reads the names of all: to be used seldom.
  virtual void ListChannels(std::string pattern,
                            std::function<void(absl::StatusOr<std::vector<std::string>>)> done) = 0;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_QUERY_WIRE_H_
