#include "services/pubsub/redis_channels.h"

#include <mutex>
#include <utility>

namespace sail::pubsub {
namespace {

namespace redis = platform::redis;

constexpr absl::Duration kTimeout = absl::Seconds(5);

}  // namespace

// The way back to the loop's thread, closed when the channels end.
struct RedisChannels::Door {
  std::mutex mutex;
  redis::EventLoop* loop;  // null: closed
};

RedisChannels::RedisChannels(redis::EventLoop& loop, redis::ConnectionOptions options, redis::Client& client,
                             redis::Subscriber::Handlers handlers, platform::metrics::Registry& registry)
    : door_(std::make_shared<Door>()),
      client_(client),
      subscriber_(loop, std::move(options), std::move(handlers), registry) {
  door_->loop = &loop;
}

RedisChannels::~RedisChannels() {
  std::lock_guard lock(door_->mutex);
  door_->loop = nullptr;
}

void RedisChannels::Subscribe(std::vector<std::string> channels, std::function<void(absl::Status)> done) {
  subscriber_.Subscribe(std::move(channels), std::move(done));
}

void RedisChannels::Unsubscribe(std::vector<std::string> channels) {
  subscriber_.Unsubscribe(std::move(channels));
}

void RedisChannels::Publish(std::string channel, std::string payload) {
  // A lost answer makes the asker wait for its own timeout, as it would for a node that is gone.
  client_.Command({"PUBLISH", std::move(channel), std::move(payload)}, kTimeout,
                  [](const absl::StatusOr<Reply>&) {});
}

void RedisChannels::Command(std::vector<std::string> args, std::function<void(absl::StatusOr<Reply>)> done) {
  client_.Command(std::move(args), kTimeout,
                  [door = door_, done = std::move(done)](absl::StatusOr<Reply> reply) {
                    std::lock_guard lock(door->mutex);
                    if (door->loop == nullptr) return;
                    door->loop->Post([door, done, reply = std::move(reply)] {
                      {
                        // It may have closed since; and on this thread it cannot close while done runs.
                        std::lock_guard again(door->mutex);
                        if (door->loop == nullptr) return;
                      }
                      done(reply);
                    });
                  });
}

void RedisChannels::CountSubscribers(std::vector<std::string> channels,
                                     std::function<void(absl::StatusOr<std::vector<int64_t>>)> done) {
  std::vector<std::string> args = {"PUBSUB", "NUMSUB"};
  const size_t count = channels.size();
  for (std::string& channel : channels) args.push_back(std::move(channel));
  Command(std::move(args), [count, done = std::move(done)](const absl::StatusOr<Reply>& reply) {
    if (!reply.ok()) return done(reply.status());
    if (reply->elements.size() != 2 * count) return done(absl::InternalError("NUMSUB: not a count each"));
    std::vector<int64_t> counts;
    for (size_t i = 1; i < reply->elements.size(); i += 2) counts.push_back(reply->elements[i].integer);
    done(std::move(counts));
  });
}

void RedisChannels::ListChannels(std::string pattern,
                                 std::function<void(absl::StatusOr<std::vector<std::string>>)> done) {
  Command({"PUBSUB", "CHANNELS", std::move(pattern)},
          [done = std::move(done)](const absl::StatusOr<Reply>& reply) {
            if (!reply.ok()) return done(reply.status());
            std::vector<std::string> names;
            for (const Reply& element : reply->elements) names.push_back(element.text);
            done(std::move(names));
          });
}

}  // namespace sail::pubsub
