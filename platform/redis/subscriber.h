// Messages from Redis channels over one connection.
#ifndef SAIL_PLATFORM_REDIS_SUBSCRIBER_H_
#define SAIL_PLATFORM_REDIS_SUBSCRIBER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "platform/metrics/metrics.h"
#include "platform/redis/connection.h"
#include "platform/redis/event_loop.h"

namespace sail::platform::redis {

// Delivery guarantees: messages of all channels come in the order in which Redis took them, at most once.
// What is published while the connection is down is lost; on_gap says that this may have happened.
//
// A channel stays wanted from Subscribe to Unsubscribe, whatever happens to the connection: after a reconnect
// every wanted channel is subscribed again.
class Subscriber {
 public:
  struct Handlers {
    std::function<void(const std::string& channel, std::string&& payload)> on_message;
    // The connection was away and every wanted channel is subscribed again; messages may be missing before
    // this point. Also after a first connection that took several attempts.
    std::function<void()> on_gap;
    // The connection broke: messages may be missing from here on, until on_gap. May be empty.
    std::function<void()> on_lost;
  };

  // Handlers and callbacks run on the loop's thread and must not block. The loop outlives the subscriber.
  Subscriber(EventLoop& loop, ConnectionOptions options, Handlers handlers, metrics::Registry& registry);
  // Confirmations still open get UNAVAILABLE before this returns; then nothing is called any more.
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  // Both are thread-safe; commands reach Redis in the order of the calls. done may be empty; it runs once: OK
  // when Redis has confirmed all the channels (nothing that is published from then on is missed, until the
  // next gap), or UNAVAILABLE when there is no connection: the channels are wanted all the same, and a gap is
  // reported once they are subscribed. Subscribing to a channel again is allowed and confirmed again.
  void Subscribe(std::vector<std::string> channels, std::function<void(absl::Status)> done);
  void Unsubscribe(std::vector<std::string> channels);

  bool connected() const;

 private:
  class Core;
  EventLoop& loop_;
  std::shared_ptr<Core> core_;
};

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_SUBSCRIBER_H_
